#include "core/features/load/llamascopium.h"

#include "core/features/coder/norm.h"
#include "core/features/load/coderfields.h"
#include "core/features/load/plaincoder.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

/// A latent that writes nothing is never above its threshold.
std::vector<float> thresholds(const std::vector<float>& logs, const std::vector<double>& divisors)
{
    constexpr double largest = std::numeric_limits<float>::max();
    std::vector<float> theta;
    for (std::size_t i = 0; i < logs.size(); ++i) {
        const double value = std::exp(static_cast<double>(logs[i])) / divisors[i];
        theta.push_back(static_cast<float>(value > largest || divisors[i] == 0 ? largest : value));
    }
    return theta;
}

/// Latents times |D| and decoder rows divided by it, so that the k largest are chosen by pre |D|.
void foldDecoderNorms(SparseCoder& coder, std::vector<double> norms)
{
    for (CoderInput& input : coder.inputs)
        input.encoder = scaledRows(input.encoder, norms);
    for (std::size_t i = 0; i < coder.bias.size(); ++i)
        coder.bias[i] = static_cast<float>(static_cast<double>(coder.bias[i]) * norms[i]);
    for (double& norm : norms)
        norm = norm > 0 ? 1 / norm : 0;
    for (CoderOutput& output : coder.outputs)
        output.decoder = scaledRows(output.decoder, norms);
    coder.declared.notes.push_back("Latents are chosen by their decoder's norm: it was multiplied "
                                   "into them, and the decoder's directions have norm 1.");
}

void activate(LlamascopiumLayer& layer, const nlohmann::json& config)
{
    SparseCoder& coder = layer.coder;
    const std::string kind = textField(config, "act_fn").value_or("");
    const bool weighs = boolField(config, "sparsity_include_decoder_norm").value_or(true);
    const bool hasThreshold = kind == "jumprelu";
    if (hasThreshold && layer.logThreshold.empty())
        throw Error("Its act_fn is jumprelu, but its weights hold no log_jumprelu_threshold.");
    const std::vector<float> theta = hasThreshold
        ? thresholds(layer.logThreshold,
            weighs ? decoderNorms(coder) : std::vector<double>(coder.latents(), 1))
        : std::vector<float>();
    if (hasThreshold && weighs)
        coder.declared.notes.push_back(
            "Thresholds apply to latents times their decoder's norm: they were divided by it.");
    if (!layer.gate.empty() && !hasThreshold && kind != "relu")
        throw Error(
            "A gated encoder with the activation " + text::clip(kind) + " cannot be read here.");

    if (!layer.gate.empty())
        coder.activation = GluActivation{layer.gate, layer.gateBias, theta};
    else if (hasThreshold)
        coder.activation = JumpReluActivation{theta};
    else if (kind == "relu")
        coder.activation = ReluActivation{};
    else if (kind == "topk" || kind == "batchtopk") {
        const auto k = countField(config, "top_k", "config.json");
        if (!k)
            throw Error("config.json does not say top_k.");
        if (weighs)
            foldDecoderNorms(coder, decoderNorms(coder));
        coder.activation = TopKActivation{*k, false, false};
        if (kind == "batchtopk")
            coder.declared.notes.push_back("BatchTopK without a threshold in its file: the k "
                                           "largest of each token are taken instead.");
    } else
        throw Error("The activation " + text::clip(kind) + " of llamascopium is not known here.");
}

/// sqrt(d) / the average norm of a place; nothing where the file does not hold it.
std::optional<double> scaleOf(const CoderTensors& tensors, const std::string& point, std::size_t d)
{
    const std::string name = "dataset_average_activation_norm." + point;
    if (!tensors.has(name))
        return std::nullopt;
    const double norm = tensors.number(name);
    if (!(norm > 0) || !std::isfinite(norm))
        return std::nullopt;
    return std::sqrt(static_cast<double>(d)) / norm;
}

void normaliseByDataset(SparseCoder& coder, const CoderTensors& tensors)
{
    bool missing = false;
    for (CoderInput& input : coder.inputs) {
        const auto scale = scaleOf(tensors, input.point, input.encoder.columns());
        missing |= !scale;
        input.norm = multipliedBy(scale.value_or(1));
    }
    for (CoderOutput& output : coder.outputs) {
        const auto scale = scaleOf(tensors, output.point, output.decoder.columns());
        missing |= !scale;
        output.decoder = scaled(output.decoder, 1 / scale.value_or(1));
        output.bias = scaled(std::move(output.bias), 1 / scale.value_or(1));
    }
    if (!missing) {
        coder.declared.notes.push_back(
            "Activations are multiplied by sqrt(d) / average norm of the "
            "file, and decoders divided by that of what they write.");
        return;
    }
    coder.declared.scaleMissing = true;
    coder.declared.notes.push_back("The average norms that activations were divided by are not in "
                                   "its file; they must be measured.");
    for (CoderInput& input : coder.inputs)
        input.norm.scale = 1;
    for (CoderOutput& output : coder.outputs)
        output.scaledBack = coder.inputs.front().point == output.point;
}

void normalise(SparseCoder& coder, const std::string& kind, const CoderTensors& tensors)
{
    if (kind == "inference")
        return;
    if (kind == "dataset-wise")
        return normaliseByDataset(coder, tensors);
    if (kind != "token-wise")
        throw Error("It divides activations by norms of a batch (norm_activation "
            + text::clip(kind) + "), which a token alone does not tell.");
    bool same = coder.inputs.size() == coder.outputs.size();
    for (std::size_t i = 0; same && i < coder.inputs.size(); ++i)
        same = coder.inputs[i].point == coder.outputs[i].point;
    for (CoderInput& input : coder.inputs)
        input.norm.kind = InputNorm::Kind::PerToken;
    for (CoderOutput& output : coder.outputs)
        output.scaledBack = same;
    coder.declared.notes.push_back(same
            ? "Each token is given norm sqrt(d), and the reconstruction scaled back."
            : "Each token is given norm sqrt(d); what it writes is in units of the norm of its "
              "target, which its input does not tell.");
}

} // namespace

SparseCoder finishLlamascopium(
    LlamascopiumLayer layer, const nlohmann::json& config, const CoderTensors& tensors)
{
    activate(layer, config);
    normalise(layer.coder, textField(config, "norm_activation").value_or(""), tensors);
    CoderDeclaration& declared = layer.coder.declared;
    keepFields(declared, config);
    declared.format = "llamascopium";
    declared.architecture = textField(config, "act_fn").value_or("");
    return std::move(layer.coder);
}

} // namespace microtome
