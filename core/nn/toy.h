#pragma once

#include "core/nn/parameters.h"
#include "core/nn/weights.h"

#include <nlohmann/json_fwd.hpp>

namespace microtome::nn {

/// Whether the tensors carry TransformerLens's names (`embed.W_E`, `blocks.N.attn.W_Q`, ...).
bool hasTransformerLensNames(const Weights&);

/// Builds a decoder from a TransformerLens state dict: W_Q, W_K, W_V [heads, dModel, dHead],
/// W_O [heads, dHead, dModel], W_in [dModel, dMlp], W_out [dMlp, dModel], W_U [dModel, vocabulary].
/// `config` holds TransformerLens's own names (`n_layers`, `act_fn`, `normalization_type`, ...) or is
/// empty: then shapes decide, and a net whose activation, norm or mask shapes cannot tell is refused
/// with a sentence that says what to add.
LoadedDecoder loadTransformerLens(
    const nlohmann::json& config, Weights&, at::ScalarType, at::Device);

} // namespace microtome::nn
