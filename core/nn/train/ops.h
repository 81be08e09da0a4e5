#pragma once

#include "core/model/architecture.h"
#include "core/nn/parameters.h"
#include "core/nn/rotary.h"

#include <utility>

/// The steps of the forward pass of training as single functions with gradients of their own, for
/// float32 on the CPU. They pass over memory as seldom as they can: at the size of the models that
/// are trained here, products are no more than half of the work.
namespace microtome::nn::fused {

/// residual + x Wᵀ + b for x [rows, in]; `residual` [rows, out] may be undefined.
at::Tensor linear(const at::Tensor& x, const Product&, const at::Tensor& residual = {});

/// The norm of x [rows, dModel], and x itself for what goes on beside it: the gradients of both
/// come back in one pass.
std::pair<at::Tensor, at::Tensor> normBranch(
    const Architecture&, const NormWeights&, const at::Tensor& x);

/// Causal attention of whole rows of tokens. `q` holds queries, keys and values as the layer's
/// fused product gives them, or queries alone beside `k` and `v`; [rows * width, ...]. They are
/// turned in place (rotary) and belong to this function from then on. Patterns are computed again
/// for the gradient (Dao et al. 2205.14135): memory grows linearly with the width.
/// -> z [rows * width, heads * dHead]
at::Tensor attention(const Architecture&, Fusion, double scale, std::int64_t rows,
    const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Rotary::Angles&);

/// The activation element by element, x contiguous.
at::Tensor activation(Activation, const at::Tensor& x);

/// activation(gate) * linear
at::Tensor gated(Activation, const at::Tensor& gate, const at::Tensor& linear);

/// The mean of -log softmax(x Wᵀ + b)[target] over the rows of x [rows, dModel]; targets [rows].
/// The logits are never held as a whole.
at::Tensor unembeddingLoss(const at::Tensor& x, const Product&, const at::Tensor& targets);

} // namespace microtome::nn::fused
