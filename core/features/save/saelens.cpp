#include "core/features/save/saelens.h"

#include "core/features/load/transposed.h"
#include "core/model/half.h"
#include "core/model/safetensors.h"
#include "core/work/error.h"
#include "core/work/replacefile.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <iterator>

namespace microtome {

namespace {

using nlohmann::json;

/// The version whose files these are (features-and-steering.md 2.1).
constexpr const char* version = "6.18.0";

[[noreturn]] void refuse(const std::string& what)
{
    throw Error("SAELens 6 has no form for a dictionary " + what + ".");
}

bool isTranscoder(const SparseCoder& coder)
{
    const CoderOutput& output = coder.outputs.front();
    return coder.inputs.front().point != output.point || !output.skip.empty();
}

/// The tensors of a file: their numbers live here until they are written.
class Tensors {
public:
    explicit Tensors(SaeLensMatrices matrices = SaeLensMatrices::Float32)
        : m_matrices(matrices)
    {
    }

    void add(const std::string& name, const Matrix& matrix)
    {
        const std::vector<std::int64_t> shape{
            static_cast<std::int64_t>(matrix.rows()), static_cast<std::int64_t>(matrix.columns())};
        if (m_matrices == SaeLensMatrices::Float32)
            return put(name, shape, {matrix.values().begin(), matrix.values().end()});
        auto& kept = m_halves.emplace_back();
        std::ranges::transform(matrix.values(), std::back_inserter(kept), toHalf);
        m_tensors.push_back({name, "F16", shape, std::as_bytes(std::span(kept))});
    }

    void add(const std::string& name, std::vector<float> values, std::size_t size)
    {
        values.resize(size);
        put(name, {static_cast<std::int64_t>(size)}, std::move(values));
    }

    void write(const std::filesystem::path& path) const
    {
        writeSafeTensors(path, m_tensors, {{"format", "pt"}});
        settle(path);
    }

private:
    void put(const std::string& name, std::vector<std::int64_t> shape, std::vector<float> values)
    {
        const auto& kept = m_values.emplace_back(std::move(values));
        m_tensors.push_back({name, "F32", std::move(shape), std::as_bytes(std::span(kept))});
    }

    SaeLensMatrices m_matrices;
    std::deque<std::vector<float>> m_values;
    std::deque<std::vector<std::uint16_t>> m_halves;
    std::vector<TensorToWrite> m_tensors;
};

const char* normName(const SparseCoder& coder)
{
    const InputNorm& norm = coder.inputs.front().norm;
    if (norm.kind != InputNorm::Kind::None
        && coder.outputs.front().scaledBack == isTranscoder(coder))
        refuse("whose output is scaled otherwise than its input");
    switch (norm.kind) {
    case InputNorm::Kind::None:
        return "none";
    case InputNorm::Kind::PerToken:
        return "constant_norm_rescale";
    case InputNorm::Kind::LayerNorm:
        if (norm.groups == 1 && norm.unbiased)
            return "layer_norm";
        refuse("with such a norm");
    case InputNorm::Kind::Scale:
        refuse("whose input's scale is not folded into its weights");
    }
    return "none";
}

bool subtractsBias(const SparseCoder& coder)
{
    const auto& subtracted = coder.inputs.front().subtracted;
    if (subtracted.empty())
        return false;
    if (subtracted != coder.outputs.front().bias || isTranscoder(coder))
        refuse("that subtracts something else than its output's bias from its input");
    return true;
}

json metadataOf(const SparseCoder& coder, const json& training)
{
    const CoderDeclaration& declared = coder.declared;
    json meta{{"sae_lens_version", version}, {"sae_lens_training_version", nullptr},
        {"hook_name", coder.inputs.front().point}, {"model_name", declared.model},
        {"dataset_path", declared.dataset}};
    if (isTranscoder(coder))
        meta["hook_name_out"] = coder.outputs.front().point;
    if (declared.context)
        meta["context_size"] = *declared.context;
    if (declared.prependBos)
        meta["prepend_bos"] = *declared.prependBos;
    if (const auto found = declared.other.find("exclude_special_tokens");
        found != declared.other.end())
        meta["exclude_special_tokens"] = json::parse(found->second, nullptr, false);
    if (training.is_object())
        meta.update(training);
    return meta;
}

json configOf(const SparseCoder& coder, const json& training)
{
    const CoderInput& input = coder.inputs.front();
    const CoderOutput& output = coder.outputs.front();
    json config{{"architecture", saeLensArchitecture(coder)}, {"d_in", input.encoder.columns()},
        {"d_sae", coder.latents()}, {"dtype", "float32"}, {"device", "cpu"},
        {"apply_b_dec_to_input", subtractsBias(coder)}, {"normalize_activations", normName(coder)},
        {"reshape_activations", coder.declared.headsJoined ? "hook_z" : "none"},
        {"metadata", metadataOf(coder, training)}};
    if (isTranscoder(coder))
        config["d_out"] = output.decoder.columns();
    if (const auto* topK = std::get_if<TopKActivation>(&coder.activation)) {
        config["k"] = topK->k;
        config["rescale_acts_by_decoder_norm"] = topK->byDecoderNorm;
    }
    return config;
}

Tensors tensorsOf(const SparseCoder& coder, SaeLensMatrices matrices)
{
    const std::size_t n = coder.latents();
    const CoderOutput& output = coder.outputs.front();
    Tensors tensors(matrices);
    tensors.add("W_dec", output.decoder);
    tensors.add("W_enc", transposed(coder.inputs.front().encoder));
    tensors.add("b_dec", output.bias, output.decoder.columns());
    if (!output.skip.empty())
        tensors.add("W_skip", transposed(output.skip));
    if (const auto* gated = std::get_if<GatedActivation>(&coder.activation)) {
        if (!coder.bias.empty())
            refuse("that is gated and has a bias before its gate");
        tensors.add("b_gate", gated->gateBias, n);
        tensors.add("b_mag", gated->magnitudeBias, n);
        tensors.add("r_mag", gated->magnitude, n);
        return tensors;
    }
    tensors.add("b_enc", coder.bias, n);
    if (const auto* jump = std::get_if<JumpReluActivation>(&coder.activation))
        tensors.add("threshold", jump->theta, n);
    return tensors;
}

} // namespace

std::string saeLensArchitecture(const SparseCoder& coder)
{
    if (coder.inputs.size() != 1 || coder.outputs.size() != 1)
        refuse("that reads or writes several places");
    const std::string kind = std::holds_alternative<ReluActivation>(coder.activation) ? ""
        : std::holds_alternative<JumpReluActivation>(coder.activation)                ? "jumprelu"
        : std::holds_alternative<TopKActivation>(coder.activation)                    ? "topk"
        : std::holds_alternative<GatedActivation>(coder.activation)                   ? "gated"
                                                                                      : "none";
    const auto* topK = std::get_if<TopKActivation>(&coder.activation);
    if (kind == "none" || (topK && topK->absolute))
        refuse("of this activation");
    if (!isTranscoder(coder))
        return kind.empty() ? "standard" : kind;
    if (kind == "topk" || kind == "gated")
        refuse("that is a transcoder of kind " + kind + "; BatchTopK ones are saved as JumpReLU");
    const std::string skip = coder.outputs.front().skip.empty() ? "transcoder" : "skip_transcoder";
    return kind.empty() ? skip : kind + "_" + skip;
}

void saveSaeLens(const SparseCoder& coder, const std::filesystem::path& folder,
    std::span<const double> frequencies, const json& training, SaeLensMatrices matrices)
{
    check(coder);
    const std::string config
        = configOf(coder, training).dump(2, ' ', false, json::error_handler_t::replace);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    tensorsOf(coder, matrices).write(folder / "sae_weights.safetensors");
    if (!frequencies.empty()) {
        std::vector<float> logarithms;
        for (const double share : frequencies)
            logarithms.push_back(static_cast<float>(std::log10(share + 1e-10)));
        Tensors tensors;
        tensors.add("sparsity", std::move(logarithms), frequencies.size());
        tensors.write(folder / "sparsity.safetensors");
    }
    replaceFile(folder / "cfg.json", config + "\n");
}

} // namespace microtome
