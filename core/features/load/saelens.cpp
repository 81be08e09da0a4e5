#include "core/features/load/saelens.h"

#include "core/features/load/saelensconfig.h"
#include "core/features/load/saelensfold.h"
#include "core/features/load/saelenstensors.h"
#include "core/features/load/transposed.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr const char* configFile = "cfg.json";
constexpr const char* weightsFile = "sae_weights.safetensors";
constexpr const char* sparsityFile = "sparsity.safetensors";

std::vector<float> exponential(std::vector<float> values)
{
    for (float& value : values)
        value = std::exp(value);
    return values;
}

CoderActivation readActivation(
    const SaeLensConfig& config, const SaeLensTensors& tensors, std::vector<std::string>& notes)
{
    switch (config.kind) {
    case SaeLensKind::Standard:
        break;
    case SaeLensKind::TopK:
        return TopKActivation{config.k, config.byDecoderNorm, config.absolute};
    case SaeLensKind::Gated:
        return GatedActivation{
            tensors.perLatent("b_gate"), tensors.perLatent("b_mag"), tensors.perLatent("r_mag")};
    case SaeLensKind::JumpRelu:
        if (tensors.has("threshold") || !tensors.has("log_threshold"))
            return JumpReluActivation{tensors.perLatent("threshold")};
        notes.push_back("Its thresholds are stored as logarithms; they were exponentiated.");
        return JumpReluActivation{exponential(tensors.perLatent("log_threshold"))};
    case SaeLensKind::BatchTopK:
        notes.push_back("It is a training checkpoint of BatchTopK; it was read as the JumpReLU "
                        "dictionary with one threshold that SAELens makes of it.");
        return JumpReluActivation{std::vector<float>(
            static_cast<std::size_t>(config.dSae), tensors.number("topk_threshold"))};
    case SaeLensKind::MatchingPursuit:
        return MatchingPursuitActivation{config.steps, config.residual, config.stopsWhenRepeated};
    }
    return ReluActivation{};
}

/// log10(frequency + 1e-10) of each latent; L0 is the sum of the frequencies.
void declareSparsity(const CoderFolder& folder, SparseCoder& coder)
{
    if (!folder.has(sparsityFile))
        return;
    try {
        const Matrix logs = folder.safeTensors(sparsityFile)->matrix("sparsity");
        double l0 = 0;
        for (const double value : logs.values())
            l0 += std::max(0.0, std::pow(10.0, value) - 1e-10);
        if (logs.size() != coder.latents() || !(l0 <= 1.01 * static_cast<double>(coder.latents())))
            throw Error("It does not hold one frequency for each latent.");
        coder.declared.l0 = l0;
    } catch (const Error& error) {
        coder.declared.notes.push_back(
            std::string(sparsityFile) + " was left out: " + error.what());
    }
}

} // namespace

bool recognisesSaeLens(const CoderFolder& folder)
{
    if (!folder.chose({configFile, weightsFile, sparsityFile}) || !folder.has(configFile))
        return false;
    return folder.has(weightsFile) || folder.json(configFile).contains("d_sae");
}

SparseCoder readSaeLens(const CoderFolder& folder)
{
    const SaeLensConfig config = readSaeLensConfig(folder.json(configFile));
    if (!folder.has(weightsFile))
        throw Error("The folder " + folder.folder().string()
            + " holds a description of SAELens but "
              "no "
            + weightsFile + "; put that file beside it.");
    const SaeLensTensors tensors(folder.safeTensors(weightsFile), config);

    SparseCoder coder;
    coder.declared = config.declared;
    CoderInput input;
    input.point = config.hookIn;
    CoderOutput output;
    output.point = config.hookOut;
    if (config.kind != SaeLensKind::MatchingPursuit)
        input.encoder = transposed(tensors.matrix("W_enc", config.dIn, config.dSae));
    output.decoder = tensors.matrix("W_dec", config.dSae, config.dOut);
    output.bias = tensors.vector("b_dec", config.dOut);
    if (config.subtractsBias)
        input.subtracted = output.bias;
    else if (config.kind == SaeLensKind::MatchingPursuit)
        output.bias.clear(); // it is tied: without the one there is not the other
    if (config.skip)
        output.skip = transposed(tensors.matrix("W_skip", config.dOut, config.dIn));
    coder.inputs.push_back(std::move(input));
    coder.outputs.push_back(std::move(output));
    coder.activation = readActivation(config, tensors, coder.declared.notes);
    if (config.kind != SaeLensKind::MatchingPursuit && config.kind != SaeLensKind::Gated)
        coder.bias = tensors.perLatent("b_enc");

    tensors.refuseOthers(coder.declared.notes);
    foldLatentFactors(config, tensors, coder);
    normalizeInput(config, folder, coder);
    if (config.kind == SaeLensKind::BatchTopK && config.byDecoderNorm)
        foldDecoderNorm(coder);
    if (tensors.isHalf())
        coder.declared.notes.push_back(
            "Its weights are stored in 16 bits; it is computed with in 32.");
    declareSparsity(folder, coder);
    return coder;
}

} // namespace microtome
