#pragma once

#include "core/model/model.h"

#include <span>

namespace microtome {

/// How many tokens of its prediction a run has at hand.
inline constexpr int nextTokens = 10;

/// The prediction of one row of logits: top k (ties: lower id first), entropy, logits and ranks of
/// the tracked tokens. Sums in f64.
ReadOut nextToken(
    std::span<const float> logits, int topK, const std::vector<TokenId>& tracked = {});

/// KL(reference ‖ other) of the softmax of two rows of logits, in nats.
double klOfLogits(std::span<const float> reference, std::span<const float> other);

} // namespace microtome
