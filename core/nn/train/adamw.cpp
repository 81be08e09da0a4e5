#include "core/nn/train/adamw.h"

#include "core/nn/train/kernels.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace microtome::nn {

namespace {

constexpr std::int64_t grain = 1 << 16; ///< numbers a thread takes at once

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
        const kernels::AdamFactors f{number(factor), number(m_settings.beta1),
            number(m_settings.beta2), number(keep), number(rate / first),
            number(1 / std::sqrt(second)), number(m_settings.epsilon)};
        float* const w = weights.data_ptr<float>();
        const float* const g = gradients.data_ptr<float>();
        float* const m = m_first.data_ptr<float>();
        float* const v = m_second.data_ptr<float>();
        at::parallel_for(begin, end, grain, [&](std::int64_t from, std::int64_t to) {
            kernels::adam(to - from, f, w + from, g + from, m + from, v + from);
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
    const double sum = kernels::sumOfSquares(gradients.size(0), gradients.data_ptr<float>());
    return std::sqrt(sum);
}

} // namespace microtome::nn
