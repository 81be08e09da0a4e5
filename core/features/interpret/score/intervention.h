#pragma once

#include "core/features/interpret/interval.h"

#include <cstdint>
#include <optional>
#include <span>

namespace microtome {

/// A text continued with and without steering by the latent.
struct Intervened {
    /// log P(explanation | steered text) - log P(explanation | plain text), in nats; nothing: not
    /// measured.
    std::optional<double> gain;
    double kl = 0; ///< of the steered next-token distributions from the plain ones, in nats
};

/// Whether what a latent does fits its explanation (features-and-steering.md 3.4).
struct InterventionScore {
    std::size_t asked = 0;
    std::size_t missing = 0;
    double gain = 0; ///< mean, of those measured
    double kl = 0; ///< mean, of those measured

    /// mean gain / (mean KL + eps); 0 for a latent without an effect. The interval is from 1,000
    /// bootstrap samples of texts.
    Estimate score;
};

InterventionScore scoreIntervention(
    std::span<const Intervened>, double eps = 1e-3, std::uint64_t seed = 22);

} // namespace microtome
