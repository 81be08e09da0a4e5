#include "core/features/samples/draws.h"

#include <set>

namespace microtome {

std::uint64_t Draws::next()
{
    std::uint64_t z = m_state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

std::uint64_t Draws::below(std::uint64_t n)
{
    const std::uint64_t uneven = -n % n; // 2^64 mod n: below it, numbers would come once too often
    std::uint64_t number = next();
    while (number < uneven)
        number = next();
    return number % n;
}

std::vector<std::uint64_t> Draws::some(std::uint64_t n, std::size_t count)
{
    std::set<std::uint64_t> chosen;
    for (std::uint64_t j = n - (count < n ? count : n); j < n; ++j)
        if (!chosen.insert(below(j + 1)).second)
            chosen.insert(j);
    return {chosen.begin(), chosen.end()};
}

} // namespace microtome
