#pragma once

#include "core/features/directions/directions.h"
#include "core/work/progress.h"

#include <cstdint>
#include <span>
#include <vector>

namespace microtome {

/// Another latent, and the cosine between its direction and one's own.
struct Neighbour {
    std::uint32_t latent = 0;
    float cosine = 0;

    bool operator==(const Neighbour&) const = default;
};

/// Highest cosine first; of equal ones the lower number.
inline bool nearer(const Neighbour& a, const Neighbour& b)
{
    return a.cosine > b.cosine || (a.cosine == b.cosine && a.latent < b.latent);
}

/// The nearest latents of each latent, nearest first. A latent without a direction (all zeros) has
/// no neighbours and is nobody's. Memory: 8 bytes a neighbour.
struct NeighbourTable {
    std::size_t most = 0; ///< neighbours of a latent, where there are as many
    std::vector<std::uint32_t> found; ///< [n], how many it has
    std::vector<Neighbour> entries; ///< [n, most]

    std::size_t count() const { return found.size(); }
    std::span<const Neighbour> of(std::size_t latent) const
    {
        return std::span(entries).subspan(latent * most, found[latent]);
    }
};

/// The `most` latents of one dictionary that are nearest to each of it by cosine, itself left out.
/// cos(v_i, v_j) = v_i · v_j / (|v_i| |v_j|), in f64 and then rounded to f32, by which they are
/// ordered. Plain and slow (n² d): what the engine's fast one is held against.
NeighbourTable neighbours(const Directions&, std::size_t most, const Progress& = {});

/// The same between two dictionaries: for each latent of `of` those of `among`. Throws Error where
/// their widths differ.
NeighbourTable neighbours(
    const Directions& of, const Directions& among, std::size_t most, const Progress& = {});

/// Throws Error unless both are sound and the dictionaries live in the same space.
void checkPair(const Directions& of, const Directions& among);

} // namespace microtome
