#pragma once

#include "core/features/interpret/interval.h"
#include "core/features/interpret/score/judge.h"
#include "core/features/interpret/score/scoringwindows.h"

namespace microtome {

/// Some windows, one of which the latent does not fire in.
struct IntruderQuestion {
    std::vector<TokenRange> windows;
    std::size_t intruder = 0; ///< its number among them
    std::size_t quantile = 0; ///< of the others
};

/// Four firing windows of one quantile and one other, at a place drawn at random; as many questions
/// as there are quantiles with four windows and windows that do not fire, none used twice.
std::vector<IntruderQuestion> intruderQuestions(
    std::span<const ScoringWindow>, std::uint64_t seed = 22);

/// How often the intruder is found, of the questions answered: 1/5 by chance.
struct IntruderScore {
    std::size_t asked = 0;
    std::size_t missing = 0;
    Estimate accuracy;
};

IntruderScore scoreIntruder(std::span<const IntruderQuestion>, Judge&);

} // namespace microtome
