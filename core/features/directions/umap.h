#pragma once

#include "core/features/directions/neighbours.h"
#include "core/model/matrix.h"
#include "core/work/progress.h"

#include <cstdint>

namespace microtome {

/// Latents that umap() takes at once. Exact nearest neighbours, which it is given, take time that
/// grows with the square of their number.
inline constexpr std::size_t mostForUmap = 50000;

struct UmapSettings {
    std::size_t neighbours = 15; ///< k; counts the latent itself, as umap-learn does
    double minDistance = 0.1; ///< in the picture, of latents that belong together
    double spread = 1;
    int epochs = 0; ///< 0: 500 up to 10,000 latents, 200 above
    int negatives = 5; ///< latents that one is pushed from for each pull
    std::uint64_t seed = 0;
};

/// Places of latents in the plane, [n, 2], of which near ones were near by cosine (UMAP, McInnes,
/// Healy and Melville 2018): the edges of the fuzzy graph are pulled together and random pairs
/// pushed apart by stochastic gradient descent on the cross entropy of fuzzy sets. `start` [n, 2]
/// holds where they begin, usually the first two principal components (scaled here). The same
/// settings give the same bytes. Latents without neighbours have no place: NaN. Memory: some 40
/// bytes x k x n. Throws Error for more than mostForUmap latents, fewer than 3, and a table or
/// start that does not fit; Cancelled between epochs.
Matrix umap(
    const NeighbourTable&, const Matrix& start, const UmapSettings& = {}, const Progress& = {});

} // namespace microtome
