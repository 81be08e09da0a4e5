#include "views/style/colourscale.h"

#include "views/style/colour.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr int stepEntries = 128; // table entries between two stops of the magnitude scale
constexpr int sideEntries = 512; // table entries on either side of zero
constexpr double divergingPower = 0.8;
constexpr double negligible = 1e-4; // of the largest number: rounding, beside few effects

/// The number below which `share` of `values` lie (nearest rank). Reorders `values`.
double quantile(std::vector<float>& values, double share)
{
    const auto n = static_cast<double>(values.size());
    const auto rank = static_cast<std::size_t>(std::clamp(std::ceil(share * n) - 1, 0.0, n - 1));
    std::nth_element(
        values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
    return static_cast<double>(values[rank]);
}

} // namespace

ColourRange ColourRange::magnitude(double low, double high, const QString& unit)
{
    return {Kind::Magnitude, low, high > low ? high : low + 1, unit, false, false};
}

ColourRange ColourRange::diverging(double limit, const QString& unit)
{
    const double side = limit > 0 ? limit : 1;
    return {Kind::Diverging, -side, side, unit, false, false};
}

ColourRange ColourRange::robust(
    Kind kind, std::span<const float> values, const QString& unit, double share)
{
    std::vector<float> finite;
    finite.reserve(values.size());
    std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
        [](float v) { return std::isfinite(v); });
    if (finite.empty())
        return kind == Kind::Diverging ? diverging(1, unit) : magnitude(0, 1, unit);

    const auto [lowest, highest] = std::minmax_element(finite.begin(), finite.end());
    const double minimum = static_cast<double>(*lowest);
    const double maximum = static_cast<double>(*highest);
    const double size = std::max(std::abs(minimum), std::abs(maximum));
    std::erase_if(finite, [&](float v) { return std::abs(v) < negligible * size; });
    ColourRange range;
    if (kind == Kind::Diverging) {
        std::transform(
            finite.begin(), finite.end(), finite.begin(), [](float v) { return std::fabs(v); });
        range = diverging(quantile(finite, share), unit);
    } else {
        const double low = minimum < 0 ? quantile(finite, 1 - share) : 0;
        range = magnitude(low, quantile(finite, share), unit);
    }
    range.clippedLow = minimum < range.low;
    range.clippedHigh = maximum > range.high;
    return range;
}

int ColourRange::beyond(double value) const
{
    return value < low ? -1 : value > high ? 1 : 0;
}

/// Magnitude: seven stops in equal steps, perceptually even between two. Diverging: the distance
/// from zero as a share of the limit, to the power 0.8, so that small effects are seen.
ColourScale::ColourScale(const ColourRange& range, const Theme& theme)
    : m_low(range.low)
{
    if (range.kind == ColourRange::Kind::Magnitude) {
        const int steps = static_cast<int>(theme.magnitude.size()) - 1;
        for (int i = 0; i < steps * stepEntries; ++i) {
            const auto stop = static_cast<std::size_t>(i / stepEntries);
            m_table.push_back(mix(theme.magnitude[stop], theme.magnitude[stop + 1],
                static_cast<double>(i % stepEntries) / stepEntries)
                                  .rgb());
        }
        m_table.push_back(theme.magnitude.back().rgb());
    } else {
        for (int i = -sideEntries; i <= sideEntries; ++i) {
            const double share
                = std::pow(std::abs(i) / static_cast<double>(sideEntries), divergingPower);
            m_table.push_back(
                mix(theme.zero, i < 0 ? theme.negative : theme.positive, share).rgb());
        }
    }
    m_factor = static_cast<double>(m_table.size() - 1) / (range.high - range.low);
}

QRgb ColourScale::rgb(double value) const
{
    const double last = static_cast<double>(m_table.size() - 1);
    const double index = std::clamp((value - m_low) * m_factor + 0.5, 0.0, last);
    return m_table[static_cast<std::size_t>(index)];
}

} // namespace microtome
