#include "core/features/interpret/interval.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double z = 1.959963984540054; // 97.5 % of a normal distribution lie below

} // namespace

Estimate wilson(double share, double trials)
{
    if (!(trials > 0))
        return {};
    const double spread = z * z / trials;
    const double centre = (share + spread / 2) / (1 + spread);
    const double half
        = z / (1 + spread) * std::sqrt(share * (1 - share) / trials + spread / (4 * trials));
    return {share, std::clamp(centre - half, 0.0, share), std::clamp(centre + half, share, 1.0)};
}

Estimate meanOf(const Estimate& a, const Estimate& b)
{
    if (std::isnan(a.value) || std::isnan(b.value))
        return {};
    const double mean = (a.value + b.value) / 2;
    return {mean, mean - std::hypot(a.value - a.low, b.value - b.low) / 2,
        mean + std::hypot(a.high - a.value, b.high - b.value) / 2};
}

} // namespace microtome
