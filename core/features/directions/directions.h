#pragma once

#include "core/features/coder/coder.h"

#include <optional>
#include <vector>

namespace microtome {

/// A direction for each latent. Where a dictionary reads or writes several places it is the
/// concatenation over them, which is not copied: the parts stand side by side.
struct Directions {
    std::vector<Matrix> parts; ///< [n, d_k] each; a row is a latent

    std::size_t count() const { return parts.empty() ? 0 : parts.front().rows(); } ///< n
    std::size_t width() const; ///< d, the sum of all d_k
};

/// What latents write: the decoder rows of all outputs.
Directions decoderDirections(const SparseCoder&);

/// What latents read: the encoder rows of all inputs. Throws Error for a dictionary without an
/// encoder (matching pursuit).
Directions encoderDirections(const SparseCoder&);

/// Throws Error where the parts have different numbers of rows, there are none, or a number is not
/// finite.
void check(const Directions&);

/// |v_i| of each latent, [n]; sums in f64.
std::vector<double> directionNorms(const Directions&);

/// v_i · w_j of two sets of the same width, in f64.
double dot(const Directions& v, std::size_t i, const Directions& w, std::size_t j);

/// cos(encoder row, decoder row) of each latent, [n]: near 1 where a latent reads what it writes,
/// 0 where either is nothing. No value for dictionaries whose inputs and outputs differ in number
/// or width (a layer of a cross-layer transcoder) or that have no encoder.
std::optional<std::vector<double>> encoderDecoderCosines(const SparseCoder&);

} // namespace microtome
