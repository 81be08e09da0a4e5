#include "core/nn/train/adamw.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros_like.h>

#include <array>
#include <cmath>

namespace microtome::nn {

namespace {

constexpr std::int64_t grain = 1 << 16; ///< numbers a thread takes at once

struct Factors {
    float gradient;
    float beta1;
    float beta2;
    float keep; ///< 1 - η λ
    float size; ///< η / (1 - β₁ᵗ)
    float second; ///< 1 / √(1 - β₂ᵗ)
    float epsilon;
};

void update(std::int64_t count, float* __restrict w, const float* __restrict g,
    float* __restrict m, float* __restrict v, const Factors& f)
{
    const Factors c = f;
    for (std::int64_t i = 0; i < count; ++i) {
        const float gradient = g[i] * c.gradient;
        m[i] = c.beta1 * m[i] + (1 - c.beta1) * gradient;
        v[i] = c.beta2 * v[i] + (1 - c.beta2) * gradient * gradient;
        w[i] = c.keep * w[i] - c.size * m[i] / (std::sqrt(v[i]) * c.second + c.epsilon);
    }
}

} // namespace

AdamW::AdamW(const Recipe::Optimizer& settings, const at::Tensor& weights, std::int64_t decayed)
    : m_settings(settings)
    , m_decayed(decayed)
    , m_first(at::zeros_like(weights))
    , m_second(at::zeros_like(weights))
{
}

void AdamW::step(const at::Tensor& weights, const at::Tensor& gradients, double factor, double rate,
    std::int64_t step)
{
    const at::NoGradGuard guard;
    const double t = static_cast<double>(step);
    const double first = 1 - std::pow(m_settings.beta1, t);
    const double second = 1 - std::pow(m_settings.beta2, t);
    const auto part = [&](std::int64_t begin, std::int64_t end, double decay) {
        const double keep = 1 - rate * decay;
        if (!weights.device().is_cpu()) {
            const auto own = [&](const at::Tensor& x) { return x.narrow(0, begin, end - begin); };
            const at::Tensor g = own(gradients) * factor;
            at::Tensor m = own(m_first);
            at::Tensor v = own(m_second);
            m.mul_(m_settings.beta1).add_(g, 1 - m_settings.beta1);
            v.mul_(m_settings.beta2).addcmul_(g, g, 1 - m_settings.beta2);
            const at::Tensor below = (v.sqrt() / std::sqrt(second)).add_(m_settings.epsilon);
            own(weights).mul_(keep).addcdiv_(m, below, -rate / first);
            return;
        }
        const auto number = [](double x) { return static_cast<float>(x); };
        const Factors f{number(factor), number(m_settings.beta1), number(m_settings.beta2),
            number(keep), number(rate / first), number(1 / std::sqrt(second)),
            number(m_settings.epsilon)};
        float* const w = weights.data_ptr<float>();
        const float* const g = gradients.data_ptr<float>();
        float* const m = m_first.data_ptr<float>();
        float* const v = m_second.data_ptr<float>();
        at::parallel_for(begin, end, grain, [&](std::int64_t from, std::int64_t to) {
            update(to - from, w + from, g + from, m + from, v + from, f);
        });
    };
    part(0, m_decayed, m_settings.decay);
    part(m_decayed, weights.size(0), m_settings.decayAll ? m_settings.decay : 0);
}

double lengthOf(const at::Tensor& gradients)
{
    if (!gradients.device().is_cpu())
        return at::linalg_vector_norm(gradients, 2, at::OptionalIntArrayRef(), false, at::kDouble)
            .item<double>();
    const float* const g = gradients.data_ptr<float>();
    const std::int64_t count = gradients.size(0);
    constexpr std::int64_t lanes = 16;
    std::array<double, lanes> sums{};
    std::int64_t i = 0;
    for (; i + lanes <= count; i += lanes)
        for (std::int64_t lane = 0; lane < lanes; ++lane) {
            const double x = g[i + lane];
            sums[static_cast<std::size_t>(lane)] += x * x;
        }
    double sum = 0;
    for (const double s : sums)
        sum += s;
    for (; i < count; ++i)
        sum += static_cast<double>(g[i]) * g[i];
    return std::sqrt(sum);
}

} // namespace microtome::nn
