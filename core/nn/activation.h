#pragma once

#include "core/model/architecture.h"

#include <ATen/core/Tensor.h>

namespace microtome::nn {

/// The MLP's activation, element by element; x contiguous.
at::Tensor activate(Activation, const at::Tensor& x);

} // namespace microtome::nn
