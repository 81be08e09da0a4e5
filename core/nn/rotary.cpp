#include "core/nn/rotary.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include <numbers>

namespace microtome::nn {

namespace {

/// Long wavelengths are stretched by the factor, short ones kept, those between smoothed.
at::Tensor llama3Scaled(const at::Tensor& frequency, const Architecture& a)
{
    const double original = a.ropeOriginalContext;
    const double longest = original / a.ropeLowFrequency;
    const double shortest = original / a.ropeHighFrequency;
    const at::Tensor length = 2 * std::numbers::pi / frequency;
    const at::Tensor stretched = at::where(length > longest, frequency / a.ropeFactor, frequency);
    const at::Tensor smooth
        = (original / length - a.ropeLowFrequency) / (a.ropeHighFrequency - a.ropeLowFrequency);
    const at::Tensor between = (1 - smooth) * stretched / a.ropeFactor + smooth * stretched;
    const at::Tensor medium = (length >= shortest).logical_and(length <= longest);
    return at::where(medium, between, stretched);
}

} // namespace

Rotary::Rotary(const Architecture& a, at::ScalarType dtype, at::Device device)
    : m_dims(a.rotaryDims)
    , m_adjacent(a.rotaryAdjacent)
{
    // In f32 throughout, as the reference implementations do, so that angles agree bit for bit.
    const auto options = at::TensorOptions().dtype(at::kFloat);
    const at::Tensor exponent = at::arange(0, m_dims, 2, options) / static_cast<double>(m_dims);
    at::Tensor frequency = at::pow(a.ropeTheta, exponent).reciprocal();
    if (a.ropeScaling == RopeScaling::Linear)
        frequency = frequency / a.ropeFactor;
    if (a.ropeScaling == RopeScaling::Llama3)
        frequency = llama3Scaled(frequency, a);
    const at::Tensor angles = at::outer(at::arange(a.context, options), frequency);
    m_cosine = angles.cos().to(device, dtype);
    m_sine = angles.sin().to(device, dtype);
}

Rotary::Angles Rotary::at(const at::Tensor& positions) const
{
    return {m_cosine.index_select(0, positions), m_sine.index_select(0, positions)};
}

at::Tensor Rotary::turn(const at::Tensor& x, const Angles& angles) const
{
    const at::Tensor cosine = angles.cosine.unsqueeze(1);
    const at::Tensor sine = angles.sine.unsqueeze(1);
    const at::Tensor turned = x.narrow(2, 0, m_dims);
    const at::Tensor first
        = m_adjacent ? turned.slice(2, 0, m_dims, 2) : turned.narrow(2, 0, m_dims / 2);
    const at::Tensor second
        = m_adjacent ? turned.slice(2, 1, m_dims, 2) : turned.narrow(2, m_dims / 2, m_dims / 2);
    const at::Tensor a = first * cosine - second * sine;
    const at::Tensor b = second * cosine + first * sine;
    at::Tensor out = m_adjacent ? at::stack({a, b}, 3).flatten(2) : at::cat({a, b}, 2);
    if (m_dims < x.size(2))
        out = at::cat({out, x.narrow(2, m_dims, x.size(2) - m_dims)}, 2);
    return out;
}

} // namespace microtome::nn
