#pragma once

#include "core/nn/parameters.h"
#include "core/nn/taps.h"

namespace microtome::nn {

/// The MLP of one layer: x [rows, dModel] (the residual stream before its norm) -> mlp_out [rows,
/// dModel], through the points from mlp_in to mlp_out.
at::Tensor runMlp(
    const Architecture&, const BlockWeights&, int layer, at::Tensor x, Taps&);

} // namespace microtome::nn
