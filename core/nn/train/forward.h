#pragma once

#include "core/nn/parameters.h"
#include "core/nn/rotary.h"

namespace microtome::nn {

/// The forward pass of training: whole rows of tokens, no points, everything differentiable by the
/// weights. The same function as Decoder's; a test holds the two against each other.
class TrainForward {
public:
    TrainForward(const Architecture&, at::Device);

    /// ids [rows, width] -> the residual stream behind the last block [rows * width, dModel].
    at::Tensor residual(const Parameters&, const at::Tensor& ids) const;

    /// The logits [n, outputs] of some rows [n, dModel] of the residual stream.
    at::Tensor logits(const Parameters&, const at::Tensor& residual) const;

private:
    at::Tensor attend(const BlockWeights&, int layer, const at::Tensor& normal, std::int64_t rows,
        const Rotary::Angles&) const;
    at::Tensor mlp(const BlockWeights&, const at::Tensor& normal) const;

    Architecture m_architecture;
    Rotary m_rotary;
};

/// The mean of -log softmax(logits)[target]: logits [n, outputs], targets [n].
at::Tensor meanLoss(const at::Tensor& logits, const at::Tensor& targets);

} // namespace microtome::nn
