#pragma once

#include "data/world/random.h"
#include "data/world/text.h"

namespace microtome::world {

/// A list of names, things, colours or any words, told twice, or once more backwards: the second
/// time is decided by the first.
Text drawList(Random&, bool backwards = false, bool heldOut = false);

} // namespace microtome::world
