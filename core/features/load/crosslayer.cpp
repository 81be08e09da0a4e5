#include "core/features/load/crosslayer.h"

#include "core/features/load/codertensors.h"
#include "core/features/load/layerfiles.h"
#include "core/features/load/transcoderhooks.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::string_view encoders = "W_enc_";
constexpr std::string_view decoders = "W_dec_";
constexpr std::string_view layers = "layer_";
constexpr const char* sharesNote
    = "It is one layer of a cross-layer transcoder: the output of a layer is the sum of what all "
      "parts up to it write there.";

bool choseOneOf(const CoderFolder& folder, std::string_view prefix)
{
    return folder.chosen().starts_with(prefix) && folder.chosen().ends_with(".safetensors");
}

bool choseFolder(const CoderFolder& folder)
{
    return folder.chose({"config.yaml", "config.json"});
}

/// The decoders of one layer: to itself and to those behind it.
void addOutputs(SparseCoder& coder, const CoderTensors& tensors, const std::string& decoder,
    std::size_t from, std::size_t count, std::vector<float> bias)
{
    const std::size_t n = coder.bias.size();
    const std::size_t d = bias.size();
    for (std::size_t i = 0; i < count; ++i) {
        CoderOutput output;
        output.decoder = tensors.slice(decoder, 1, from + i, n, d);
        if (i == 0)
            output.bias = std::move(bias);
        coder.outputs.push_back(std::move(output));
    }
}

} // namespace

bool recognisesCrossLayer(const CoderFolder& folder)
{
    return !layerFiles(folder, encoders).empty() && !layerFiles(folder, decoders).empty()
        && (choseFolder(folder) || choseOneOf(folder, encoders) || choseOneOf(folder, decoders));
}

std::vector<std::string> crossLayerParts(const CoderFolder& folder)
{
    return namesOf(layerFiles(folder, encoders));
}

/// f_i = act(x_i W_enc_i^T + b_enc_i), y_j = sum over i <= j of f_i W_dec_i[:, j - i] + b_dec_j:
/// circuit_tracer/transcoder/cross_layer_transcoder.py.
SparseCoder readCrossLayer(const CoderFolder& folder, const std::string& file)
{
    const auto files = layerFiles(folder, encoders);
    checkNoLayerMissing(files, encoders);
    const int layer = layerOf(files, file);
    const std::string number = std::to_string(layer);
    const CoderTensors tensors(folder, file);
    const CoderTensors writes(folder, std::string(decoders) + number + ".safetensors");
    const std::string decoder = "W_dec_" + number;
    const TranscoderHooks hooks = transcoderHooks(folder);
    const std::size_t n = tensors.size("b_enc_" + number, 1, 0);
    const std::size_t d = tensors.size("b_dec_" + number, 1, 0);
    const std::size_t behind = files.size() - static_cast<std::size_t>(layer);
    if (writes.size(decoder, 3, 1) != behind)
        throw Error(decoder + " writes to " + std::to_string(writes.size(decoder, 3, 1))
            + " layers, but there are " + std::to_string(behind) + " from its own to the last.");

    SparseCoder coder;
    CoderInput input;
    input.point = hooks.readsAt(layer);
    input.encoder = tensors.matrix("W_enc_" + number, n, d, Stored::Either);
    coder.inputs.push_back(std::move(input));
    coder.bias = tensors.vector("b_enc_" + number, n);
    addOutputs(coder, writes, decoder, 0, behind, tensors.vector("b_dec_" + number, d));
    for (std::size_t i = 0; i < coder.outputs.size(); ++i)
        coder.outputs[i].point = hooks.writesAt(layer + static_cast<int>(i));
    const std::string threshold = "threshold_" + number;
    coder.activation = ReluActivation{};
    if (tensors.has(threshold))
        coder.activation = JumpReluActivation{tensors.vector(threshold, n)};
    if (tensors.has("W_skip_" + number))
        coder.outputs.front().skip = tensors.matrix("W_skip_" + number, d, d, Stored::LatentsFirst);

    coder.declared.format = "circuit-tracer cross-layer transcoder";
    coder.declared.architecture = tensors.has(threshold) ? "jumprelu" : "relu";
    coder.declared.model = hooks.model;
    coder.declared.other = hooks.fields;
    coder.declared.notes.push_back(sharesNote);
    if (!hooks.note.empty())
        coder.declared.notes.push_back(hooks.note);
    return coder;
}

bool recognisesGemmaScope2CrossLayer(const CoderFolder& folder)
{
    const auto files = layerFiles(folder, layers);
    if (files.empty() || !(choseFolder(folder) || choseOneOf(folder, layers)))
        return false;
    const CoderTensors tensors(folder, files.begin()->second);
    return tensors.hasAll({"w_enc", "w_dec", "threshold"})
        && tensors.at("w_dec").shape().size() == 3;
}

std::vector<std::string> gemmaScope2CrossLayerParts(const CoderFolder& folder)
{
    return namesOf(layerFiles(folder, layers));
}

/// As above with w_dec [n, L, d], of which a layer uses its own entry and those behind it; a skip
/// is x A: load_gemma_scope_2_clt().
SparseCoder readGemmaScope2CrossLayer(const CoderFolder& folder, const std::string& file)
{
    const auto files = layerFiles(folder, layers);
    checkNoLayerMissing(files, layers);
    const int layer = layerOf(files, file);
    const CoderTensors tensors(folder, file);
    const std::size_t n = tensors.size("b_enc", 1, 0);
    const std::size_t d = tensors.size("b_dec", 1, 0);
    const std::size_t all = tensors.size("w_dec", 3, 1);
    const auto own = static_cast<std::size_t>(layer);
    if (own >= all)
        throw Error(text::clip(file) + " is of a layer behind the " + std::to_string(all)
            + " that its w_dec writes to.");

    SparseCoder coder;
    CoderInput input;
    const auto point = [](std::size_t at, const char* module) {
        return "model.layers." + std::to_string(at) + "." + module + ".output";
    };
    input.point = point(own, "pre_feedforward_layernorm");
    input.encoder = tensors.matrix("w_enc", n, d, Stored::LatentsLast);
    coder.inputs.push_back(std::move(input));
    coder.bias = tensors.vector("b_enc", n);
    coder.activation = JumpReluActivation{tensors.vector("threshold", n)};
    addOutputs(coder, tensors, "w_dec", own, all - own, tensors.vector("b_dec", d));
    for (std::size_t i = 0; i < coder.outputs.size(); ++i)
        coder.outputs[i].point = point(own + i, "post_feedforward_layernorm");
    if (tensors.has("affine_skip_connection"))
        coder.outputs.front().skip
            = tensors.matrix("affine_skip_connection", d, d, Stored::LatentsFirst);
    coder.declared.format = "Gemma Scope 2 cross-layer transcoder";
    coder.declared.architecture = "jump_relu";
    coder.declared.notes = {sharesNote,
        "Its file does not say where it reads and writes; the norms before and behind the MLP are "
        "Gemma Scope 2's convention."};
    return coder;
}

} // namespace microtome
