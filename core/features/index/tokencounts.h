#pragma once

#include <cstdint>
#include <vector>

namespace microtome {

/// Counts token ids, one latent after the other, in memory of the vocabulary's size.
class TokenCounts {
public:
    explicit TokenCounts(std::uint32_t vocabulary)
        : m_counts(vocabulary)
    {
    }

    /// An id below the vocabulary.
    void add(std::uint32_t id)
    {
        if (m_counts[id]++ == 0)
            m_seen.push_back(id);
        ++m_total;
    }

    void clear();

    std::uint64_t total() const { return m_total; }
    std::uint32_t count(std::uint32_t id) const { return m_counts[id]; }
    const std::vector<std::uint32_t>& seen() const { return m_seen; } ///< in order of first sight

    /// The commonest id, the smallest of several; only where total() > 0.
    std::uint32_t top() const;

    /// -Σ p log2 p over the ids, p = count / total, in bits; 0 where nothing was counted.
    double entropy() const;

private:
    std::vector<std::uint32_t> m_counts;
    std::vector<std::uint32_t> m_seen;
    std::uint64_t m_total = 0;
};

} // namespace microtome
