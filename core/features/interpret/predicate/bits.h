#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace microtome {

/// A yes or no for each of many examples, 64 in a word.
class Bits {
public:
    explicit Bits(std::size_t size = 0, bool value = false)
        : m_size(size)
        , m_words((size + 63) / 64, value ? ~std::uint64_t(0) : 0)
    {
        if (value && size % 64 != 0)
            m_words.back() = (std::uint64_t(1) << size % 64) - 1;
    }

    std::size_t size() const { return m_size; }
    bool test(std::size_t i) const { return m_words[i / 64] >> i % 64 & 1; }
    void set(std::size_t i) { m_words[i / 64] |= std::uint64_t(1) << i % 64; }

    Bits& operator&=(const Bits& other)
    {
        for (std::size_t w = 0; w < m_words.size(); ++w)
            m_words[w] &= other.m_words[w];
        return *this;
    }
    Bits& operator|=(const Bits& other)
    {
        for (std::size_t w = 0; w < m_words.size(); ++w)
            m_words[w] |= other.m_words[w];
        return *this;
    }
    /// Takes away what the other has.
    Bits& operator-=(const Bits& other)
    {
        for (std::size_t w = 0; w < m_words.size(); ++w)
            m_words[w] &= ~other.m_words[w];
        return *this;
    }

    /// How many are set, in the words from `begin` to `end`; with another, how many in both.
    std::size_t count(std::size_t begin, std::size_t end) const
    {
        std::size_t sum = 0;
        for (std::size_t w = begin; w < end; ++w)
            sum += static_cast<std::size_t>(std::popcount(m_words[w]));
        return sum;
    }
    std::size_t count(std::size_t begin, std::size_t end, const Bits& other) const
    {
        std::size_t sum = 0;
        for (std::size_t w = begin; w < end; ++w)
            sum += static_cast<std::size_t>(std::popcount(m_words[w] & other.m_words[w]));
        return sum;
    }
    std::size_t count() const { return count(0, m_words.size()); }

    /// Calls `use(i)` for each that is set, ascending.
    template <class Use> void each(Use&& use) const
    {
        for (std::size_t w = 0; w < m_words.size(); ++w)
            for (std::uint64_t word = m_words[w]; word != 0; word &= word - 1)
                use(w * 64 + static_cast<std::size_t>(std::countr_zero(word)));
    }

private:
    std::size_t m_size;
    std::vector<std::uint64_t> m_words;
};

} // namespace microtome
