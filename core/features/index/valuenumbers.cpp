#include "core/features/index/valuenumbers.h"

#include "core/model/half.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr std::size_t few = 1 << 15;
// The powers of 2 that the largest |value| may have, so that scales are floats too.
constexpr int lowestPower = -86, highestPower = 127;

/// Halves as numbers that ascend with the value.
std::uint16_t ordered(std::uint16_t half)
{
    return static_cast<std::uint16_t>(half & 0x8000 ? ~half : half | 0x8000);
}

std::uint16_t unordered(std::uint16_t key)
{
    return static_cast<std::uint16_t>(key & 0x8000 ? key & 0x7FFF : ~key);
}

} // namespace

float storedValue(std::uint16_t half, std::int32_t exponent)
{
    return std::ldexp(fromHalf(half), exponent);
}

void ValueCounter::begin(float largest)
{
    m_exponent = std::clamp(std::ilogb(largest), lowestPower, highestPower) - 14;
    m_scale = std::ldexp(1.0F, -m_exponent);
    m_numbers = {};
    m_moments = {};
    m_few.clear();
    if (m_many)
        std::ranges::fill(m_counts, 0);
    m_many = false;
}

std::uint16_t ValueCounter::add(float value)
{
    ValueNumbers& n = m_numbers;
    if (n.count == 0) {
        m_shift = n.max = n.min = value;
    }
    ++n.count;
    n.max = std::max(n.max, value);
    n.min = std::min(n.min, value);
    const double v = value;
    n.sum += v;
    n.sumSquares += v * v;
    const double d = v - m_shift;
    m_moments[0] += d;
    m_moments[1] += d * d;
    m_moments[2] += d * d * d;
    std::uint16_t half = toHalf(value * m_scale);
    if ((half & 0x7FFF) == 0)
        half = value < 0 ? 0x8001 : 0x0001;
    if ((half & 0x7FFF) == 0x7800 && m_exponent == highestPower - 14)
        --half; // 2^15 would be 2^128, which no float is
    if (!m_many && m_few.size() == few) {
        m_counts.resize(0x10000);
        for (const std::uint16_t key : m_few)
            ++m_counts[key];
        m_many = true;
    }
    if (m_many)
        ++m_counts[ordered(half)];
    else
        m_few.push_back(ordered(half));
    return half;
}

float ValueCounter::quantile(unsigned percent)
{
    const std::uint64_t rank = (std::uint64_t(m_numbers.count) * percent + 99) / 100;
    std::uint64_t passed = 0;
    std::size_t key = 0;
    if (m_many) {
        while ((passed += m_counts[key]) < rank)
            ++key;
    } else {
        const auto place = m_few.begin() + static_cast<std::ptrdiff_t>(rank - 1);
        std::nth_element(m_few.begin(), place, m_few.end());
        key = *place;
    }
    const float value = storedValue(unordered(static_cast<std::uint16_t>(key)), m_exponent);
    return std::clamp(value, m_numbers.min, m_numbers.max);
}

// With s = Σ (v - c)^k / n about any c: m_2 = s_2 - s_1², m_3 = s_3 - 3 s_1 s_2 + 2 s_1³.
ValueNumbers ValueCounter::numbers()
{
    ValueNumbers& n = m_numbers;
    if (n.count == 0)
        return n;
    const double s1 = m_moments[0] / n.count;
    const double s2 = m_moments[1] / n.count;
    const double s3 = m_moments[2] / n.count;
    const double m2 = s2 - s1 * s1;
    const double m3 = s3 - 3 * s1 * s2 + 2 * s1 * s1 * s1;
    if (n.max > n.min && m2 > 0)
        n.skew = static_cast<float>(m3 / (m2 * std::sqrt(m2)));
    if (!std::isfinite(n.skew))
        n.skew = 0;
    n.q50 = quantile(50);
    n.q90 = quantile(90);
    n.q99 = quantile(99);
    return n;
}

} // namespace microtome
