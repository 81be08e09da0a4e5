#pragma once

#include "core/features/directions/neighbours.h"

namespace microtome {

/// The nearest so far of one latent while cosines stream by; few of them are ever inserted.
class Nearest {
public:
    static constexpr std::uint32_t nobody = 0xFFFFFFFF;

    explicit Nearest(std::size_t most)
        : m_most(most)
    {
        m_best.reserve(most);
    }

    /// Cosines of latents that come in ascending order, all calls together; `self` is left out.
    void offer(std::span<const float> cosines, std::span<const std::uint32_t> latents,
        std::uint32_t self = nobody);

    const std::vector<Neighbour>& best() const { return m_best; } ///< nearest first

private:
    void insert(const Neighbour&);

    std::size_t m_most;
    std::vector<Neighbour> m_best;
};

} // namespace microtome
