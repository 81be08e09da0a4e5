#include "core/features/load/hookz.h"

#include "core/features/load/coderfields.h"
#include "core/features/load/codertensors.h"
#include "core/features/load/plaincoder.h"
#include "core/features/load/torchweights.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

/// "X_cfg.json" of "X.pt"
std::string describedBy(const std::string& file)
{
    return file.substr(0, file.rfind('.')) + "_cfg.json";
}

} // namespace

bool recognisesHookZ(const CoderFolder& folder)
{
    const std::string file = torchWeightsOf(folder);
    return !file.empty()
        && describes(folder, describedBy(file), {"act_size", "dict_size", "act_name"});
}

SparseCoder readHookZ(const CoderFolder& folder)
{
    const CoderTensors tensors(folder, torchWeightsOf(folder));
    const std::string description = describedBy(tensors.file());
    const auto& config = folder.json(description);
    const std::size_t n = tensors.size("b_enc", 1, 0);
    const std::size_t d = tensors.size("b_dec", 1, 0);
    if (countField(config, "act_size", description) != static_cast<int>(d)
        || countField(config, "dict_size", description) != static_cast<int>(n))
        throw Error(text::clip(description) + " speaks of another size than the "
            + std::to_string(n) + " latents of " + std::to_string(d) + " numbers in "
            + text::clip(tensors.file()) + ".");
    PlainCoder plain;
    plain.encoder = tensors.matrix("W_enc", n, d, Stored::LatentsLast);
    plain.encoderBias = tensors.vector("b_enc", n);
    plain.decoder = tensors.matrix("W_dec", n, d, Stored::LatentsFirst);
    plain.decoderBias = tensors.vector("b_dec", d);
    plain.subtracted = plain.decoderBias;
    SparseCoder coder = coderOf(std::move(plain), ReluActivation{});
    const std::string point = textField(config, "act_name").value_or("");
    coder.inputs.front().point = point;
    coder.outputs.front().point = point;
    keepFields(coder.declared, config);
    coder.declared.format = "weights with _cfg.json";
    coder.declared.architecture = "ReLU";
    coder.declared.model = textField(config, "model_name").value_or("");
    coder.declared.headsJoined = point.find("hook_z") != std::string::npos;
    return coder;
}

} // namespace microtome
