#pragma once

#include "core/features/directions/neighbours.h"

#include <cstdint>
#include <vector>

namespace microtome {

/// Two latents that are joined, and how strongly, 0 < weight <= 1.
struct UmapEdge {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    float weight = 0;
};

/// The distances of a latent's neighbours made comparable with those of others.
struct LocalScale {
    double nearest = 0; ///< rho, distance of the nearest neighbour that is apart
    double width = 0; ///< sigma
};

/// rho is the least distance above 0, and sigma what makes
///
///     sum_j exp(-max(0, d_j - rho) / sigma) = log2(k)
///
/// over the k - 1 neighbours (k counts the latent itself), at least 0.001 of their mean distance
/// (McInnes et al. 2018, algorithm 3). `overall`: the mean distance of all latents' neighbours,
/// which takes its place where no neighbour is apart.
LocalScale smoothDistances(std::span<const double> distances, std::size_t k, double overall);

/// The fuzzy simplicial set (McInnes et al. 2018, algorithms 1 and 2) of latents joined to
/// their k - 1 nearest, distance 1 - cosine: with A_ij = exp(-max(0, d_ij - rho_i) / sigma_i),
/// the edges of A + A^T - A ∘ A^T, both ways, ordered by `from`, then `to`.
std::vector<UmapEdge> fuzzyGraph(const NeighbourTable&, std::size_t k);

} // namespace microtome
