#pragma once

#include <ATen/core/Tensor.h>

namespace microtome::nn {

/// An uninitialised tensor for many numbers: from 4 MB on, the system is asked for large pages before
/// the memory is first touched (a fresh 100 MB of logits otherwise costs 25,000 page faults, and
/// weights a table look-up every 4 KB).
at::Tensor emptyInLargePages(at::IntArrayRef sizes, const at::TensorOptions&);

} // namespace microtome::nn
