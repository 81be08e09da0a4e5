#pragma once

#include "core/features/coder/coder.h"
#include "core/features/coder/fired.h"
#include "core/work/progress.h"

namespace microtome {

/// What encode() of core/features/coder gives, as fast as the machine's matrix products: these are
/// taken a tile of latents at a time, and what fires is chosen while the tile is in cache. Numbers
/// differ from the plain ones by the rounding of float32 products, so that a latent at its
/// threshold may fall on either side. Memory beside the coder: about 1.3 MB, the tokens once, and
/// what fires. Throws Error where the inputs are not what the coder reads, and Cancelled.
FiredLatents encodeFast(
    const SparseCoder&, const std::vector<Matrix>& inputs, const Progress& = {});

} // namespace microtome
