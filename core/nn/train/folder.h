#pragma once

#include "core/nn/train/start.h"

#include <filesystem>
#include <string>

namespace microtome::nn {

/// Writes a model's config.json and its tokenizer's files, byte for byte, into a folder.
void writeSurroundings(const std::filesystem::path& folder, const TrainStart&);

/// Writes the weights as model.safetensors, in float32 or half precision.
void writeWeights(const std::filesystem::path& folder, const Leaves&, bool half);

/// A whole model folder `checkpoints/step-000100` of `out`, written beside and renamed.
std::filesystem::path writeCheckpoint(
    const std::filesystem::path& out, const TrainStart&, std::int64_t step, bool half);

std::string checkpointName(std::int64_t step); ///< `step-000100`

} // namespace microtome::nn
