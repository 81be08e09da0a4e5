#include "core/features/index/tokencounts.h"

#include <algorithm>
#include <cmath>

namespace microtome {

void TokenCounts::clear()
{
    for (const std::uint32_t id : m_seen)
        m_counts[id] = 0;
    m_seen.clear();
    m_total = 0;
}

std::uint32_t TokenCounts::top() const
{
    return *std::ranges::min_element(m_seen, [&](std::uint32_t a, std::uint32_t b) {
        return m_counts[a] != m_counts[b] ? m_counts[a] > m_counts[b] : a < b;
    });
}

// -Σ (c/n) log2 (c/n) = log2 n - Σ c log2 c / n.
double TokenCounts::entropy() const
{
    if (m_total == 0)
        return 0;
    const auto n = static_cast<double>(m_total);
    double sum = 0;
    for (const std::uint32_t id : m_seen)
        sum += m_counts[id] * std::log2(m_counts[id]);
    return std::max(0.0, std::log2(n) - sum / n);
}

} // namespace microtome
