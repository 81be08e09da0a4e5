#pragma once

#include <QString>

#include <vector>

namespace microtome {

/// A number for a person: fixed decimals, U+2212 as minus; "+" before positives when `sign`. What
/// is no number is an en dash; a number that rounds to zero has no sign; from 10,000 on thousands
/// are parted.
QString formatNumber(double value, int decimals, bool sign = false);

/// A number with about three significant digits, for scales and hover texts.
QString formatShort(double value, bool sign = false);

/// Decimals that a step of an axis needs: 0.25 -> 2, 10 -> 0.
int decimalsOf(double step);

/// The smallest of 1, 2, 2.5, 5 times a power of ten that divides `span` into at most `most` steps.
double niceStep(double span, int most);

/// The numbers that stand along an axis.
struct Ticks {
    double low = 0; ///< the axis's ends
    double high = 1;
    std::vector<double> at;
    int decimals = 0;
};

/// At most about `most` nice steps from `low` to `high`; an end that is not fixed moves outward to
/// a whole one.
Ticks niceTicks(double low, double high, bool lowFixed, bool highFixed, int most);

} // namespace microtome
