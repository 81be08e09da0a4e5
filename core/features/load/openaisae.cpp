#include "core/features/load/openaisae.h"

#include "core/features/load/codertensors.h"
#include "core/features/load/plaincoder.h"
#include "core/features/load/torchweights.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <limits>

namespace microtome {

namespace {

/// An Identity behind the choice of the k largest would keep those below 0.
TopKActivation openAiTopK(const StoredValue& file, CoderDeclaration& declared)
{
    const StoredValue* state = file.find("activation_state_dict");
    const StoredValue* k = state ? state->find("k") : nullptr;
    std::optional<double> value = k ? k->number() : std::nullopt;
    if (k && k->tensor() && k->tensor()->count() == 1)
        value = static_cast<double>(k->tensor()->floats().front());
    if (!value || !(*value >= 1) || *value > std::numeric_limits<int>::max())
        throw Error("This TopK dictionary does not say k in its activation_state_dict.");
    const StoredValue* behind = state->find("postact_fn");
    const std::string* name = behind ? behind->text() : nullptr;
    if (name && *name != "ReLU")
        declared.notes.push_back(
            "Behind TopK it has " + text::clip(*name) + "; here latents below 0 count as 0.");
    return {static_cast<int>(*value), false, false};
}

} // namespace

bool recognisesOpenAi(const CoderFolder& folder)
{
    const auto tensors = torchTensorsOf(folder);
    return tensors && tensors->hasAll({"pre_bias", "latent_bias", "encoder.weight"});
}

/// x -> (x - mean) / (std + 1e-5) where it is a TopK; f = act((x - pre_bias) E^T + latent_bias); y
/// = (f D^T + pre_bias) std + mean: sparse_autoencoder/model.py.
SparseCoder readOpenAi(const CoderFolder& folder)
{
    const CoderTensors tensors(folder, torchWeightsOf(folder));
    const StoredValue& file = folder.tensorFile(tensors.file()).value;
    const std::size_t n = tensors.size("latent_bias", 1, 0);
    const std::size_t d = tensors.size("pre_bias", 1, 0);
    const bool tied = !tensors.has("decoder.weight");
    PlainCoder plain;
    plain.encoder = tensors.matrix("encoder.weight", n, d, Stored::LatentsFirst);
    plain.subtracted = tensors.vector("pre_bias", d);
    plain.encoderBias = tensors.vector("latent_bias", n);
    plain.decoder
        = tied ? plain.encoder : tensors.matrix("decoder.weight", n, d, Stored::LatentsLast);
    plain.decoderBias = plain.subtracted;

    CoderDeclaration declared;
    const StoredValue* activation = file.find("activation");
    declared.format = "OpenAI sparse_autoencoder";
    declared.architecture
        = activation && activation->text() ? text::clip(*activation->text()) : "ReLU";
    declared.notes.push_back(
        "Its file does not say where it reads; see the page that it comes from.");
    if (tied)
        declared.notes.push_back("Its decoder is its encoder, transposed.");
    if (declared.architecture != "ReLU" && declared.architecture != "TopK")
        throw Error("The activation " + declared.architecture
            + " of OpenAI's sparse_autoencoder is not known here.");

    SparseCoder coder = coderOf(std::move(plain), ReluActivation{});
    if (declared.architecture == "TopK") {
        coder.activation = openAiTopK(file, declared);
        coder.inputs.front().norm.kind = InputNorm::Kind::LayerNorm; // epsilon 1e-5, unbiased
        coder.outputs.front().scaledBack = true;
        declared.notes.push_back("Each token is centred and divided by its standard deviation, and "
                                 "the reconstruction scaled back.");
    }
    coder.declared = std::move(declared);
    return coder;
}

} // namespace microtome
