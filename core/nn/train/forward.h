#pragma once

#include "core/nn/parameters.h"
#include "core/nn/rotary.h"

namespace microtome::nn {

/// The forward pass of training: whole rows of tokens, no points, everything differentiable by the
/// weights. The same function as Decoder's; a test holds the two against each other.
class TrainForward {
public:
    /// How it computes: by functions with gradients of their own (ops.h), for float32 on the CPU,
    /// or by libtorch's operators alone.
    enum class Way { Fused, Plain };

    TrainForward(const Architecture&, at::Device, Way);

    /// The fused way wherever it serves.
    static Way wayOn(at::Device);

    /// ids [rows, width] -> the residual stream behind the last block [rows * width, dModel].
    at::Tensor residual(const Parameters&, const at::Tensor& ids) const;

    /// The logits [n, outputs] of some rows [n, dModel] of the residual stream.
    at::Tensor logits(const Parameters&, const at::Tensor& residual) const;

    /// The mean of -log softmax(logits)[target] of some rows; targets [n].
    at::Tensor loss(const Parameters&, const at::Tensor& residual, const at::Tensor& targets) const;

private:
    bool fused() const { return m_way == Way::Fused; }

    /// The norm of x, and x for what goes on beside it.
    std::pair<at::Tensor, at::Tensor> branch(const NormWeights&, const at::Tensor& x) const;
    at::Tensor product(const Product&, const at::Tensor& x, const at::Tensor& residual = {}) const;

    /// The block's attention, added to `residual`.
    at::Tensor attend(const BlockWeights&, int layer, const at::Tensor& normal,
        const at::Tensor& residual, std::int64_t rows, const Rotary::Angles&) const;
    at::Tensor mixPlainly(double scale, const at::Tensor& q, const at::Tensor& k,
        const at::Tensor& v, std::int64_t rows, const Rotary::Angles&) const;

    /// The block's MLP, added to `residual`.
    at::Tensor mlp(const BlockWeights&, const at::Tensor& normal, const at::Tensor& residual) const;

    Architecture m_architecture;
    Way m_way;
    Rotary m_rotary;
};

} // namespace microtome::nn
