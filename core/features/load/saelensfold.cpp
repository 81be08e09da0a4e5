#include "core/features/load/saelensfold.h"

#include "core/features/coder/norm.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace microtome {

namespace {

constexpr const char* scalerFile = "activation_scaler.json";

void scaleBy(std::vector<float>& values, double factor)
{
    for (float& value : values)
        value = static_cast<float>(static_cast<double>(value) * factor);
}

/// W_enc s, W_dec / s, b_dec / s (features-and-steering.md 2.1): then it fits activations as they
/// are. Rows that a pursuit encodes with stay as they are: its latents and its residual are what is
/// in units of the input.
void foldInputScale(SparseCoder& coder, double s)
{
    CoderInput& input = coder.inputs.front();
    CoderOutput& output = coder.outputs.front();
    scaleBy(input.subtracted, 1 / s);
    scaleBy(output.bias, 1 / s);
    if (auto* pursuit = std::get_if<MatchingPursuitActivation>(&coder.activation)) {
        pursuit->residual = static_cast<float>(static_cast<double>(pursuit->residual) / s);
        return;
    }
    input.encoder = scaledRows(input.encoder, std::vector<double>(coder.latents(), s));
    output.decoder = scaledRows(output.decoder, std::vector<double>(coder.latents(), 1 / s));
}

std::optional<double> storedScale(const CoderFolder& folder)
{
    if (!folder.has(scalerFile))
        return {};
    const auto& form = folder.json(scalerFile);
    const auto found = form.find("scaling_factor");
    if (found == form.end() || !found->is_number())
        return {};
    const double s = found->get<double>();
    return std::isfinite(s) && s > 0 ? std::optional(s) : std::nullopt;
}

} // namespace

void foldDecoderNorm(SparseCoder& coder)
{
    const std::vector<double> norms = decoderNorms(coder);
    std::vector<double> inverse = norms;
    for (double& norm : inverse)
        norm = norm > 0 ? 1 / norm : 0;
    for (std::size_t i = 0; i < coder.bias.size(); ++i)
        coder.bias[i] = static_cast<float>(static_cast<double>(coder.bias[i]) * norms[i]);
    coder.inputs.front().encoder = scaledRows(coder.inputs.front().encoder, norms);
    coder.outputs.front().decoder = scaledRows(coder.outputs.front().decoder, inverse);
    coder.declared.notes.push_back("Its latents were scaled by their decoder rows' norms.");
}

void foldLatentFactors(
    const SaeLensConfig& config, const SaeLensTensors& tensors, SparseCoder& coder)
{
    const char* name
        = tensors.has("scaling_factor") ? "scaling_factor" : "finetuning_scaling_factor";
    if (!tensors.has(name))
        return;
    const std::vector<float> factors = tensors.perLatent(name);
    const auto isOne = [](float factor) { return std::abs(factor - 1) <= 1e-5F; };
    if (std::all_of(factors.begin(), factors.end(), isOne))
        return;
    if (!config.scalesLatents)
        throw Error("The dictionary holds factors of its latents (" + std::string(name)
            + "), but cfg.json says finetuning_scaling_factor is false; one of them is wrong.");
    if (config.byDecoderNorm)
        throw Error("The dictionary holds factors of its latents and chooses them by decoder norm, "
                    "which SAELens never did together.");
    coder.outputs.front().decoder = scaledRows(
        coder.outputs.front().decoder, std::vector<double>(factors.begin(), factors.end()));
    coder.declared.notes.push_back(
        "Factors of its latents from fine-tuning were multiplied into the decoder.");
}

void normalizeInput(const SaeLensConfig& config, const CoderFolder& folder, SparseCoder& coder)
{
    using Normalization = SaeLensConfig::Normalization;
    InputNorm& norm = coder.inputs.front().norm;
    CoderOutput& output = coder.outputs.front();
    switch (config.normalization) {
    case Normalization::None:
        return;
    case Normalization::ConstantNorm:
        norm.kind = InputNorm::Kind::PerToken;
        output.scaledBack = !config.transcoder;
        return;
    case Normalization::LayerNorm:
        norm.kind = InputNorm::Kind::LayerNorm;
        output.scaledBack = !config.transcoder;
        return;
    case Normalization::ExpectedAverage:
        break;
    }
    if (const auto s = storedScale(folder)) {
        if (config.kind == SaeLensKind::BatchTopK && config.byDecoderNorm)
            for (float& theta : std::get<JumpReluActivation>(coder.activation).theta)
                theta = static_cast<float>(static_cast<double>(theta) / *s);
        foldInputScale(coder, *s);
        coder.declared.notes.push_back("The scale of its training's activations from "
            + std::string(scalerFile) + " was folded into its weights.");
        return;
    }
    norm.kind = InputNorm::Kind::Scale;
    output.scaledBack = true;
    coder.declared.scaleMissing = true;
    coder.declared.notes.push_back(
        "It was trained on activations that were multiplied by sqrt(d) / "
        "mean |x|, and its files do not say the mean; until that is measured it sees them in the "
        "wrong scale.");
}

} // namespace microtome
