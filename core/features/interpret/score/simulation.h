#pragma once

#include "core/features/interpret/interval.h"
#include "core/features/interpret/score/judge.h"
#include "core/features/interpret/score/scoringwindows.h"

namespace microtome {

/// How well predicted values p agree with values a = floor(10 max(0, v) / largest), over the tokens
/// of all windows in one row (OpenAI's simulation; features-and-steering.md 3.4).
struct SimulationScore {
    std::size_t asked = 0; ///< windows
    std::size_t missing = 0;
    std::size_t tokens = 0; ///< of windows with an answer
    Estimate correlation; ///< Pearson's; NaN where a or p are all the same
    double explained = 0; ///< correlation², what OpenAI calls EV
    double r2 = 0; ///< 1 - E (a - p)² / E a²
    double absoluteDeviation = 0; ///< 1 - E |a - p| / E |a|
};

/// `largest`: the latent's largest value in the corpus. The interval is from 1,000 bootstrap
/// samples of windows. An answer with a length that is not its window's is missing.
SimulationScore scoreSimulation(
    std::span<const ScoringWindow>, float largest, Judge&, std::uint64_t seed = 22);

} // namespace microtome
