#pragma once

#include "core/features/check/readings.h"
#include "core/features/coder/encoder.h"

#include <array>
#include <vector>

namespace microtome {

/// How well coders give back what they are to give, and how sparsely. With y the target of a token,
/// e = y - reconstruction, sums over tokens in f64 (features-and-steering.md 3.1):
struct Fit {
    std::size_t tokens = 0;
    double fvu = 0; ///< Σ |e|² / Σ |y - mean y|², over all written places together
    std::vector<double> fvuAt; ///< of each written place

    /// Quantiles 0.1, 0.5, 0.9 over tokens of |e|² / |y - mean y|².
    std::array<double, 3> tokenFvu{};

    double cosine = 0; ///< mean of cos(y, reconstruction)
    double normRatio = 0; ///< Σ |reconstruction| / Σ |y|
    double l0 = 0; ///< mean number of latents that are not 0, of a coder
    double dead = 0; ///< share of the latents that are 0 at every token
    double dense = 0; ///< share of the latents that are not 0 at more than a tenth of the tokens
};

/// What coders together make of tokens: [written place]: [tokens, d_out]. `fired`: latents of each
/// coder.
std::vector<Matrix> reconstructions(const PlacedCoders&,
    const std::vector<std::vector<Matrix>>& inputs, const std::vector<FiredLatents>& fired);

/// The fit at readings. Time: the encoding and the decoding of what fires; memory: the
/// reconstructions.
Fit fitOf(const PlacedCoders&, const Readings&, const Encoder&, const Progress& = {});

} // namespace microtome
