#include "core/features/load/llamascopium.h"

#include "core/features/load/coderfields.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace microtome {

namespace {

constexpr const char* configuration = "config.json";

const char* const weightFiles[]
    = {"sae_weights.safetensors", "sae_weights.pt", "checkpoints/pruned.safetensors",
        "checkpoints/pruned.pt", "checkpoints/final.safetensors", "checkpoints/final.pt"};

/// Older files name tensors as torch.nn.Linear does, and their axes lie as there.
struct Names {
    const char* encoder;
    const char* encoderBias;
    const char* decoder;
    const char* decoderBias;
    const char* gate;
    const char* gateBias;
    Stored encoderAs;
    Stored decoderAs;
};

constexpr Names newer{
    "W_E", "b_E", "W_D", "b_D", "W_E_glu", "b_E_glu", Stored::LatentsLast, Stored::LatentsFirst};
constexpr Names older{"encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias",
    "encoder_glu.weight", "encoder_glu.bias", Stored::LatentsFirst, Stored::LatentsLast};

std::vector<float> logThreshold(const CoderTensors& tensors, std::size_t n)
{
    for (const char* name :
        {"activation_function.log_jumprelu_threshold", "log_jumprelu_threshold"})
        if (tensors.has(name))
            return tensors.vector(name, n);
    return {};
}

} // namespace

bool describesLlamascopium(const CoderFolder& folder)
{
    return (folder.chosen().empty() || folder.chosen() == configuration
               || folder.chosen().starts_with("sae_weights."))
        && describes(folder, configuration, {"d_model", "act_fn", "norm_activation"});
}

CoderTensors llamascopiumTensors(const CoderFolder& folder)
{
    for (const std::string file : weightFiles) {
        if (!folder.has(file))
            continue;
        if (file.ends_with(".safetensors"))
            return {folder, file};
        const StoredValue* inner = folder.tensorFile(file).value.find("sae");
        return inner ? CoderTensors(file, *inner) : CoderTensors(folder, file);
    }
    throw Error("Beside config.json there are no sae_weights.safetensors or .pt; weights in a .dcp "
                "folder must be saved as safetensors first.");
}

std::string llamascopiumType(const nlohmann::json& config)
{
    return textField(config, "sae_type").value_or("sae");
}

bool recognisesLlamascopium(const CoderFolder& folder)
{
    if (!describesLlamascopium(folder))
        return false;
    const std::string type = llamascopiumType(folder.json(configuration));
    return type != "clt" && type != "crosscoder";
}

SparseCoder readLlamascopium(const CoderFolder& folder)
{
    const auto& config = folder.json(configuration);
    const std::string type = llamascopiumType(config);
    if (type != "sae" && type != "transcoder")
        throw Error("This is a \"" + text::clip(type)
            + "\" of llamascopium, which is no dictionary in the sense of encoder and decoder.");
    const CoderTensors tensors = llamascopiumTensors(folder);
    const Names& names = tensors.has(newer.encoder) ? newer : older;
    const std::size_t n = tensors.size(names.encoderBias, 1, 0);
    const auto d = countField(config, "d_model", configuration);
    const auto width = static_cast<std::size_t>(d.value_or(0));

    LlamascopiumLayer layer;
    CoderInput input;
    CoderOutput output;
    input.encoder = tensors.matrix(names.encoder, n, width, names.encoderAs);
    output.decoder = tensors.matrix(names.decoder, n, width, names.decoderAs);
    output.bias = tensors.vectorIfThere(names.decoderBias, width);
    input.point = textField(config, "hook_point_in").value_or("");
    output.point = textField(config, "hook_point_out").value_or(input.point);
    layer.coder.inputs.push_back(std::move(input));
    layer.coder.outputs.push_back(std::move(output));
    layer.coder.bias = tensors.vector(names.encoderBias, n);
    layer.logThreshold = logThreshold(tensors, n);
    if (boolField(config, "use_glu_encoder").value_or(false)) {
        layer.gate = tensors.matrix(names.gate, n, width, names.encoderAs);
        layer.gateBias = tensors.vector(names.gateBias, n);
    }
    return finishLlamascopium(std::move(layer), config, tensors);
}

} // namespace microtome
