#pragma once

#include "core/nn/parameters.h"
#include "core/nn/rotary.h"
#include "core/nn/taps.h"

namespace microtome::nn {

/// What a pass knows about its rows.
struct Rows {
    at::Tensor positions; ///< [rows], of each row in its sequence
    Rotary::Angles angles;
};

/// Causal self-attention of one layer over the rows of all sequences: x [rows, dModel] -> attn_out
/// [rows, dModel], through the points from attn_in to attn_out. Returns an undefined tensor when
/// nothing behind the attention pattern is asked for (`until`: the last point that matters).
at::Tensor attend(const Architecture&, const BlockWeights&, const Rotary&, const Rows&, int layer,
    const at::Tensor& x, Taps&, int until);

} // namespace microtome::nn
