#include "core/nn/selection.h"

#include "core/features/coder/norm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace microtome::nn {

namespace {

using Fired = std::pair<std::uint32_t, float>; // latent, value

constexpr float never = -std::numeric_limits<float>::infinity();

FiredLatents joined(std::size_t latents, const std::vector<std::vector<Fired>>& tokens)
{
    FiredLatents made;
    made.latents = latents;
    for (const auto& fired : tokens) {
        for (const auto& [latent, value] : fired) {
            made.latent.push_back(latent);
            made.value.push_back(value);
        }
        made.starts.push_back(made.latent.size());
    }
    return made;
}

/// Whether any number of some lies above its bound: one comparison each and no branch, so that it
/// becomes vector instructions.
bool anyAbove(const float* values, const float* bounds, std::size_t count)
{
    int above = 0;
    for (std::size_t i = 0; i < count; ++i)
        above |= static_cast<int>(values[i] > bounds[i]);
    return above != 0;
}

constexpr std::size_t together = 64; // numbers looked at before any one is

/// Latents that fire where their product lies above a bound of their own.
class Above : public Selection {
public:
    Above(std::vector<float> bounds, std::size_t tokens)
        : m_bounds(std::move(bounds))
        , m_fired(tokens)
    {
    }

    void offer(std::size_t token, std::size_t first, std::span<const float> products,
        std::span<const float> second) override
    {
        const float* bounds = m_bounds.data() + first;
        auto& fired = m_fired[token];
        for (std::size_t from = 0; from < products.size(); from += together) {
            const std::size_t count = std::min(together, products.size() - from);
            if (!anyAbove(products.data() + from, bounds + from, count))
                continue;
            for (std::size_t i = from; i < from + count; ++i)
                if (products[i] > bounds[i])
                    if (const float f
                        = value(first + i, products[i], second.empty() ? 0 : second[i]);
                        f > 0)
                        fired.emplace_back(static_cast<std::uint32_t>(first + i), f);
        }
    }

    FiredLatents chosen() override { return joined(m_bounds.size(), m_fired); }

protected:
    /// f of a latent whose product lies above its bound.
    virtual float value(std::size_t latent, float product, float second) const = 0;

private:
    std::vector<float> m_bounds;
    std::vector<std::vector<Fired>> m_fired;
};

/// f = product + bias where that lies above theta and above 0.
class Thresholds : public Above {
public:
    Thresholds(const SparseCoder& coder, std::span<const float> theta, std::size_t tokens)
        : Above(boundsOf(coder, theta), tokens)
        , m_bias(coder.bias)
    {
        m_bias.resize(coder.latents());
    }

private:
    static std::vector<float> boundsOf(const SparseCoder& coder, std::span<const float> theta)
    {
        std::vector<float> bounds(coder.latents());
        for (std::size_t i = 0; i < bounds.size(); ++i)
            bounds[i] = std::max(theta.empty() ? 0.F : theta[i], 0.F)
                - (coder.bias.empty() ? 0.F : coder.bias[i]);
        return bounds;
    }

    float value(std::size_t latent, float product, float) const override
    {
        return product + m_bias[latent];
    }

    std::vector<float> m_bias;
};

/// coder.h, GatedActivation.
class Gate : public Above {
public:
    Gate(const SparseCoder& coder, const GatedActivation& gate, std::size_t tokens)
        : Above(boundsOf(coder, gate), tokens)
        , m_bias(coder.bias)
        , m_magnitudeBias(gate.magnitudeBias)
    {
        m_bias.resize(coder.latents());
        for (const float r : gate.magnitude)
            m_factor.push_back(std::exp(r));
    }

private:
    static std::vector<float> boundsOf(const SparseCoder& coder, const GatedActivation& gate)
    {
        std::vector<float> bounds(coder.latents());
        for (std::size_t i = 0; i < bounds.size(); ++i)
            bounds[i] = -gate.gateBias[i] - (coder.bias.empty() ? 0.F : coder.bias[i]);
        return bounds;
    }

    float value(std::size_t latent, float product, float) const override
    {
        return (product + m_bias[latent]) * m_factor[latent] + m_magnitudeBias[latent];
    }

    std::vector<float> m_bias;
    std::vector<float> m_factor;
    std::vector<float> m_magnitudeBias;
};

/// coder.h, GluActivation: p has the sign of pre, so that pre must be above 0 whatever the gate.
class Glu : public Above {
public:
    Glu(const SparseCoder& coder, const GluActivation& glu, std::size_t tokens)
        : Above(boundsOf(coder), tokens)
        , m_bias(coder.bias)
        , m_glu(glu)
    {
        m_bias.resize(coder.latents());
    }

private:
    static std::vector<float> boundsOf(const SparseCoder& coder)
    {
        std::vector<float> bounds(coder.latents());
        for (std::size_t i = 0; i < coder.bias.size(); ++i)
            bounds[i] = -coder.bias[i];
        return bounds;
    }

    float value(std::size_t latent, float product, float second) const override
    {
        const float p = (product + m_bias[latent]) / (1 + std::exp(-(second + m_glu.bias[latent])));
        return m_glu.theta.empty() || p > m_glu.theta[latent] ? p : 0;
    }

    std::vector<float> m_bias;
    const GluActivation& m_glu;
};

/// The k largest keys of each group of latents that stand together, of equal ones the first. A key
/// is product factor + offset, or that without its sign.
class Largest : public Selection {
public:
    struct Rule {
        std::size_t k = 1;
        std::size_t groups = 1;
        std::vector<float> factor; ///< [n] or empty: 1
        std::vector<float> offset; ///< [n] or empty: 0
        bool absolute = false;
        float fixed = 0; ///< f of what is chosen; 0: its key, if above 0 (absolute: with its sign)
    };

    Largest(Rule rule, std::size_t latents, std::size_t tokens)
        : m_rule(std::move(rule))
        , m_latents(latents)
        , m_size(latents / m_rule.groups)
        , m_best(tokens * m_rule.groups)
    {
        m_rule.factor.resize(latents, 1);
        m_rule.offset.resize(latents, 0);
    }

    void offer(std::size_t token, std::size_t first, std::span<const float> products,
        std::span<const float>) override
    {
        std::array<float, together> keys;
        for (std::size_t from = 0; from < products.size();) {
            const std::size_t group = (first + from) / m_size;
            const std::size_t count = std::min(
                {together, products.size() - from, (group + 1) * m_size - (first + from)});
            const float* factor = m_rule.factor.data() + first + from;
            const float* offset = m_rule.offset.data() + first + from;
            for (std::size_t i = 0; i < count; ++i)
                keys[i] = products[from + i] * factor[i] + offset[i];
            take(m_best[token * m_rule.groups + group], first + from, {keys.data(), count});
            from += count;
        }
    }

    FiredLatents chosen() override
    {
        const std::size_t tokens = m_best.size() / m_rule.groups;
        std::vector<std::vector<Fired>> fired(tokens);
        for (std::size_t i = 0; i < m_best.size(); ++i) {
            std::ranges::sort(m_best[i]);
            for (const Fired& one : m_best[i])
                if (const float f = value(one.second); f != 0)
                    fired[i / m_rule.groups].emplace_back(one.first, f);
        }
        return joined(m_latents, fired);
    }

private:
    float strength(float key) const { return m_rule.absolute ? std::abs(key) : key; }

    float value(float key) const
    {
        if (m_rule.fixed != 0)
            return m_rule.fixed;
        return m_rule.absolute ? key : std::max(key, 0.F);
    }

    /// Keeps a heap whose front is the weakest.
    void take(std::vector<Fired>& best, std::size_t first, std::span<const float> keys) const
    {
        const auto stronger = [this](const Fired& a, const Fired& b) {
            const float one = strength(a.second);
            const float other = strength(b.second);
            return one != other ? one > other : a.first < b.first;
        };
        float least = best.size() < m_rule.k ? never : strength(best.front().second);
        float most = never;
        for (const float key : keys)
            most = std::max(most, m_rule.absolute ? std::abs(key) : key);
        if (best.size() >= m_rule.k && most <= least)
            return;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (best.size() >= m_rule.k) {
                if (!(strength(keys[i]) > least))
                    continue;
                std::ranges::pop_heap(best, stronger);
                best.pop_back();
            }
            best.emplace_back(static_cast<std::uint32_t>(first + i), keys[i]);
            std::ranges::push_heap(best, stronger);
            least = strength(best.front().second);
        }
    }

    Rule m_rule;
    std::size_t m_latents;
    std::size_t m_size; ///< of a group
    std::vector<std::vector<Fired>> m_best; ///< [token, group]: latent, key
};

float squaredNorm(std::span<const float> row)
{
    double sum = 0;
    for (const double value : row)
        sum += value * value;
    return static_cast<float>(sum);
}

/// Keys that order the codes of a token as their nearness does: x c / |c|, or 2 x c - |c|^2, which
/// is |x|^2 - |x - c|^2; or the product with its bias.
Largest::Rule nearest(const SparseCoder& coder, const CodebookActivation& codebook)
{
    Largest::Rule rule{.k = static_cast<std::size_t>(codebook.k),
        .groups = static_cast<std::size_t>(codebook.groups),
        .factor = {},
        .offset = {},
        .absolute = false,
        .fixed = static_cast<float>(1.0 / codebook.k)};
    if (codebook.linear) {
        rule.offset = coder.bias;
        return rule;
    }
    const Matrix& codes = coder.inputs.front().encoder;
    for (std::size_t i = 0; i < codes.rows(); ++i) {
        const float square = squaredNorm(codes.row(i));
        rule.factor.push_back(codebook.euclidean ? 2 : square > 0 ? 1 / std::sqrt(square) : 0);
        rule.offset.push_back(codebook.euclidean ? -square : 0);
    }
    return rule;
}

struct Choose {
    const SparseCoder& coder;
    std::size_t tokens;

    using Made = std::unique_ptr<Selection>;

    Made operator()(const ReluActivation&) const
    {
        return std::make_unique<Thresholds>(coder, std::span<const float>(), tokens);
    }
    Made operator()(const JumpReluActivation& a) const
    {
        return std::make_unique<Thresholds>(coder, a.theta, tokens);
    }
    Made operator()(const GatedActivation& a) const
    {
        return std::make_unique<Gate>(coder, a, tokens);
    }
    Made operator()(const GluActivation& a) const
    {
        return std::make_unique<Glu>(coder, a, tokens);
    }
    Made operator()(const TopKActivation& a) const
    {
        Largest::Rule rule{.k = static_cast<std::size_t>(a.k),
            .groups = 1,
            .factor = {},
            .offset = coder.bias,
            .absolute = a.absolute,
            .fixed = 0};
        if (a.byDecoderNorm) {
            rule.offset.resize(coder.latents());
            for (const double norm : decoderNorms(coder))
                rule.factor.push_back(static_cast<float>(norm));
            for (std::size_t i = 0; i < rule.offset.size(); ++i)
                rule.offset[i] *= rule.factor[i];
        }
        return std::make_unique<Largest>(std::move(rule), coder.latents(), tokens);
    }
    Made operator()(const GroupMaxActivation& a) const
    {
        return std::make_unique<Largest>(Largest::Rule{.k = 1,
                                             .groups = static_cast<std::size_t>(a.groups),
                                             .factor = {},
                                             .offset = coder.bias,
                                             .absolute = false,
                                             .fixed = 0},
            coder.latents(), tokens);
    }
    Made operator()(const CodebookActivation& a) const
    {
        return std::make_unique<Largest>(nearest(coder, a), coder.latents(), tokens);
    }
    Made operator()(const MatchingPursuitActivation&) const { return nullptr; }
};

} // namespace

std::unique_ptr<Selection> selectionFor(const SparseCoder& coder, std::size_t tokens)
{
    return std::visit(Choose{coder, tokens}, coder.activation);
}

} // namespace microtome::nn
