#pragma once

#include "core/features/interpret/interval.h"
#include "core/features/samples/draws.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace microtome {

/// The value on all items and the interval that holds the middle 95 % of its values on 1,000
/// samples of as many items, drawn with replacement (Efron 1979, percentiles). `draw(draws)` gives
/// the value of one sample; those that are NaN do not count.
inline Estimate bootstrap(
    double value, std::uint64_t seed, const std::function<double(Draws&)>& draw)
{
    if (std::isnan(value))
        return {};
    constexpr int samples = 1000;
    Draws draws(seed);
    std::vector<double> values;
    for (int i = 0; i < samples; ++i)
        if (const double sample = draw(draws); !std::isnan(sample))
            values.push_back(sample);
    if (values.empty())
        return {value, value, value};
    std::ranges::sort(values);
    const auto quantile = [&](double q) {
        return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
    };
    return {value, std::min(value, quantile(0.025)), std::max(value, quantile(0.975))};
}

} // namespace microtome
