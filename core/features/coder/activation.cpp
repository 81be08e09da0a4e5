#include "core/features/coder/activation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace microtome {

namespace {

double positive(double value)
{
    return value > 0 ? value : 0;
}

double dot(std::span<const float> weights, std::span<const double> x)
{
    return std::inner_product(weights.begin(), weights.end(), x.begin(), 0.0);
}

double norm(std::span<const float> row)
{
    double sum = 0;
    for (const double value : row)
        sum += value * value;
    return std::sqrt(sum);
}

/// The k entries of `keys` that are largest, of equal ones the first; what is no number comes last.
std::vector<std::size_t> largest(std::span<const double> keys, std::size_t k)
{
    const auto key = [&](std::size_t i) {
        return std::isnan(keys[i]) ? -std::numeric_limits<double>::infinity() : keys[i];
    };
    std::vector<std::size_t> order(keys.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    k = std::min(k, order.size());
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
        [&](std::size_t a, std::size_t b) { return key(a) != key(b) ? key(a) > key(b) : a < b; });
    order.resize(k);
    return order;
}

/// One formula for each kind of activation, as coder.h gives them. f is 0 before.
struct Activate {
    const SparseCoder& coder;
    const Preactivation& token;
    std::span<const double> decoderNorms;
    std::span<float> f;

    void set(std::size_t i, double value) const { f[i] = static_cast<float>(value); }

    void operator()(const ReluActivation&) const
    {
        for (std::size_t i = 0; i < f.size(); ++i)
            set(i, positive(token.pre[i]));
    }

    void operator()(const JumpReluActivation& a) const
    {
        for (std::size_t i = 0; i < f.size(); ++i)
            if (token.pre[i] > static_cast<double>(a.theta[i]))
                set(i, positive(token.pre[i]));
    }

    void operator()(const TopKActivation& a) const
    {
        std::vector<double> values = token.pre;
        if (a.byDecoderNorm)
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] *= decoderNorms[i];
        std::vector<double> keys = values;
        if (a.absolute)
            for (double& key : keys)
                key = std::abs(key);
        for (const std::size_t i : largest(keys, static_cast<std::size_t>(a.k)))
            set(i, a.absolute ? values[i] : positive(values[i]));
    }

    void operator()(const GatedActivation& a) const
    {
        for (std::size_t i = 0; i < f.size(); ++i)
            if (token.pre[i] + static_cast<double>(a.gateBias[i]) > 0)
                set(i,
                    positive(token.pre[i] * std::exp(static_cast<double>(a.magnitude[i]))
                        + static_cast<double>(a.magnitudeBias[i])));
    }

    void operator()(const GroupMaxActivation& a) const
    {
        const std::size_t size = f.size() / static_cast<std::size_t>(a.groups);
        for (std::size_t begin = 0; begin < f.size(); begin += size) {
            const auto best = begin + largest(std::span(token.pre).subspan(begin, size), 1).front();
            set(best, positive(token.pre[best]));
        }
    }

    void operator()(const GluActivation& a) const
    {
        for (std::size_t i = 0; i < f.size(); ++i) {
            const double gate = dot(a.weights.row(i), token.x) + static_cast<double>(a.bias[i]);
            const double value = token.pre[i] / (1 + std::exp(-gate));
            if (a.theta.empty() || value > static_cast<double>(a.theta[i]))
                set(i, positive(value));
        }
    }

    void operator()(const CodebookActivation& a) const
    {
        const Matrix& codes = coder.inputs.front().encoder;
        const std::size_t size = f.size() / static_cast<std::size_t>(a.groups);
        std::vector<double> nearness(size);
        for (std::size_t begin = 0; begin < f.size(); begin += size) {
            for (std::size_t i = 0; i < size; ++i)
                nearness[i] = a.linear ? token.pre[begin + i]
                                       : nearnessTo(codes.row(begin + i), a.euclidean);
            for (const std::size_t i : largest(nearness, static_cast<std::size_t>(a.k)))
                set(begin + i, 1.0 / a.k);
        }
    }

    /// x c / |c|, or -|x - c|^2. |x| is the same for all codes and left out of the cosine.
    double nearnessTo(std::span<const float> code, bool euclidean) const
    {
        if (!euclidean) {
            const double length = norm(code);
            return length > 0 ? dot(code, token.x) / length : 0;
        }
        double sum = 0;
        for (std::size_t i = 0; i < code.size(); ++i) {
            const double difference = token.x[i] - static_cast<double>(code[i]);
            sum -= difference * difference;
        }
        return sum;
    }

    void operator()(const MatchingPursuitActivation& a) const
    {
        pursue(a, coder.outputs.front().decoder, token.x, f);
    }
};

} // namespace

void activate(const SparseCoder& coder, const Preactivation& token,
    std::span<const double> decoderNorms, std::span<float> f)
{
    std::fill(f.begin(), f.end(), 0.F);
    std::visit(Activate{coder, token, decoderNorms, f}, coder.activation);
}

} // namespace microtome
