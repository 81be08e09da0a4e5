#pragma once

#include <filesystem>

namespace microtome::bench {

struct ModelSize {
    int layers = 12;
    int heads = 12;
    int dModel = 768;
    int vocabulary = 50257;
    int context = 1024;
};

/// Writes a random model in GPT-2's layout (weights normal with 0.02, as GPT-2 starts) into a folder
/// and returns it.
std::filesystem::path makeGpt2(const std::filesystem::path& folder, const ModelSize&);

} // namespace microtome::bench
