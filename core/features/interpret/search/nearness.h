#pragma once

#include "core/features/interpret/search/aim.h"
#include "core/features/interpret/search/option.h"

#include <vector>

namespace microtome {

/// Adds the best statements "one of these ids stands within k tokens before (after) it", k from 2
/// to `reach`, among the examples of a selection. For each id the distance k at which it tells
/// most, then for the best of these distances a set of ids, one by one while F1 grows.
void nearTokens(const Reading&, const Examples&, const Bits& selection, const Aim&, TokenNear::Side,
    std::uint32_t reach, std::vector<Option>&);

} // namespace microtome
