#pragma once

#include "core/features/interpret/score/classscore.h"
#include "core/features/interpret/score/judge.h"
#include "core/features/interpret/score/scoringwindows.h"

namespace microtome {

/// Detection (features-and-steering.md 3.4): the judge says in which windows the latent fires.
/// Groups are those of groupOf().
ClassScore scoreDetection(std::span<const ScoringWindow>, Judge&, std::uint64_t seed = 22);

/// 0 ... 3 for windows in which the latent does not fire, by their WindowGroup less 1; 4 and up:
/// firing windows by quantile.
std::size_t groupOf(const ScoringWindow&);

} // namespace microtome
