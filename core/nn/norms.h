#pragma once

#include "core/nn/parameters.h"
#include "core/nn/taps.h"

namespace microtome::nn {

/// LayerNorm (x - mean) / sqrt(var + eps) * gain + bias, or RMSNorm x / sqrt(mean(x²) + eps) * gain,
/// over the last axis of [..., dModel], without points; the input itself where there is no norm.
at::Tensor normalise(const Architecture&, const NormWeights&, const at::Tensor& x);

/// The same for [rows, dModel] through its two points. `hook_normalized` is what stands before
/// gain and bias, as in TransformerLens.
at::Tensor normalise(const Architecture&, const NormWeights&, const at::Tensor& x, Taps&,
    Point scale, Point normalized, int layer);

} // namespace microtome::nn
