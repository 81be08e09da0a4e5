#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace microtome {

/// Random numbers that a seed gives on every machine alike (SplitMix64, Steele et al. 2014).
class Draws {
public:
    explicit Draws(std::uint64_t seed)
        : m_state(seed)
    {
    }

    std::uint64_t next();

    /// Each of 0 ... n - 1 equally likely; n > 0.
    std::uint64_t below(std::uint64_t n);

    /// `count` of the numbers 0 ... n - 1, or all where there are fewer, each set equally likely
    /// (Floyd's algorithm); ascending.
    std::vector<std::uint64_t> some(std::uint64_t n, std::size_t count);

private:
    std::uint64_t m_state;
};

} // namespace microtome
