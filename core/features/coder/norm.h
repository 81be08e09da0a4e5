#pragma once

#include "core/features/coder/coder.h"

#include <span>
#include <vector>

namespace microtome {

/// A token as an encoder sees it, and the way back: what is made in the scale of `values` is
/// y scale + shift in the scale of the token.
struct NormedToken {
    std::vector<double> values; ///< [d]
    double scale = 1;
    double shift = 0;
};

NormedToken normed(const InputNorm&, std::span<const float> token);

/// |decoder row|, over all outputs together: [n].
std::vector<double> decoderNorms(const SparseCoder&);

/// Each row of a matrix times its own factor.
Matrix scaledRows(const Matrix&, std::span<const double> factors);

} // namespace microtome
