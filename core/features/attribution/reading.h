#pragma once

#include "core/features/coder/coder.h"

#include <span>
#include <vector>

namespace microtome {

/// A latent's pre-activation as a sum over what it reads at one token: pre = row · x + constant.
struct LinearReading {
    std::vector<double> row; ///< [d_in]
    double constant = 0; ///< the latent's bias, less what is subtracted before the encoder
};

/// The reading of one latent at a token x [d_in], with the scale of the dictionary's own input norm
/// held at what it is for that token: for encoder row w, subtracted s and bias b
///
///     None       row = w                      PerToken   row = w sqrt(d) / |x|
///     Scale c    row = c w                    LayerNorm  row = (w - mean(w)) / (std(x) + epsilon)
///
/// and constant = b - w · s (formulas of coder.h). Exact: row · x + constant is `pre` of coder.h,
/// of a gated or GLU dictionary the part that is gated; TopK that chooses by decoder norm
/// multiplies it afterwards. Throws Error for a dictionary of several inputs or without an encoder.
LinearReading readingOf(const SparseCoder&, std::size_t latent, std::span<const float> token);

} // namespace microtome
