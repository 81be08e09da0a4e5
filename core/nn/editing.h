#pragma once

#include "core/nn/sequence.h"

namespace microtome::nn {

/// Applies one edit of a sequence's plan to a value [rows, heads, width] whose first row is the
/// sequence's position `first`; returns the value itself where nothing is touched. Differentiable.
/// `skipped`: what Skip puts in place, same shape or undefined for zeros.
at::Tensor applyEdit(const Architecture&, Sequence&, Application, const at::Tensor& value,
    std::int64_t first, const at::Tensor& skipped);

} // namespace microtome::nn
