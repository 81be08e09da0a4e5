#include "views/session/nexttoken.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome {

namespace {

double logSumExp(std::span<const float> logits)
{
    if (logits.empty())
        return 0;
    const double top = *std::ranges::max_element(logits);
    double sum = 0;
    for (const float z : logits)
        sum += std::exp(z - top);
    return top + std::log(sum);
}

} // namespace

ReadOut nextToken(std::span<const float> logits, int topK, const std::vector<TokenId>& tracked)
{
    ReadOut out;
    out.logSumExp = logSumExp(logits);
    std::vector<TokenId> ids(logits.size());
    std::iota(ids.begin(), ids.end(), 0);
    const auto k = std::min(ids.size(), static_cast<std::size_t>(std::max(0, topK)));
    std::ranges::partial_sort(
        ids, ids.begin() + static_cast<std::ptrdiff_t>(k), [logits](TokenId a, TokenId b) {
            const float za = logits[static_cast<std::size_t>(a)];
            const float zb = logits[static_cast<std::size_t>(b)];
            return za > zb || (za == zb && a < b);
        });
    for (std::size_t i = 0; i < k; ++i)
        out.top.push_back({ids[i], logits[static_cast<std::size_t>(ids[i])]});
    for (const float z : logits) {
        const double logP = z - out.logSumExp;
        if (std::isfinite(logP))
            out.entropy -= std::exp(logP) * logP;
    }
    for (const TokenId id : tracked) {
        const bool known = id >= 0 && static_cast<std::size_t>(id) < logits.size();
        const float z = known ? logits[static_cast<std::size_t>(id)] : NAN;
        out.logits.push_back(z);
        out.ranks.push_back(static_cast<std::int32_t>(
            std::ranges::count_if(logits, [z](float other) { return other > z; })));
    }
    return out;
}

double klOfLogits(std::span<const float> reference, std::span<const float> other)
{
    const double p0 = logSumExp(reference);
    const double q0 = logSumExp(other);
    double kl = 0;
    for (std::size_t i = 0; i < std::min(reference.size(), other.size()); ++i) {
        const double p = reference[i] - p0;
        if (std::isfinite(p))
            kl += std::exp(p) * (p - (other[i] - q0));
    }
    return std::max(0.0, kl);
}

} // namespace microtome
