#include "core/nn/dictionaries/terms.h"

#include "core/nn/dictionaries/kernels.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome::nn {

namespace {

using Kind = DictionaryRecipe::Kind;

constexpr std::int64_t latentsTogether = 8; ///< that a thread takes at once

/// One latent on the way back: its entries, and what the gradient of each by z is.
class LatentTerms {
public:
    LatentTerms(const BatchView& view, const EntriesByLatent& entries, DictionaryWeights& gradient)
        : m_view(view)
        , m_entries(entries)
        , m_gradient(gradient)
        , m_tokens(static_cast<double>(view.inputs.size(0)))
        , m_perToken(static_cast<float>(view.sparsity / m_tokens))
    {
    }

    /// The value of the kind's terms for latent i.
    double add(std::int64_t i)
    {
        const DictionaryWeights& w = m_view.weights;
        take(i);
        const float* const row = w.decoder() + i * w.dOut();
        m_outer.resize(static_cast<std::size_t>(m_count));
        kernels::dots(
            m_count, m_token, m_view.outer.data_ptr<float>(), w.dOut(), row, m_outer.data());
        double value = 0;
        switch (m_view.recipe.kind) {
        case Kind::Standard:
            for (std::int64_t e = 0; e < m_count; ++e) {
                value += static_cast<double>(m_perToken * m_value[e]);
                m_outer[static_cast<std::size_t>(e)] += m_perToken;
            }
            [[fallthrough]];
        case Kind::TopK:
        case Kind::BatchTopK:
            m_gradient.bias()[i] += std::accumulate(m_outer.begin(), m_outer.end(), 0.0f);
            break;
        case Kind::JumpRelu:
            value = jump(i);
            break;
        case Kind::Gated:
            value = gated(i, row);
            break;
        }
        put(i, m_outer.data(), m_view.outer);
        return value;
    }

    void revive(std::int64_t i, const at::Tensor& outer)
    {
        const DictionaryWeights& w = m_view.weights;
        take(i);
        m_outer.resize(static_cast<std::size_t>(m_count));
        kernels::dots(m_count, m_token, outer.data_ptr<float>(), w.dOut(),
            w.decoder() + i * w.dOut(), m_outer.data());
        m_gradient.bias()[i] += std::accumulate(m_outer.begin(), m_outer.end(), 0.0f);
        put(i, m_outer.data(), outer);
    }

    bool fires() const
    {
        return std::any_of(m_value, m_value + m_count, [](float f) { return f != 0; });
    }

private:
    void take(std::int64_t i)
    {
        const auto at = static_cast<std::size_t>(i);
        const std::int64_t begin = m_entries.begin[at];
        m_count = m_entries.begin[at + 1] - begin;
        m_token = m_entries.token.data() + begin;
        m_pre = m_entries.pre.data() + begin;
        m_value = m_entries.value.data() + begin;
    }

    /// dW_dec += f^T E, dW_enc += dz^T x
    void put(std::int64_t i, const float* byPre, const at::Tensor& outer)
    {
        const std::int64_t in = m_view.weights.dIn();
        const std::int64_t out = m_view.weights.dOut();
        kernels::combine(m_count, m_token, m_value, outer.data_ptr<float>(), out,
            m_gradient.decoder() + i * out);
        kernels::combine(m_count, m_token, byPre, m_view.inputs.data_ptr<float>(), in,
            m_gradient.encoder() + i * in);
    }

    double jump(std::int64_t i)
    {
        const DictionaryRecipe::Jump& jump = m_view.recipe.jump;
        const bool tanh = jump.penalty == DictionaryRecipe::Penalty::Tanh;
        const auto c = static_cast<float>(jump.scale);
        const auto width = static_cast<float>(jump.bandwidth);
        const float theta = m_view.weights.threshold()[i];
        double value = 0;
        double byTheta = 0;
        double byBias = 0;
        for (std::int64_t e = 0; e < m_count; ++e) {
            float& g = m_outer[static_cast<std::size_t>(e)]; // by f, then by z
            const bool above = m_pre[e] > theta;
            const bool near = std::abs(m_pre[e] - theta) < width / 2;
            if (tanh) {
                const float t = std::tanh(c * m_value[e]);
                value += static_cast<double>(m_perToken * t);
                g += m_perToken * c * (1 - t * t);
            } else if (above) {
                value += static_cast<double>(m_perToken);
            }
            const float through = near ? (theta * g + (tanh ? 0 : m_perToken)) / width : 0.0f;
            byTheta -= static_cast<double>(through);
            g = (above && m_pre[e] > 0 ? g : 0.0f) + (jump.toInput ? through : 0.0f);
            byBias += static_cast<double>(g);
        }
        m_gradient.threshold()[i] += static_cast<float>(byTheta);
        m_gradient.bias()[i] += static_cast<float>(byBias);
        return value;
    }

    double gated(std::int64_t i, const float* row)
    {
        const DictionaryWeights& w = m_view.weights;
        const float growth = std::exp(w.magnitude()[i]);
        m_gate.resize(static_cast<std::size_t>(m_count));
        kernels::dots(
            m_count, m_token, m_view.gateOuter.data_ptr<float>(), w.dOut(), row, m_gate.data());
        double value = 0;
        double byGate = 0;
        double byMagnitudeBias = 0;
        double byMagnitude = 0;
        for (std::int64_t e = 0; e < m_count; ++e) {
            float& g = m_outer[static_cast<std::size_t>(e)]; // by f, then by u
            const float byFire = m_value[e] > 0 ? g : 0.0f;
            const float byOpen = m_gate[static_cast<std::size_t>(e)] + m_perToken;
            value += static_cast<double>(m_perToken * (m_pre[e] + w.bias()[i]));
            byGate += static_cast<double>(byOpen);
            byMagnitudeBias += static_cast<double>(byFire);
            byMagnitude += static_cast<double>(byFire * growth * m_pre[e]);
            g = byOpen + growth * byFire;
        }
        m_gradient.bias()[i] += static_cast<float>(byGate);
        m_gradient.magnitudeBias()[i] += static_cast<float>(byMagnitudeBias);
        m_gradient.magnitude()[i] += static_cast<float>(byMagnitude);
        return value;
    }

    const BatchView& m_view;
    const EntriesByLatent& m_entries;
    DictionaryWeights& m_gradient;
    double m_tokens;
    float m_perToken; ///< λ/B
    std::int64_t m_count = 0; ///< entries of the latent at hand
    const std::int32_t* m_token = nullptr;
    const float* m_pre = nullptr;
    const float* m_value = nullptr;
    std::vector<float> m_outer;
    std::vector<float> m_gate;
};

/// The pre-activation loss of dead latents: the sum over all tokens less the few above θ.
double addPreActivation(
    const BatchView& view, const EntriesByLatent& entries, DictionaryWeights& gradient)
{
    const DictionaryWeights& w = view.weights;
    const std::int64_t tokens = view.inputs.size(0);
    const std::int64_t d = w.dIn();
    const float* const x = view.inputs.data_ptr<float>();
    const auto weight = static_cast<float>(view.recipe.jump.preAct / static_cast<double>(tokens));
    std::vector<float> sum(static_cast<std::size_t>(d));
    for (std::int64_t t = 0; t < tokens; ++t)
        kernels::addTimes(d, 1, x + t * d, sum.data());
    double value = 0;
    for (const std::int32_t i : view.dead) {
        const float theta = w.threshold()[i];
        float* const row = gradient.encoder() + i * d;
        std::int64_t below = tokens;
        double missing = static_cast<double>(tokens) * static_cast<double>(theta - w.bias()[i])
            - static_cast<double>(kernels::dot(d, sum.data(), w.encoder() + i * d));
        kernels::addTimes(d, -weight, sum.data(), row);
        for (auto e = static_cast<std::size_t>(entries.begin[static_cast<std::size_t>(i)]);
             e < static_cast<std::size_t>(entries.begin[static_cast<std::size_t>(i) + 1]); ++e) {
            if (entries.pre[e] < theta)
                continue;
            --below;
            missing -= static_cast<double>(theta - entries.pre[e]);
            kernels::addTimes(d, weight, x + entries.token[e] * d, row);
        }
        value += static_cast<double>(weight) * missing;
        gradient.threshold()[i] += weight * static_cast<float>(below);
        gradient.bias()[i] -= weight * static_cast<float>(below);
    }
    return value;
}

} // namespace

double addTerms(const BatchView& view, const EntriesByLatent& entries, DictionaryWeights& gradient,
    std::vector<std::uint8_t>& fired)
{
    const std::int64_t n = view.weights.latents();
    std::vector<double> values(static_cast<std::size_t>(n));
    at::parallel_for(0, n, latentsTogether, [&](std::int64_t from, std::int64_t to) {
        LatentTerms terms(view, entries, gradient);
        for (std::int64_t i = from; i < to; ++i) {
            const auto at = static_cast<std::size_t>(i);
            if (entries.begin[at] == entries.begin[at + 1])
                continue;
            values[at] = terms.add(i);
            fired[at] = terms.fires() ? 1 : 0;
        }
    });
    double value = std::accumulate(values.begin(), values.end(), 0.0);
    if (view.recipe.kind == Kind::JumpRelu && view.recipe.jump.preAct > 0)
        value += addPreActivation(view, entries, gradient);
    return value;
}

void addRevival(const BatchView& view, const EntriesByLatent& entries, const at::Tensor& outer,
    DictionaryWeights& gradient)
{
    at::parallel_for(
        0, view.weights.latents(), latentsTogether, [&](std::int64_t from, std::int64_t to) {
            LatentTerms terms(view, entries, gradient);
            for (std::int64_t i = from; i < to; ++i)
                if (entries.begin[static_cast<std::size_t>(i)]
                    != entries.begin[static_cast<std::size_t>(i) + 1])
                    terms.revive(i, outer);
        });
}

/// Σ dz of a latent is what its bias has; gated, Σ du is that and exp(r) times the other bias's.
void subtractThroughInput(const DictionaryWeights& w, DictionaryWeights& gradient)
{
    for (std::int64_t i = 0; i < w.latents(); ++i) {
        float sum = gradient.bias()[i];
        if (w.magnitude())
            sum += std::exp(w.magnitude()[i]) * gradient.magnitudeBias()[i];
        kernels::addTimes(w.dIn(), -sum, w.encoder() + i * w.dIn(), gradient.outputBias());
    }
}

} // namespace microtome::nn
