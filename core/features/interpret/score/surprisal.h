#pragma once

#include "core/features/interpret/score/classscore.h"

namespace microtome {

/// A window and how much easier it becomes to predict when the explanation stands before it.
struct LossDifference {
    bool fires = false; ///< the latent, in the window
    /// Loss without the explanation less the loss with it, in nats a token; nothing: not measured.
    std::optional<double> gain;
};

/// What surprisal says of an explanation (features-and-steering.md 3.4).
struct SurprisalScore {
    std::size_t asked = 0;
    std::size_t missing = 0;
    Estimate auc; ///< chance that a firing window gains more than one that is silent
};

SurprisalScore scoreSurprisal(std::span<const LossDifference>, std::uint64_t seed = 22);

} // namespace microtome
