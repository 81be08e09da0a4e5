#pragma once

#include "core/nn/parameters.h"
#include "core/nn/weights.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace microtome::nn {

/// Reads a Hugging Face configuration and builds the decoder from the tensors that its family names.
/// Families differ in a table of names and in how their configuration is read, not in the forward
/// pass. Throws Error naming the family when it is not known.
LoadedDecoder loadFamily(const nlohmann::json& config, Weights&, at::ScalarType, at::Device);

/// The `model_type`s that can be opened.
std::vector<std::string> familyNames();

} // namespace microtome::nn
