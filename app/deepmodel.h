#pragma once

#include <filesystem>

namespace microtome {

/// What a random decoder of the GPT-2 layout is made from.
struct DeepModelSize {
    int layers = 48;
    int heads = 4;
    int width = 32;
    int context = 512;
    unsigned seed = 1;
};

/// Writes a decoder of random weights into `parent` / `random-48-layers` (its name says how many
/// it has) with the vocabulary of `tokenizer`, a tokenizer.json that is copied beside it: deep
/// enough to see how every view takes depth, and quick. Returns its folder. Throws Error.
std::filesystem::path makeDeepModel(const std::filesystem::path& parent,
    const std::filesystem::path& tokenizer, const DeepModelSize& = {});

} // namespace microtome
