#pragma once

#include "core/text/promptset.h"
#include "views/patching/sweepgrid.h"

namespace microtome {

/// A sweep between one pair. Without answers they are what the clean run says; without wrong ones
/// what the corrupted run says, where that is something else.
SweepShown sweepPair(Model&, PatchRequest, const Progress&);

/// The mean of the sweeps over all pairs of a set, each with its own answer and wrong token.
/// `like` says what is swept and how. Throws Error when the set has no corrupted prompts, or pairs
/// that do not fit upon each other.
SweepShown sweepSet(Model&, const PromptSet&, const PatchRequest& like, const Progress&);

} // namespace microtome
