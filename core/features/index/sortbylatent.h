#pragma once

#include "core/features/index/firing.h"

#include <vector>

namespace microtome {

/// Sorts by latent, all below `latents`; those of one latent stay in their order. Radix sort by
/// digits of 8 to 11 bits from the lowest, so the time is linear. `room` is used and may end up
/// with any content and the size of `firings`.
void sortByLatent(std::vector<Firing>& firings, std::vector<Firing>& room, std::uint64_t latents);

} // namespace microtome
