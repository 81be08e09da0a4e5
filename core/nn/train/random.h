#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace microtome::nn {

/// A stream of numbers that is the same on every machine (SplitMix64), named by numbers so that
/// nothing of it need be kept.
class TrainRandom {
public:
    TrainRandom(std::uint64_t seed, std::uint64_t stream);

    std::uint64_t next();
    std::uint64_t below(std::uint64_t n); ///< 0 ... n - 1
    double uniform(); ///< [0, 1)
    double normal(); ///< N(0, 1), by Box and Muller

    /// Those before `from` stay where they are.
    template <class T> void shuffle(std::vector<T>& items, std::size_t from = 0)
    {
        for (std::size_t n = items.size() - from; n > 1; --n)
            std::swap(items[from + n - 1], items[from + below(n)]);
    }

private:
    std::uint64_t m_state;
};

/// A number that stands for a name (FNV-1a).
std::uint64_t streamOf(std::string_view name);

} // namespace microtome::nn
