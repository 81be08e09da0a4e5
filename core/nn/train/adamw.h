#pragma once

#include "core/nn/train/recipe.h"

#include <ATen/core/Tensor.h>

namespace microtome::nn {

/// AdamW (Loshchilov and Hutter 1711.05101) over one stretch of memory:
/// θ ← θ - η λ θ, m ← β₁ m + (1-β₁) g, v ← β₂ v + (1-β₂) g²,
/// θ ← θ - η / (1-β₁ᵗ) · m / (√(v / (1-β₂ᵗ)) + ε).
class AdamW {
public:
    /// Moments of `weights` [count], all zero; the first `decayed` of them decay.
    AdamW(const Recipe::Optimizer&, const at::Tensor& weights, std::int64_t decayed);

    /// Step number `step`, from 1; the gradient counts `factor` times.
    void step(const at::Tensor& weights, const at::Tensor& gradients, double factor, double rate,
        std::int64_t step);

    at::Tensor& first() { return m_first; } ///< m
    at::Tensor& second() { return m_second; } ///< v

private:
    Recipe::Optimizer m_settings;
    std::int64_t m_decayed;
    at::Tensor m_first;
    at::Tensor m_second;
};

/// The length of a gradient, summed in doubles in an order that does not depend on threads.
double lengthOf(const at::Tensor& gradients);

} // namespace microtome::nn
