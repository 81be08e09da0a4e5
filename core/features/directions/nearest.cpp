#include "core/features/directions/nearest.h"

#include <algorithm>

namespace microtome {

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
    for (float worst = m_best.back().cosine; i < cosines.size(); ++i)
        if (cosines[i] > worst && latents[i] != self) {
            m_best.pop_back();
            insert({latents[i], cosines[i]});
            worst = m_best.back().cosine;
        }
}

void Nearest::insert(const Neighbour& one)
{
    m_best.insert(std::upper_bound(m_best.begin(), m_best.end(), one, nearer), one);
}

} // namespace microtome
