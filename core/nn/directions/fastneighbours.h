#pragma once

#include "core/features/directions/neighbours.h"

namespace microtome {

/// What neighbours() of core/features/directions gives, as fast as the machine's matrix products:
/// 2 n² d operations, a tile of 512 x 512 cosines at a time, of which the nearest are kept while
/// the tile is in cache. Eight more than asked for are kept, and ordered by their cosines in f64:
/// the numbers are the plain ones; only among latents whose cosines differ by less than rounding of
/// f32 (1e-6) may others be chosen, where more than eight of them stand at the end of a list.
/// Memory beside the dictionary and the table: 1 MB + 4 KB x d. Throws Error and Cancelled.
NeighbourTable neighboursFast(const Directions&, std::size_t most, const Progress& = {});

/// The same between two dictionaries: for each latent of `of` those of `among`.
NeighbourTable neighboursFast(
    const Directions& of, const Directions& among, std::size_t most, const Progress& = {});

} // namespace microtome
