#pragma once

#include "core/features/interpret/predicate/bits.h"
#include "core/features/interpret/predicate/predicate.h"
#include "core/features/interpret/predicate/reading.h"

#include <span>

namespace microtome {

/// Where a predicate holds: a bit for each place, never for one that is only room. Quickest where
/// tokens ascend. A label that the reading does not have holds nowhere, and so do statements about
/// text where there is none. Throws Error for a pattern that cannot be used.
Bits evaluate(const Predicate&, const Reading&, std::span<const Place>);

/// The same, of the places that are asked for.
Bits evaluate(const Predicate&, const Reading&, std::span<const Place>, const Bits& asked);

} // namespace microtome
