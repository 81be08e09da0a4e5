#include "core/features/load/sparsify.h"

#include "core/features/load/coderfields.h"
#include "core/features/load/codertensors.h"
#include "core/features/load/plaincoder.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

constexpr const char* configuration = "cfg.json";
constexpr const char* weights = "sae.safetensors";

/// The module's name is the folder's; the run that it belongs to is described one folder above.
void declare(const CoderFolder& folder, const nlohmann::json& config, CoderDeclaration& declared)
{
    declared.format = "sparsify";
    declared.architecture = textField(config, "activation").value_or("topk");
    keepFields(declared, config);
    std::error_code error;
    const auto above = std::filesystem::absolute(folder.folder(), error).parent_path();
    if (error || !std::filesystem::is_regular_file(above / "config.json", error))
        return;
    const CoderFolder run(above / "config.json");
    if (!describes(run, "config.json", {"model"}))
        return;
    const auto& form = run.json("config.json");
    declared.model = textField(form, "model").value_or("");
    declared.dataset = textField(form, "dataset").value_or("");
    declared.context = countField(form, "ctx_len", "config.json");
}

CoderActivation activationOf(const nlohmann::json& config)
{
    const auto k = countField(config, "k", configuration);
    if (!k)
        throw Error(std::string(configuration) + " does not say k.");
    const std::string kind = textField(config, "activation").value_or("topk");
    if (kind == "groupmax")
        return GroupMaxActivation{*k};
    if (kind != "topk")
        throw Error("The activation " + text::clip(kind) + " of sparsify is not known here.");
    return TopKActivation{*k, false, boolField(config, "signed").value_or(false)};
}

} // namespace

bool recognisesSparsify(const CoderFolder& folder)
{
    return folder.chose({configuration, weights}) && folder.has(weights)
        && describes(folder, configuration, {"k"});
}

/// pre = relu((x - b_dec) E^T + e), not subtracted by a transcoder; y = f W_dec + b_dec (+ x
/// W_skip^T): sparsify/sparse_coder.py.
SparseCoder readSparsify(const CoderFolder& folder)
{
    const auto& config = folder.json(configuration);
    const CoderTensors tensors(folder, weights);
    const bool transcodes = boolField(config, "transcode").value_or(false);
    const std::size_t n = tensors.size("encoder.bias", 1, 0);
    const std::size_t d = tensors.size("b_dec", 1, 0);
    if (const auto declared = countField(config, "d_in", configuration);
        declared && static_cast<std::size_t>(*declared) != d)
        throw Error("cfg.json says that d_in is " + std::to_string(*declared)
            + ", but b_dec of sae.safetensors has " + std::to_string(d) + " numbers.");

    PlainCoder plain;
    plain.encoder = tensors.matrix("encoder.weight", n, d, Stored::LatentsFirst);
    plain.encoderBias = tensors.vector("encoder.bias", n);
    plain.decoder = tensors.matrix("W_dec", n, d, Stored::LatentsFirst);
    plain.decoderBias = tensors.vector("b_dec", d);
    if (!transcodes)
        plain.subtracted = plain.decoderBias;
    SparseCoder coder = coderOf(std::move(plain), activationOf(config));
    if (tensors.has("W_skip") || boolField(config, "skip_connection").value_or(false))
        coder.outputs.front().skip = tensors.matrix("W_skip", d, d, Stored::LatentsLast);

    std::error_code error;
    const std::string module
        = std::filesystem::absolute(folder.folder(), error).filename().string();
    coder.inputs.front().point = transcodes ? module + ".input" : module;
    coder.outputs.front().point = module;
    coder.declared.notes.push_back("Its file does not name the module that it is of; "
        + text::clip(module) + " is the name of its folder, as sparsify saves it.");
    declare(folder, config, coder.declared);
    return coder;
}

bool recognisesSparsifyRun(const CoderFolder& folder)
{
    return folder.chosen().empty() && !folder.has(weights) && !sparsifyModules(folder).empty();
}

std::vector<std::string> sparsifyModules(const CoderFolder& folder)
{
    std::vector<std::string> modules;
    const std::string ending = std::string("/") + weights;
    for (const std::string& file : folder.files())
        if (file.ends_with(ending)) {
            std::string module = file.substr(0, file.size() - ending.size());
            if (folder.has(module + "/" + configuration))
                modules.push_back(std::move(module));
        }
    return modules;
}

SparseCoder readSparsifyModule(const CoderFolder& folder, const std::string& module)
{
    return readSparsify(CoderFolder(folder.folder() / module));
}

} // namespace microtome
