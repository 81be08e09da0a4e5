#pragma once

#include "core/features/interpret/search/examples.h"

#include <cmath>

namespace microtome {

/// What a search for one more way to fire makes as large as it can, given what it has already:
/// F1 - penalty x complexity, of both together.
struct Aim {
    double firing = 0; ///< tokens, weighted
    Examples::Tally has; ///< of what it has already
    double complexity = 0; ///< of what it has already
    double penalty = 0;
    std::size_t support = 2; ///< examples that a class must have to be named

    /// F_b = (1 + b²) hits / (hits + alarms + b² firing); b = 1 weighs precision and recall alike.
    double f(const Examples::Tally& gained, double b = 1) const
    {
        const double hits = has.hits + gained.hits;
        const double total = hits + has.alarms + gained.alarms + b * b * firing;
        return total > 0 ? (1 + b * b) * hits / total : 0;
    }

    double score(const Examples::Tally& gained, double more) const
    {
        return f(gained) - penalty * (complexity + more);
    }
};

} // namespace microtome
