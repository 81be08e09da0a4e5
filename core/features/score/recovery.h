#pragma once

#include "core/model/matrix.h"

namespace microtome {

/// How much of a known dictionary another one holds (features-and-steering.md 3.7). cos is taken of
/// rows; a row of zeros has cosine 0 with everything.
struct Recovery {
    /// mean over true features of the largest cosine of any learned one
    double mmcs = 0;
    /// the same with both exchanged: mean over learned ones of the largest cosine of any true one
    double mmcsOfLearned = 0;
    /// mean of |cos| over the best assignment of min(n, g) pairs
    double mcc = 0;
    /// true features that are some learned one's nearest, of min(n, g)
    double uniqueness = 0;
};

/// `truth` [g, d] and `learned` [n, d]: a row is a feature's direction.
Recovery recoveryOf(const Matrix& truth, const Matrix& learned);

} // namespace microtome
