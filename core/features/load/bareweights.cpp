#include "core/features/load/bareweights.h"

#include "core/features/load/codertensors.h"
#include "core/features/load/plaincoder.h"
#include "core/work/error.h"

#include <algorithm>
#include <array>

namespace microtome {

namespace {

constexpr std::array kinds{".safetensors", ".pt", ".pth", ".bin", ".npz"};

bool holdsWeights(const std::string& file)
{
    return file.find('/') == std::string::npos
        && std::ranges::any_of(kinds, [&](const char* kind) { return file.ends_with(kind); });
}

std::string weightsOf(const CoderFolder& folder)
{
    if (!folder.chosen().empty())
        return holdsWeights(folder.chosen()) ? folder.chosen() : std::string();
    std::string only;
    for (const std::string& file : folder.files())
        if (holdsWeights(file)) {
            if (!only.empty())
                return {};
            only = file;
        }
    return only;
}

/// A description beside it belongs to a format of its own.
bool isDescribed(const CoderFolder& folder)
{
    return std::ranges::any_of(folder.files(),
        [](const std::string& file) { return file.ends_with("cfg.json"); });
}

/// How many latents and places: what the biases say, else the longer axis is that of the latents.
struct Sizes {
    std::size_t n = 0;
    std::size_t d = 0;
};

Sizes sizesOf(const CoderTensors& tensors)
{
    const std::size_t first = tensors.size("W_enc", 2, 0);
    const std::size_t second = tensors.size("W_enc", 2, 1);
    Sizes sizes{std::max(first, second), std::min(first, second)};
    if (tensors.has("b_enc") && tensors.size("b_enc", 1, 0) == sizes.d)
        std::swap(sizes.n, sizes.d);
    return sizes;
}

} // namespace

bool recognisesBareWeights(const CoderFolder& folder)
{
    const std::string file = weightsOf(folder);
    if (file.empty() || isDescribed(folder))
        return false;
    try {
        const CoderTensors tensors(folder, file);
        return tensors.hasAll({"W_enc", "W_dec"}) && tensors.at("W_enc").shape().size() == 2;
    } catch (const Error&) {
        return false; // whatever it is, it is not this
    }
}

SparseCoder readBareWeights(const CoderFolder& folder)
{
    const CoderTensors tensors(folder, weightsOf(folder));
    const auto [n, d] = sizesOf(tensors);
    PlainCoder plain;
    plain.encoder = tensors.matrix("W_enc", n, d, Stored::Either);
    plain.decoder = tensors.matrix("W_dec", n, d, Stored::Either);
    plain.encoderBias = tensors.vectorIfThere("b_enc", n);
    plain.decoderBias = tensors.vectorIfThere("b_dec", d);
    plain.subtracted = plain.decoderBias;
    CoderActivation activation = ReluActivation{};
    if (tensors.has("threshold"))
        activation = JumpReluActivation{tensors.vector("threshold", n)};
    SparseCoder coder = coderOf(std::move(plain), std::move(activation));
    coder.declared.format = "weights alone";
    coder.declared.architecture = tensors.has("threshold") ? "JumpReLU" : "ReLU";
    coder.declared.notes = {"Its file holds weights and no description: say where it reads.",
        "That b_dec is subtracted first, that nothing is scaled and that as many latents fire as "
        "lie above 0 is assumed; the check tries other conventions."};
    return coder;
}

} // namespace microtome
