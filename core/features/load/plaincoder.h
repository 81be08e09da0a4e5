#pragma once

#include "core/features/coder/coder.h"

#include <vector>

namespace microtome {

/// What all simple dictionaries are: pre = (x - subtracted) encoder^T + bias and y = f decoder +
/// bias at one place. Empty vectors stand for zeros.
struct PlainCoder {
    Matrix encoder; ///< [n, d_in]
    std::vector<float> subtracted; ///< [d_in]
    std::vector<float> encoderBias; ///< [n]
    Matrix decoder; ///< [n, d_out]
    std::vector<float> decoderBias; ///< [d_out]
};

SparseCoder coderOf(PlainCoder, CoderActivation);

/// x s
InputNorm multipliedBy(double s);

/// The same threshold for n latents.
JumpReluActivation sameThreshold(std::size_t n, float theta);

/// The norms of rows, summed in float64.
std::vector<double> rowNorms(const Matrix&);

/// All numbers times the same factor.
Matrix scaled(const Matrix&, double factor);
std::vector<float> scaled(std::vector<float>, double factor);

} // namespace microtome
