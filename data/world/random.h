#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace microtome::world {

/// Draws that are the same on every machine: SplitMix64 (Steele, Lea, Flood 2014).
class Random {
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0)
        : m_state(mixed(seed + 0x632be59bd9b4e019 * (stream + 1)))
    {
    }

    std::uint64_t next() { return mixed(m_state += 0x9e3779b97f4a7c15); }

    /// 0 .. n - 1; n well below 2^32.
    int below(int n)
    {
        return static_cast<int>(((next() >> 32) * static_cast<std::uint64_t>(n)) >> 32);
    }
    int between(int low, int high) { return low + below(high - low + 1); }
    bool chance(int percent) { return below(100) < percent; }

    template <class T> const T& of(const std::vector<T>& list)
    {
        return list[static_cast<std::size_t>(below(static_cast<int>(list.size())))];
    }

    /// n different numbers of 0 .. size - 1, in a random order.
    std::vector<int> some(int n, int size)
    {
        std::vector<int> drawn;
        while (static_cast<int>(drawn.size()) < n) {
            const int one = below(size);
            if (std::find(drawn.begin(), drawn.end(), one) == drawn.end())
                drawn.push_back(one);
        }
        return drawn;
    }

    static std::uint64_t mixed(std::uint64_t z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

private:
    std::uint64_t m_state;
};

/// A fixed random number for a few numbers: what is held out is decided by it.
inline std::uint64_t hashed(std::initializer_list<std::uint64_t> keys)
{
    std::uint64_t h = 0x7077;
    for (const std::uint64_t key : keys)
        h = Random::mixed(h * 0x100000001b3 + key);
    return h;
}

} // namespace microtome::world
