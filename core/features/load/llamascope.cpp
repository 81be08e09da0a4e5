#include "core/features/load/llamascope.h"

#include "core/features/load/coderfields.h"
#include "core/features/load/codertensors.h"
#include "core/features/load/plaincoder.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr const char* configuration = "hyperparams.json";
constexpr const char* weights = "checkpoints/final.safetensors";

/// sqrt(d) / the average norm of a place, by which training multiplies activations.
double scaleOf(const nlohmann::json& config, const char* place, std::size_t d)
{
    const auto norm = numberField(objectField(config, "dataset_average_activation_norm"), place);
    if (!norm || !(*norm > 0) || !std::isfinite(*norm))
        throw Error(std::string("hyperparams.json does not say a positive "
                                "dataset_average_activation_norm for ")
            + place + ".");
    return std::sqrt(static_cast<double>(d)) / *norm;
}

void warnOfNorms(const nlohmann::json& config, const Matrix& decoder, CoderDeclaration& declared)
{
    const auto norms = rowNorms(decoder);
    const bool unit = std::all_of(
        norms.begin(), norms.end(), [](double norm) { return std::abs(norm - 1) < 1e-2; });
    if (!unit && boolField(config, "sparsity_include_decoder_norm").value_or(false))
        declared.notes.push_back("It says that thresholds are weighed by decoder norms, and these "
                                 "are not 1; as in SAELens they are not weighed here.");
}

} // namespace

bool recognisesLlamaScope(const CoderFolder& folder)
{
    return folder.chose({configuration}) && folder.has(weights)
        && describes(folder, configuration,
            {"d_model", "jump_relu_threshold", "dataset_average_activation_norm"});
}

/// With s = sqrt(d) / average norm: pre = s x E^T + e, cut at s threshold, and y = (f D^T + b) / s'
/// with the s' of the place that is written: sae_lens/loading/pretrained_sae_loaders.py with its
/// folding of the norm.
SparseCoder readLlamaScope(const CoderFolder& folder)
{
    const auto& config = folder.json(configuration);
    const CoderTensors tensors(folder, weights);
    const std::size_t n = tensors.size("encoder.bias", 1, 0);
    const std::size_t d = tensors.size("encoder.weight", 2, 1);
    const auto said = countField(config, "d_model", configuration);
    if (said != static_cast<int>(d))
        throw Error("hyperparams.json says that d_model is " + std::to_string(said.value_or(0))
            + ", but the encoder reads " + std::to_string(d) + " numbers.");
    const double in = scaleOf(config, "in", d);
    const std::string reads = textField(config, "hook_point_in").value_or("");
    const std::string writes = textField(config, "hook_point_out").value_or(reads);
    const double out = reads == writes ? in : scaleOf(config, "out", d);

    PlainCoder plain;
    plain.encoder = tensors.matrix("encoder.weight", n, d, Stored::LatentsFirst);
    plain.encoderBias = tensors.vector("encoder.bias", n);
    plain.decoder = tensors.matrix("decoder.weight", n, d, Stored::LatentsLast);
    plain.decoderBias = tensors.vectorIfThere("decoder.bias", d);

    CoderDeclaration declared;
    declared.format = "Llama Scope";
    declared.architecture = textField(config, "act_fn").value_or("jumprelu");
    keepFields(declared, config);
    warnOfNorms(config, plain.decoder, declared);
    plain.decoder = scaled(plain.decoder, 1 / out);
    plain.decoderBias = scaled(std::move(plain.decoderBias), 1 / out);
    const auto threshold = numberField(config, "jump_relu_threshold").value_or(0);
    SparseCoder coder
        = coderOf(std::move(plain), sameThreshold(n, static_cast<float>(threshold * in)));
    coder.inputs.front().point = reads;
    coder.inputs.front().norm = multipliedBy(in);
    coder.outputs.front().point = writes;
    declared.notes.push_back(
        "Activations are multiplied by sqrt(d) / average norm = " + std::to_string(in)
        + ", and its threshold with them; the decoder was divided by " + std::to_string(out) + ".");
    coder.declared = std::move(declared);
    return coder;
}

} // namespace microtome
