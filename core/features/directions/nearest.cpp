#include "core/features/directions/nearest.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::size_t stretch = 32;

/// Of a whole stretch, in a loop without branches.
bool anyAbove(const float* cosines, float worst)
{
    int count = 0;
    for (std::size_t i = 0; i < stretch; ++i)
        count += cosines[i] > worst ? 1 : 0;
    return count > 0;
}

} // namespace

void Nearest::offer(
    std::span<const float> cosines, std::span<const std::uint32_t> latents, std::uint32_t self)
{
    std::size_t i = 0;
    for (; i < cosines.size() && m_best.size() < m_most; ++i)
        if (latents[i] != self)
            insert({latents[i], cosines[i]});
    if (m_best.empty())
        return;
    // A later latent of an equal cosine comes behind, so only a higher one is let in.
    while (i < cosines.size()) {
        const std::size_t end = std::min(i + stretch, cosines.size());
        const float worst = m_best.back().cosine;
        if (end - i == stretch && !anyAbove(cosines.data() + i, worst)) {
            i = end;
            continue;
        }
        for (; i < end; ++i)
            if (cosines[i] > m_best.back().cosine && latents[i] != self) {
                m_best.pop_back();
                insert({latents[i], cosines[i]});
            }
    }
}

void Nearest::insert(const Neighbour& one)
{
    m_best.insert(std::upper_bound(m_best.begin(), m_best.end(), one, nearer), one);
}

} // namespace microtome
