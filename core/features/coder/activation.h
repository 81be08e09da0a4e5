#pragma once

#include "core/features/coder/coder.h"

#include <span>
#include <vector>

namespace microtome {

/// What the latents of one token are made from.
struct Preactivation {
    std::vector<double> pre; ///< [n]: the sum over all inputs and the bias
    std::vector<double> x; ///< [d_in]: the first input after norm and subtraction
};

/// The latents of a token: f [n]. `decoderNorms` [n] are read by TopK that chooses by them.
void activate(const SparseCoder&, const Preactivation&, std::span<const double> decoderNorms,
    std::span<float> f);

/// Matching pursuit of x with the rows of the decoder (features-and-steering.md 2.7).
void pursue(const MatchingPursuitActivation&, const Matrix& decoder, std::vector<double> x,
    std::span<float> f);

} // namespace microtome
