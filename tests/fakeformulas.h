#pragma once

#include "tests/fakeweights.h"

#include <span>
#include <vector>

namespace microtome {

double activated(Activation, double);

/// Angle per position of the i-th rotated pair.
double ropeFrequency(const Architecture&, int i);

/// out += x W of one row; W [in, out] starts at row `first` of the matrix.
void multiply(const double* x, std::size_t in, const Matrix& w, std::size_t first, double* out);

/// Logits of one residual-stream row: the final norm, its statistics recomputed, and the
/// unembedding.
std::vector<double> readOutRow(
    const Architecture&, const FakeWeights&, std::span<const double> row, bool normalise);

/// ln Σ exp, and ln p of every entry.
double logSumExp(const std::vector<double>& logits);
std::vector<double> logProbabilities(const std::vector<double>& logits);

} // namespace microtome
