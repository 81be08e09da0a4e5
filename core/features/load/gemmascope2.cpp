#include "core/features/load/gemmascope.h"

#include "core/features/load/coderfields.h"
#include "core/features/load/codertensors.h"
#include "core/features/load/plaincoder.h"

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

std::string weightsOf(const CoderFolder& folder)
{
    if (folder.chosen().ends_with(".safetensors"))
        return folder.chosen();
    return folder.chose({"config.json"}) && folder.has("params.safetensors") ? "params.safetensors"
                                                                             : "";
}

void declare(const CoderFolder& folder, SparseCoder& coder)
{
    CoderDeclaration& declared = coder.declared;
    declared.format = "Gemma Scope 2";
    declared.architecture = "jump_relu";
    if (!folder.has("config.json")) {
        declared.notes.push_back(
            "No config.json lies beside it, so say where it reads and writes.");
        return;
    }
    const auto& config = folder.json("config.json");
    keepFields(declared, config);
    declared.architecture = textField(config, "architecture").value_or(declared.architecture);
    declared.model = textField(config, "model_name").value_or("");
    declared.l0 = numberField(config, "l0");
    const std::string reads = textField(config, "hf_hook_point_in").value_or("");
    coder.inputs.front().point = reads;
    coder.outputs.front().point = textField(config, "hf_hook_point_out").value_or(reads);
    declared.headsJoined = reads.ends_with("o_proj.input");
}

} // namespace

bool recognisesGemmaScope2(const CoderFolder& folder)
{
    const std::string file = weightsOf(folder);
    if (file.empty())
        return false;
    const CoderTensors tensors(folder, file);
    return tensors.hasAll({"w_enc", "w_dec", "threshold"})
        && tensors.at("w_dec").shape().size() != 3;
}

SparseCoder readGemmaScope2(const CoderFolder& folder)
{
    const CoderTensors tensors(folder, weightsOf(folder));
    const std::size_t n = tensors.size("b_enc", 1, 0);
    const std::size_t d = tensors.size("b_dec", 1, 0);
    PlainCoder plain;
    plain.encoder = tensors.matrix("w_enc", n, d, Stored::LatentsLast);
    plain.encoderBias = tensors.vector("b_enc", n);
    plain.decoder = tensors.matrix("w_dec", n, d, Stored::LatentsFirst);
    plain.decoderBias = tensors.vector("b_dec", d);
    SparseCoder coder
        = coderOf(std::move(plain), JumpReluActivation{tensors.vector("threshold", n)});
    declare(folder, coder);
    if (tensors.has("affine_skip_connection")) {
        coder.outputs.front().skip
            = tensors.matrix("affine_skip_connection", d, d, Stored::LatentsFirst);
        coder.declared.notes.push_back(
            "Its skip is x A, as circuit-tracer reads it; other programs take x A^T, so see which "
            "leaves the smaller error.");
    }
    return coder;
}

} // namespace microtome
