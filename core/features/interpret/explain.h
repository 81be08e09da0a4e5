#pragma once

#include "core/features/index/featureindex.h"
#include "core/features/interpret/search/search.h"
#include "core/features/samples/firingwindows.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace microtome {

/// How latents are explained.
struct ExplainSettings {
    /// Firing counts above which share of the largest value (of the side that explains): the ones
    /// that are tried. 0: any firing.
    std::vector<double> thresholds{0, 0.3};

    /// How much better (in skill, see explain()) another threshold than the first must be.
    double margin = 0.03;

    Strength strength = Strength::Magnitude;
    SearchSettings search;
    ExampleLimits limits;
    std::uint64_t seed = 22;
};

/// One proposal: what a latent fires on, if it were as simple as that.
struct Hypothesis {
    Family family = Family::Always;
    Predicate predicate;
    std::string sentence;
    double f1 = 0; ///< on the side that explains
};

/// What a latent fires on, as far as can be told.
struct Explanation {
    std::uint64_t firing = 0; ///< tokens of the side that explains, at any strength
    double threshold = 0; ///< the predicate says where strength > threshold x the largest
    float above = 0; ///< the same as a value
    Predicate predicate; ///< never true for a latent that does not fire
    std::string sentence; ///< in English
    Agreement explaining; ///< on what it was found on: too good
    Agreement scoring; ///< on the other side of the split: honest
    std::vector<Hypothesis> simple; ///< the best one statement of each family, best first
};

/// Explains one latent offline. Reads only windows of Split::Explaining; the windows of
/// Split::Scoring are looked at once, when the predicate is settled, for `scoring`. Of the
/// thresholds the one is taken at which the predicate has the largest skill (F - A) / (1 - A),
/// where F is its F1 less the penalty and A the F1 of a predicate that always holds.
/// Time: linear in the corpus for drawing examples (8 ns a token), then that of a search among at
/// most 41,000 examples, however many tokens there are: 0.13 to 0.33 s in all, on one core, for a
/// latent of a corpus of 1.2 M tokens. Throws Error where index and corpus do not fit or are
/// damaged.
Explanation explain(const FeatureIndex&, const Reading&, std::uint32_t latent,
    const ExplainSettings& = {}, const Progress& = {});

/// The same of firings that are at hand: tokens ascending, a strength above 0 for each.
Explanation explainFirings(std::span<const std::uint32_t> tokens, std::span<const float> strengths,
    const Reading&, const ExplainSettings& = {}, const Progress& = {});

} // namespace microtome
