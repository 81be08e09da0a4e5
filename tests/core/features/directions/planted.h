#pragma once

#include "core/features/directions/directions.h"
#include "core/features/samples/draws.h"

#include <cmath>
#include <numbers>

namespace microtome::test {

/// Nearly normal, of deviation 1.15: the same in every language.
inline double bell(Draws& draws)
{
    double sum = 0;
    for (int i = 0; i < 4; ++i)
        sum += static_cast<double>(draws.next() >> 40) / (1 << 24) * 2 - 1;
    return sum;
}

inline Matrix randomMatrix(Draws& draws, std::size_t rows, std::size_t columns)
{
    std::vector<float> values(rows * columns);
    for (float& value : values)
        value = static_cast<float>(bell(draws));
    return {rows, columns, std::move(values)};
}

/// Directions around `groups` centres: latent i belongs to the group i modulo `groups`.
inline Matrix plantedClusters(
    std::uint64_t seed, std::size_t groups, std::size_t each, std::size_t d, double noise)
{
    Draws draws(seed);
    std::vector<double> centres(groups * d);
    for (double& value : centres)
        value = bell(draws);
    std::vector<float> values(groups * each * d);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(centres[i / d % groups * d + i % d] + noise * bell(draws));
    return {groups * each, d, std::move(values)};
}

/// Directions along a closed curve, in order.
inline Matrix plantedRing(std::uint64_t seed, std::size_t n, std::size_t d, double noise)
{
    Draws draws(seed);
    std::vector<double> a(3 * d);
    for (double& value : a)
        value = bell(draws);
    std::vector<float> values(n * d);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double t = 2 * std::numbers::pi * static_cast<double>(i / d) / static_cast<double>(n);
        const std::size_t j = i % d;
        values[i] = static_cast<float>(std::cos(t) * a[j] + std::sin(t) * a[d + j]
            + 0.5 * std::cos(2 * t) * a[2 * d + j] + noise * bell(draws));
    }
    return {n, d, std::move(values)};
}

} // namespace microtome::test
