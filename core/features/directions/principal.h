#pragma once

#include "core/features/directions/directions.h"

#include <cstddef>
#include <vector>

namespace microtome {

struct PrincipalSettings {
    std::size_t components = 2;
    bool unit = true; ///< of directions of norm 1; latents without a direction are then left out
    bool centred = true; ///< of deviations from the mean direction
};

/// The orthogonal axes along which directions vary most.
struct PrincipalComponents {
    Matrix axes; ///< [k, d], norm 1; of each the number of largest magnitude is positive
    std::vector<double> mean; ///< [d], zeros where not centred
    std::vector<double> variance; ///< [k] along each axis, divided by the number of latents
    std::vector<double> share; ///< [k] of the whole variance: explained variance
    double whole = 0; ///< variance of all d axes
    Matrix coordinates; ///< [n, k], (v - mean) · axis; zeros for latents that were left out
};

} // namespace microtome
