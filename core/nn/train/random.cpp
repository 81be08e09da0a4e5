#include "core/nn/train/random.h"

#include <cmath>
#include <numbers>

namespace microtome::nn {

namespace {

std::uint64_t mixed(std::uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

} // namespace

TrainRandom::TrainRandom(std::uint64_t seed, std::uint64_t stream)
    : m_state(mixed(seed + 0x9e3779b97f4a7c15ULL) ^ mixed(stream + 0x632be59bd9b4e019ULL))
{
}

std::uint64_t TrainRandom::next()
{
    m_state += 0x9e3779b97f4a7c15ULL;
    return mixed(m_state);
}

std::uint64_t TrainRandom::below(std::uint64_t n)
{
    // The bias is below n / 2^64.
    return next() % n;
}

double TrainRandom::uniform()
{
    return static_cast<double>(next() >> 11) * 0x1p-53;
}

double TrainRandom::normal()
{
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::uint64_t streamOf(std::string_view name)
{
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

} // namespace microtome::nn
