#pragma once

#include <limits>

namespace microtome {

/// A number with its interval of 95 %. Where nothing was measured the value is NaN and the interval
/// is all that is possible.
struct Estimate {
    double value = std::numeric_limits<double>::quiet_NaN();
    double low = 0;
    double high = 1;

    bool contains(double truth) const { return low <= truth && truth <= high; }
};

/// A share of trials and its score interval (Wilson 1927), z = 1.96. `trials` need not be whole.
Estimate wilson(double share, double trials);

/// (a + b) / 2 of two independent estimates; its interval by the square-and-add rule (Zou and
/// Donner 2008), which keeps the honest width of Wilson's where a share is 0 or 1.
Estimate meanOf(const Estimate& a, const Estimate& b);

} // namespace microtome
