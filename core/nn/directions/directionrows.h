#pragma once

#include "core/features/directions/directions.h"

#include <ATen/core/Tensor.h>

#include <span>

namespace microtome::nn {

/// Some latents' directions with their parts side by side, each times its own factor, in the first
/// rows of `to` [>= latents, d], f32 or f64; gives these rows.
at::Tensor gather(const Directions&, std::span<const std::uint32_t> latents,
    std::span<const double> factors, const at::Tensor& to);

/// The latents that have a direction, ascending, and 1 / |v| of each.
struct LiveDirections {
    std::vector<std::uint32_t> latents;
    std::vector<double> factors;
};

LiveDirections live(const Directions&);

} // namespace microtome::nn
