#pragma once

#include "data/world/random.h"
#include "data/world/text.h"

namespace microtome::world {

int registerForms();

/// Of two to six people or things one thing each is told; then most are asked for in another order.
/// Which is whose is learnt from these. Nothing in it is held out.
Text drawRegister(Random&);

} // namespace microtome::world
