#include "core/features/check/fit.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

double squared(std::span<const float> row)
{
    double sum = 0;
    for (const double x : row)
        sum += x * x;
    return sum;
}

std::vector<double> columnMeans(const Matrix& m)
{
    std::vector<double> mean(m.columns());
    for (std::size_t r = 0; r < m.rows(); ++r)
        for (std::size_t i = 0; i < mean.size(); ++i)
            mean[i] += m(r, i);
    for (double& one : mean)
        one /= static_cast<double>(m.rows());
    return mean;
}

/// Sums of one token over its written places.
struct TokenSums {
    double error = 0; ///< |e|²
    double spread = 0; ///< |y - mean|²
};

/// Adds up what the fit is made of, place after place.
class Sums {
public:
    explicit Sums(std::size_t tokens)
        : m_tokens(tokens)
    {
    }

    /// Returns the place's own FVU.
    double add(const Matrix& target, const Matrix& made)
    {
        const std::vector<double> mean = columnMeans(target);
        TokenSums all;
        for (std::size_t t = 0; t < target.rows(); ++t) {
            TokenSums one;
            double product = 0;
            for (std::size_t i = 0; i < mean.size(); ++i) {
                const double y = target(t, i);
                const double e = y - static_cast<double>(made(t, i));
                one.error += e * e;
                one.spread += (y - mean[i]) * (y - mean[i]);
                product += y * static_cast<double>(made(t, i));
            }
            const double norm = std::sqrt(squared(target.row(t)));
            const double madeNorm = std::sqrt(squared(made.row(t)));
            m_norm += norm;
            m_madeNorm += madeNorm;
            m_cosine += norm > 0 && madeNorm > 0 ? product / (norm * madeNorm) : 0;
            m_tokens[t].error += one.error;
            m_tokens[t].spread += one.spread;
            all.error += one.error;
            all.spread += one.spread;
        }
        m_all.error += all.error;
        m_all.spread += all.spread;
        ++m_places;
        return all.error / all.spread;
    }

    void into(Fit& fit) const
    {
        fit.tokens = m_tokens.size();
        fit.fvu = m_all.error / m_all.spread;
        fit.cosine = m_cosine / static_cast<double>(m_tokens.size() * m_places);
        fit.normRatio = m_madeNorm / m_norm;
        std::vector<double> ratios;
        for (const TokenSums& token : m_tokens)
            ratios.push_back(token.error / token.spread);
        std::ranges::sort(ratios);
        constexpr std::array shares{0.1, 0.5, 0.9};
        for (std::size_t q = 0; q < shares.size(); ++q)
            fit.tokenFvu[q] = ratios[static_cast<std::size_t>(
                shares[q] * static_cast<double>(ratios.size() - 1))];
    }

private:
    std::vector<TokenSums> m_tokens;
    TokenSums m_all;
    double m_cosine = 0;
    double m_norm = 0;
    double m_madeNorm = 0;
    std::size_t m_places = 0;
};

void countLatents(const std::vector<FiredLatents>& fired, Fit& fit)
{
    double firings = 0;
    std::size_t latents = 0;
    std::size_t dead = 0;
    std::size_t dense = 0;
    for (const FiredLatents& coder : fired) {
        std::vector<std::size_t> counts(coder.latents);
        for (const std::uint32_t latent : coder.latent)
            ++counts[latent];
        firings += static_cast<double>(coder.latent.size());
        latents += counts.size();
        dead += static_cast<std::size_t>(std::ranges::count(counts, 0));
        dense += static_cast<std::size_t>(std::ranges::count_if(
            counts, [&](std::size_t count) { return count * 10 > coder.tokens(); }));
    }
    fit.l0 = firings / static_cast<double>(fit.tokens * fired.size());
    fit.dead = static_cast<double>(dead) / static_cast<double>(latents);
    fit.dense = static_cast<double>(dense) / static_cast<double>(latents);
}

Matrix sum(const Matrix& a, const Matrix& b)
{
    std::vector<float> values(a.values().begin(), a.values().end());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] += b.values()[i];
    return {a.rows(), a.columns(), std::move(values)};
}

} // namespace

std::vector<Matrix> reconstructions(const PlacedCoders& coders,
    const std::vector<std::vector<Matrix>>& inputs, const std::vector<FiredLatents>& fired)
{
    std::vector<Matrix> all(coders.written().size());
    for (std::size_t c = 0; c < coders.count(); ++c) {
        const auto made = decode(coders.coder(c), fired[c], inputs[c]);
        for (std::size_t o = 0; o < made.size(); ++o) {
            Matrix& at = all[coders.indexOf(coders.reader(c).place().writes[o])];
            at = at.columns() == 0 ? made[o] : sum(at, made[o]);
        }
    }
    return all;
}

Fit fitOf(const PlacedCoders& coders, const Readings& readings, const Encoder& encode,
    const Progress& progress)
{
    std::vector<FiredLatents> fired;
    for (std::size_t c = 0; c < coders.count(); ++c)
        fired.push_back(encode(coders.coder(c), readings.inputs[c], progress));
    const auto made = reconstructions(coders, readings.inputs, fired);
    Fit fit;
    Sums sums(readings.tokens());
    for (std::size_t o = 0; o < made.size(); ++o)
        fit.fvuAt.push_back(sums.add(readings.targets[o], made[o]));
    sums.into(fit);
    countLatents(fired, fit);
    return fit;
}

} // namespace microtome
