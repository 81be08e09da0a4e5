#pragma once

#include "core/nn/parameters.h"
#include "core/nn/weights.h"

#include <nlohmann/json_fwd.hpp>

namespace microtome::nn {

/// The decoder of whichever layout the tensors have: TransformerLens's names, or one of Hugging
/// Face's families. Throws Error with a sentence.
LoadedDecoder loadDecoder(const nlohmann::json& config, Weights&, at::ScalarType, at::Device);

} // namespace microtome::nn
