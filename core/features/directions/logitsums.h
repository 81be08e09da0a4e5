#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace microtome {

/// Numbers of one stretch of logits, in plain loops that become vector instructions.
struct LogitSums {
    float least = 0;
    float greatest = 0;
    std::array<double, 3> powers{}; ///< sums of L², L³, L⁴
};

double sumOf(std::span<const float>);

/// Takes `mean` from each and sums what is left; of an empty stretch all is 0.
LogitSums centred(std::span<float>, float mean);

} // namespace microtome
