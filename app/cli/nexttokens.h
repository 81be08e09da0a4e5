#pragma once

#include "app/cli/pieces.h"

#include <span>

namespace microtome::cli {

/// The most likely tokens of one row of logits: `[{id, piece, logit, prob}]`, highest first; of
/// equal ones the lower id first.
nlohmann::json nextTokens(std::span<const float> logits, std::size_t count, const Pieces&);

/// ln softmax of one row of logits, in f64.
std::vector<float> logProbabilities(std::span<const float> logits);

} // namespace microtome::cli
