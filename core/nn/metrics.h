#pragma once

#include "core/model/metric.h"
#include "core/nn/decoder.h"

#include <vector>

namespace microtome::nn {

/// The positions of a prompt at which a metric reads logits.
std::vector<std::int64_t> metricPositions(const Metric&, std::size_t tokens);

/// Throws Error with a sentence when a metric cannot be computed for this prompt and model.
void checkMetric(const Metric&, const Architecture&, const std::vector<TokenId>& ids);

/// A metric (not Direction) of one run, as an f64 scalar tensor; differentiable. `normal`: the final
/// norm's output at the metric's positions, [positions, dModel]. Only the logits that the metric
/// reads are computed.
at::Tensor metricOf(
    const Metric&, const Decoder&, const at::Tensor& normal, const std::vector<TokenId>& ids);

/// The same from logits [positions, outputs].
at::Tensor metricOfLogits(
    const Metric&, const at::Tensor& logits, const std::vector<TokenId>& ids);

/// The dot product of a captured site, [tokens, ...], with the metric's direction, f64.
at::Tensor directionOf(const Metric&, at::Tensor value);

} // namespace microtome::nn
