#include "core/nn/dictionaries/select.h"

#include "core/nn/dictionaries/kernels.h"
#include "core/nn/train/gemm.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace microtome::nn {

namespace {

using Kind = DictionaryRecipe::Kind;

constexpr std::int64_t tileNumbers = 1 << 19; ///< of a tile of products: 2 MB
constexpr std::int64_t block = 32; ///< numbers that are looked at together

/// A latent that may be chosen; the larger key first, of equal ones the lower number.
struct Candidate {
    float key;
    float value;
    std::int64_t at;

    bool operator<(const Candidate& other) const
    {
        return key != other.key ? key > other.key : at < other.at;
    }
};

/// Keeps the k largest keys above a bound of what it is given in order of `at`.
class Largest {
public:
    Largest(std::int64_t k, float bound)
        : m_k(static_cast<std::size_t>(k))
        , m_least(bound)
        , m_bound(bound)
    {
    }

    void clear()
    {
        m_found.clear();
        m_bound = m_least;
    }

    void take(std::int64_t n, const float* keys, const float* values, std::int64_t first)
    {
        m_maxima.resize(static_cast<std::size_t>((n + block - 1) / block));
        kernels::blockLargest(n, block, keys, m_maxima.data());
        raiseBound();
        for (std::size_t b = 0; b < m_maxima.size(); ++b) {
            if (!(m_maxima[b] > m_bound))
                continue;
            const std::int64_t begin = static_cast<std::int64_t>(b) * block;
            for (std::int64_t i = begin; i < std::min(begin + block, n); ++i)
                if (keys[i] > m_bound)
                    m_found.push_back({keys[i], values[i], first + i});
            if (m_found.size() > 2 * m_k + 64)
                cut();
        }
    }

    /// In order of `at`.
    std::vector<Candidate>& found()
    {
        cut();
        std::sort(m_found.begin(), m_found.end(),
            [](const Candidate& a, const Candidate& b) { return a.at < b.at; });
        return m_found;
    }

private:
    /// k blocks have a number that is the k-th largest of their maxima or more.
    void raiseBound()
    {
        if (m_k == 0 || m_maxima.size() < m_k)
            return;
        m_order = m_maxima;
        const auto last = m_order.begin() + static_cast<std::ptrdiff_t>(m_k) - 1;
        std::nth_element(m_order.begin(), last, m_order.end(), std::greater<>());
        m_bound = std::max(m_bound, std::nextafter(*last, -std::numeric_limits<float>::max()));
    }

    void cut()
    {
        if (m_found.size() <= m_k || m_k == 0)
            return;
        const auto last = m_found.begin() + static_cast<std::ptrdiff_t>(m_k) - 1;
        std::nth_element(m_found.begin(), last, m_found.end());
        m_bound = last->key;
        m_found.resize(m_k);
    }

    std::size_t m_k;
    float m_least;
    float m_bound; ///< what is not above it cannot be among the k largest
    std::vector<Candidate> m_found;
    std::vector<float> m_maxima;
    std::vector<float> m_order;
};

class Selector {
public:
    Selector(const DictionaryRecipe& recipe, const DictionaryWeights& weights, const float* x,
        std::int64_t tokens, const SelectSettings& settings)
        : m_recipe(recipe)
        , m_weights(weights)
        , m_x(x)
        , m_tokens(tokens)
        , m_settings(settings)
        , m_n(weights.latents())
        , m_overBatch(recipe.kind == Kind::BatchTopK && !settings.threshold)
        , m_batch(batchCount(), 0.0f)
    {
    }

    Selected run()
    {
        const std::int64_t tile = std::clamp<std::int64_t>(tileNumbers / m_n, 16, 512);
        for (std::int64_t first = 0; first < m_tokens; first += tile)
            rows(first, std::min(tile, m_tokens - first));
        if (m_overBatch)
            fromBatch();
        return std::move(m_made);
    }

private:
    std::int64_t batchCount() const
    {
        return std::max<std::int64_t>(1, std::llround(m_recipe.k * static_cast<double>(m_tokens)));
    }

    void rows(std::int64_t first, std::int64_t count)
    {
        const std::int64_t d = m_weights.dIn();
        m_pre.resize(static_cast<std::size_t>(count * m_n));
        gemm(false, true, count, m_n, d, 1, m_x + first * d, d, m_weights.encoder(), d, 0,
            m_pre.data(), m_n);
        const bool byGradient = m_settings.gradients && m_recipe.gradient > 0;
        if (byGradient) {
            const std::int64_t out = m_weights.dOut();
            m_effect.resize(m_pre.size());
            gemm(false, true, count, m_n, out, 1, m_settings.gradients + first * out, out,
                m_weights.decoder(), out, 0, m_effect.data(), m_n);
        }
        std::vector<Selected> parts(static_cast<std::size_t>(count));
        at::parallel_for(0, count, 8, [&](std::int64_t from, std::int64_t to) {
            Largest best(static_cast<std::int64_t>(m_recipe.k), 0);
            Largest bestDead(m_settings.deadChosen, -std::numeric_limits<float>::max());
            for (std::int64_t t = from; t < to; ++t) {
                float* const pre = m_pre.data() + t * m_n;
                if (m_recipe.kind != Kind::Gated)
                    kernels::addTimes(m_n, 1, m_weights.bias(), pre);
                if (byGradient)
                    weigh(pre, m_effect.data() + t * m_n);
                const float* const keys = byGradient ? m_effect.data() + t * m_n : pre;
                Selected& part = parts[static_cast<std::size_t>(t)];
                if (!m_overBatch)
                    choose(pre, keys, best, part.main);
                if (!m_settings.dead.empty())
                    chooseDead(pre, bestDead, part.aux);
            }
        });
        if (m_overBatch)
            for (std::int64_t t = 0; t < count; ++t)
                m_batch.take(m_n, (byGradient ? m_effect : m_pre).data() + t * m_n,
                    m_pre.data() + t * m_n, (first + t) * m_n);
        for (const Selected& part : parts) {
            if (!m_overBatch)
                m_made.main.append(part.main);
            m_made.aux.append(part.aux);
        }
    }

    /// The key z + beta z |W_dec g| in the place of W_dec g.
    void weigh(const float* pre, float* effect) const
    {
        const auto beta = static_cast<float>(m_recipe.gradient);
        for (std::int64_t i = 0; i < m_n; ++i)
            effect[i] = pre[i] + beta * pre[i] * std::abs(effect[i]);
    }

    void choose(const float* pre, const float* keys, Largest& best, Entries& made) const
    {
        switch (m_recipe.kind) {
        case Kind::TopK:
            best.clear();
            best.take(m_n, keys, pre, 0);
            made.reserve(best.found().size());
            for (const Candidate& c : best.found())
                made.add(static_cast<std::int32_t>(c.at), c.value, c.value);
            break;
        case Kind::BatchTopK:
            above(pre, *m_settings.threshold, made);
            break;
        case Kind::Standard:
            above(pre, 0, made);
            break;
        case Kind::JumpRelu:
            for (std::int64_t i = 0; i < m_n; ++i) {
                const float theta = m_weights.threshold()[i];
                if (pre[i] > theta - m_settings.margin)
                    made.add(static_cast<std::int32_t>(i), pre[i],
                        pre[i] > theta ? std::max(pre[i], 0.0f) : 0.0f);
            }
            break;
        case Kind::Gated:
            for (std::int64_t i = 0; i < m_n; ++i)
                if (pre[i] + m_weights.bias()[i] > 0)
                    made.add(static_cast<std::int32_t>(i), pre[i],
                        std::max(0.0f,
                            pre[i] * std::exp(m_weights.magnitude()[i])
                                + m_weights.magnitudeBias()[i]));
            break;
        }
        made.endToken();
    }

    void above(const float* pre, float bound, Entries& made) const
    {
        for (std::int64_t i = 0; i < m_n; ++i)
            if (pre[i] > bound)
                made.add(static_cast<std::int32_t>(i), pre[i], pre[i]);
    }

    /// The largest of the dead, whatever their sign (SAELens 6, calculate_topk_aux_acts).
    void chooseDead(const float* pre, Largest& best, Entries& made) const
    {
        std::vector<float> keys;
        for (const std::int32_t i : m_settings.dead)
            keys.push_back(pre[i]);
        best.clear();
        best.take(static_cast<std::int64_t>(keys.size()), keys.data(), keys.data(), 0);
        for (const Candidate& c : best.found()) {
            made.add(m_settings.dead[static_cast<std::size_t>(c.at)], c.value, c.value);
        }
        made.endToken();
    }

    void fromBatch()
    {
        std::int64_t token = 0;
        for (const Candidate& c : m_batch.found()) {
            for (; token < c.at / m_n; ++token)
                m_made.main.endToken();
            m_made.main.add(static_cast<std::int32_t>(c.at % m_n), c.value, c.value);
        }
        for (; token < m_tokens; ++token)
            m_made.main.endToken();
    }

    const DictionaryRecipe& m_recipe;
    const DictionaryWeights& m_weights;
    const float* m_x;
    std::int64_t m_tokens;
    const SelectSettings& m_settings;
    std::int64_t m_n;
    bool m_overBatch;
    Largest m_batch;
    std::vector<float> m_pre;
    std::vector<float> m_effect;
    Selected m_made;
};

} // namespace

Selected selectLatents(const DictionaryRecipe& recipe, const DictionaryWeights& weights,
    const float* x, std::int64_t tokens, const SelectSettings& settings)
{
    return Selector(recipe, weights, x, tokens, settings).run();
}

} // namespace microtome::nn
