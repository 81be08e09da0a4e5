#pragma once

#include "core/features/check/readings.h"

#include <string>
#include <vector>

namespace microtome {

/// Another way to read the same numbers, that authors of dictionaries are known to mean
/// (features-and-steering.md 2): tried on the same tokens, it shows when a file was read wrongly.
struct Convention {
    std::string how; ///< "with its decoder bias subtracted first"
    SparseCoder coder;
    Readings readings;
};

/// The other conventions that are possible for a coder.
std::vector<Convention> otherConventions(const Model&, const PlacedCoders& one, const Readings&);

/// sqrt(d) / mean |x|: the scale that makes the mean norm of some tokens sqrt(d), as SAELens's
/// expected_average_only_in has it.
double measuredScale(const Matrix& tokens);

} // namespace microtome
