#pragma once

#include "core/features/check/selfcheck.h"

namespace microtome {

/// What the figures of a check say is wrong, a sentence each, the gravest first: numbers that are
/// none, a reconstruction no better than the mean, another convention that fits much better, an L0
/// that is not what was declared, many dead latents, predictions that are lost.
std::vector<std::string> verdictsOf(const std::vector<SparseCoder>&, const SelfCheck&);

} // namespace microtome
