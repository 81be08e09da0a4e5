#pragma once

#include "core/features/interpret/interval.h"

#include <cstdint>
#include <optional>
#include <span>

namespace microtome {

/// One latent's score of any kind; nothing or NaN: it has none.
struct LatentScore {
    std::optional<double> score;
    std::uint64_t firings = 0;
};

/// The scores of many latents in two numbers. With s the scores and n the firings:
struct ScoreSummary {
    std::size_t latents = 0;
    std::size_t missing = 0;
    Estimate plain; ///< mean of s: every latent counts alike
    Estimate weighted; ///< Σ s n / Σ n: dense latents count most (delphi shows only this)
};

/// Intervals are from 1,000 bootstrap samples of latents.
ScoreSummary summarise(std::span<const LatentScore>, std::uint64_t seed = 22);

} // namespace microtome
