#pragma once

#include "core/features/coder/coder.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <span>
#include <string>

namespace microtome {

/// SAELens's name of what a dictionary would be saved as: standard, topk, gated, jumprelu,
/// transcoder, skip_transcoder, jumprelu_transcoder, jumprelu_skip_transcoder. Throws Error with a
/// sentence where SAELens 6 has none.
std::string saeLensArchitecture(const SparseCoder&);

/// Writes cfg.json and sae_weights.safetensors of SAELens 6 (features-and-steering.md 2.1) to a
/// folder, and sparsity.safetensors where `frequencies` [n] (share of tokens in which each latent
/// fires) are given. `training`: what its metadata says of the training. `matrices`: what these are
/// stored as; SAELens computes in float32 either way. Each file is written beside, then renamed.
/// Throws Error with a sentence.
enum class SaeLensMatrices { Float32, Float16 };
void saveSaeLens(const SparseCoder&, const std::filesystem::path& folder,
    std::span<const double> frequencies, const nlohmann::json& training,
    SaeLensMatrices matrices = SaeLensMatrices::Float32);

} // namespace microtome
