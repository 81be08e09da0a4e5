#pragma once

#include "core/model/architecture.h"

#include <ATen/core/Tensor.h>

namespace microtome::nn {

/// Whether `mixHeads` serves: on the CPU, without gradients, for more than a few queries.
bool canMixHeads(const at::Tensor& q);

/// Causal attention where nobody looks at its scores or patterns: q [rows, heads, dHead] of positions
/// from `first` on, k and v [kvHeads, positions, dHead] of all positions -> z [rows, heads, dHead].
/// Heads and blocks of queries are shared out to the threads, so that scores stay in a core's cache
/// and keys behind a block are not met: rows * positions * heads * dHead * 2 operations.
at::Tensor mixHeads(const Architecture&, double scale, const at::Tensor& q, const at::Tensor& k,
    const at::Tensor& v, std::int64_t first);

} // namespace microtome::nn
