#include "core/features/load/codebookfeatures.h"

#include "core/features/load/coderfields.h"
#include "core/features/load/codertensors.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

namespace microtome {

namespace {

constexpr const char* configuration = "config.json";
constexpr std::size_t mostNumbers = std::size_t(1) << 31; // 8 GB
constexpr std::string_view ending = ".codebook.weight";

std::string weightsOf(const CoderFolder& folder)
{
    for (const char* name : {"model.safetensors", "pytorch_model.bin"})
        if (folder.has(name))
            return name;
    throw Error(
        "Beside config.json there is no model.safetensors or pytorch_model.bin in one file.");
}

/// "M.codebook.2" is group 2 of module M, "M" the only group of itself.
std::pair<std::string, int> moduleAndGroup(const std::string& layer)
{
    const auto dot = layer.rfind('.');
    constexpr std::string_view list = ".codebook";
    int group = 0;
    if (dot == std::string::npos)
        return {layer, 0};
    const auto [end, error]
        = std::from_chars(layer.data() + dot + 1, layer.data() + layer.size(), group);
    const std::string before = layer.substr(0, dot);
    if (error != std::errc() || end != layer.data() + layer.size() || !before.ends_with(list))
        return {layer, 0};
    return {before.substr(0, before.size() - list.size()), group};
}

/// The layers of a module by their groups: prefixes of "codebook.weight" and "ln.weight".
std::map<std::string, std::map<int, std::string>> layersOf(const CoderTensors& tensors)
{
    std::map<std::string, std::map<int, std::string>> modules;
    for (const auto& [name, tensor] : tensors.all()) {
        if (!name.ends_with(ending))
            continue;
        const std::string layer = name.substr(0, name.size() - ending.size());
        const auto [module, group] = moduleAndGroup(layer);
        modules[module][group] = layer;
    }
    return modules;
}

/// k_codebook is a number, or one for each place of a layer that has codebooks.
int kOf(const nlohmann::json& config)
{
    const auto& k = config["k_codebook"];
    if (!k.is_array())
        return countField(config, "k_codebook", configuration).value_or(1);
    if (k.empty() || std::any_of(k.begin(), k.end(), [&](const auto& one) { return one != k[0]; }))
        throw Error("The places of a layer have different k_codebook in config.json, and its "
                    "weights do not tell which is whose.");
    return countField({{"k_codebook", k[0]}}, "k_codebook", configuration).value_or(1);
}

/// Gain and bias of the norm before a codebook: its tensors, or 1 and 0.
struct Affine {
    std::vector<float> gain;
    std::vector<float> bias;
};

Affine affineOf(const CoderTensors& tensors, const std::string& layer, std::size_t d)
{
    Affine affine{tensors.vectorIfThere(layer + ".ln.weight", d),
        tensors.vectorIfThere(layer + ".ln.bias", d)};
    if (affine.gain.empty())
        affine.gain.assign(d, 1);
    if (affine.bias.empty())
        affine.bias.assign(d, 0);
    return affine;
}

/// With y = g LN(x) + b: y . c / |c| is LN(x) . (g c) / |c| + b . c / |c|, and -|y - c|^2 orders
/// codes as y . c - |c|^2 / 2 does: both are linear in LN(x).
struct LinearCode {
    std::vector<float> row;
    float bias = 0;
};

LinearCode linearCode(std::span<const float> code, const Affine& affine, bool euclidean)
{
    double squared = 0;
    double offset = 0;
    for (std::size_t i = 0; i < code.size(); ++i) {
        squared += static_cast<double>(code[i]) * static_cast<double>(code[i]);
        offset += static_cast<double>(code[i]) * static_cast<double>(affine.bias[i]);
    }
    const double factor = euclidean ? 1 : squared > 0 ? 1 / std::sqrt(squared) : 0;
    LinearCode made;
    for (std::size_t i = 0; i < code.size(); ++i)
        made.row.push_back(static_cast<float>(
            static_cast<double>(code[i]) * static_cast<double>(affine.gain[i]) * factor));
    made.bias = static_cast<float>(euclidean ? offset - squared / 2 : offset * factor);
    return made;
}

/// The codes of all groups, each in its own columns of rows as wide as the whole activation.
struct Codes {
    std::vector<float> encoder;
    std::vector<float> decoder;
    std::vector<float> bias;
};

} // namespace

bool recognisesCodebooks(const CoderFolder& folder)
{
    return folder.chose({configuration, "model.safetensors", "pytorch_model.bin"})
        && describes(folder, configuration, {"codebook_type", "k_codebook", "similarity_metric"});
}

std::vector<std::string> codebookModules(const CoderFolder& folder)
{
    std::vector<std::string> names;
    for (const auto& [module, layers] : layersOf(CoderTensors(folder, weightsOf(folder))))
        names.push_back(module);
    if (names.empty())
        throw Error("config.json speaks of codebooks, but its weights hold none.");
    return names;
}

/// Of each group the k codes with the largest LN(x) . c / |c| (or smallest |LN(x) - c|), and their
/// mean as output: codebook_features/models.py.
SparseCoder readCodebook(const CoderFolder& folder, const std::string& module)
{
    const auto& config = folder.json(configuration);
    const CoderTensors tensors(folder, weightsOf(folder));
    const auto modules = layersOf(tensors);
    const auto found = modules.find(module);
    if (found == modules.end())
        throw Error("There is no codebook " + text::clip(module) + " here.");
    const auto& layers = found->second;
    const std::string metric = textField(config, "similarity_metric").value_or("");
    if (metric != "inner_product" && metric != "euclidean")
        throw Error("The similarity_metric " + text::clip(metric) + " is not known here.");

    const std::string first = layers.begin()->second + std::string(ending);
    const std::size_t codes = tensors.size(first, 2, 0);
    const std::size_t part = tensors.size(first, 2, 1);
    const std::size_t groups = layers.size();
    const std::size_t width = groups * part;
    if (groups * codes > mostNumbers / width)
        throw Error("The codebook of " + text::clip(module) + " is too large to be read as one.");
    Codes all;
    all.encoder.assign(groups * codes * width, 0);
    all.decoder = all.encoder;
    std::size_t row = 0;
    std::size_t column = 0;
    for (const auto& [group, layer] : layers) {
        const Matrix stored
            = tensors.matrix(layer + std::string(ending), codes, part, Stored::LatentsFirst);
        const Affine affine = affineOf(tensors, layer, part);
        for (std::size_t i = 0; i < codes; ++i, ++row) {
            const LinearCode code = linearCode(stored.row(i), affine, metric == "euclidean");
            const auto at = static_cast<std::ptrdiff_t>(row * width + column);
            std::copy(code.row.begin(), code.row.end(), all.encoder.begin() + at);
            std::copy(stored.row(i).begin(), stored.row(i).end(), all.decoder.begin() + at);
            all.bias.push_back(code.bias);
        }
        column += part;
    }

    SparseCoder coder;
    const auto count = static_cast<int>(groups);
    CoderInput input;
    input.point = module;
    input.norm.kind = InputNorm::Kind::LayerNorm;
    input.norm.epsilon = 0; // torch's stands under the root; the choice of codes is the same
    input.norm.unbiased = false;
    input.norm.groups = count;
    input.encoder = Matrix(groups * codes, width, std::move(all.encoder));
    coder.inputs.push_back(std::move(input));
    coder.outputs.push_back(
        {module, Matrix(groups * codes, width, std::move(all.decoder)), {}, {}, false});
    coder.bias = std::move(all.bias);
    coder.activation = CodebookActivation{kOf(config), count, metric == "euclidean", true};
    keepFields(coder.declared, config);
    coder.declared.format = "codebook-features";
    coder.declared.architecture = metric;
    coder.declared.notes = {
        "A codebook takes the place of the activation; there is no error term beside it.",
        "The norm before the codes is part of the encoder: its rows are no codes, the decoder's "
        "are."};
    return coder;
}

} // namespace microtome
