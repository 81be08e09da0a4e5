#pragma once

#include "core/features/attribution/reading.h"
#include "core/model/model.h"

#include <vector>

namespace microtome {

/// What one attention layer did with a prompt, as far as a latent behind it can tell. Matrices are
/// as in a Trace.
struct AttentionLayer {
    Matrix pattern; ///< [heads * tokens, tokens]: rows are heads, then destinations
    Matrix values; ///< [tokens, kvHeads * dHead], biases included
    int heads = 0;
    int kvHeads = 0; ///< head h reads the values of h / (heads / kvHeads)
    std::vector<Matrix> out; ///< [heads] of W_O [dHead, dModel]; empty where z itself is read
    std::vector<float> outBias; ///< [dModel], b_O; empty: none, or z is read

    std::size_t tokens() const { return pattern.columns(); }
    std::size_t headWidth() const; ///< dHead
};

/// What to capture for it: pattern and values of a layer.
std::vector<Site> attentionSites(Layer);

/// From a run that captured attentionSites(). `reads` is what the dictionary reads: Point::AttnOut
/// or Point::Z (heads side by side); throws Error for another.
AttentionLayer attentionLayer(const Model&, const Trace&, Layer, Point reads);

/// Which source tokens and heads made a latent's pre-activation at one token.
struct HeadAttribution {
    Matrix contributions; ///< [heads, tokens], c of headAttribution
    std::vector<double> byHead; ///< [heads], sums over sources
    std::vector<double> bySource; ///< [tokens], sums over heads

    /// |byHead| over the sum of all |byHead|, [heads]; zeros where no head contributes.
    std::vector<double> headShares;

    double sum = 0; ///< of all contributions
    double constant = 0; ///< biases: the reading's constant and row · b_O
    double actual = 0; ///< the pre-activation, from what was really read
    double remainder = 0; ///< actual - sum - constant: rounding, and what edits wrote behind
};

/// Direct feature attribution (Kissane et al. 2024, arXiv 2406.17759, section 3; SAEDashboard's
/// dfa_calculator): attention patterns and the dictionary's input norm held fixed, the
/// pre-activation is a sum over heads h and source tokens s
///
///     c[h, s] = A[h, t, s] (v[h, s] W_O[h]) · row      where the attention's output is read
///     c[h, s] = A[h, t, s] v[h, s] · row[h]            where z of all heads side by side is read
///
/// with row[h] the part of the row for head h. In f64. `read` is the token t as the dictionary read
/// it. Throws Error where shapes do not fit.
HeadAttribution headAttribution(
    const AttentionLayer&, const LinearReading&, Position, std::span<const float> read);

} // namespace microtome
