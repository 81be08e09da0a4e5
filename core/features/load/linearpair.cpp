#include "core/features/load/linearpair.h"

#include "core/features/load/codertensors.h"
#include "core/features/load/plaincoder.h"
#include "core/features/load/torchweights.h"

namespace microtome {

bool recognisesLinearPair(const CoderFolder& folder)
{
    const auto tensors = torchTensorsOf(folder);
    return tensors && tensors->hasAll({"encoder_linear.weight", "decoder_linear.weight"});
}

SparseCoder readLinearPair(const CoderFolder& folder)
{
    const CoderTensors tensors(folder, torchWeightsOf(folder));
    const std::size_t n = tensors.size("encoder_linear.bias", 1, 0);
    const std::size_t d = tensors.size("decoder_linear.bias", 1, 0);
    PlainCoder plain;
    plain.encoder = tensors.matrix("encoder_linear.weight", n, d, Stored::LatentsFirst);
    plain.encoderBias = tensors.vector("encoder_linear.bias", n);
    plain.decoder = tensors.matrix("decoder_linear.weight", n, d, Stored::LatentsLast);
    plain.decoderBias = tensors.vector("decoder_linear.bias", d);
    SparseCoder coder = coderOf(std::move(plain), ReluActivation{});
    coder.declared.format = "encoder_linear and decoder_linear";
    coder.declared.architecture = "ReLU";
    coder.declared.notes
        = {"Its file does not say where it reads; see the page that it comes from.",
            "The decoder's bias is not taken from what it reads."};
    return coder;
}

} // namespace microtome
