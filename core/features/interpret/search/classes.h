#pragma once

#include "core/features/interpret/search/aim.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace microtome {

/// The examples of one class, where every example is in one: an id, a length, a position.
struct ClassCount {
    std::uint32_t key = 0;
    std::uint32_t examples = 0; ///< drawn ones
    Examples::Tally tally;
};

/// The classes that together reach the largest F_b, less the penalty for naming them. They are the
/// first by precision (a class is worth naming while its precision is above F / 2; Lipton et al.
/// 2014), so that one pass over them finds the best. Given back by hits, most first.
std::vector<ClassCount> bestClasses(std::vector<ClassCount>, const Aim&, double b = 1);

/// The range of classes, as indices, with the largest F1: Dinkelbach's iteration, F / 2 being the
/// price of a token, with the range of the largest sum of hits - price x (hits + alarms) for each.
std::pair<std::size_t, std::size_t> bestRange(const std::vector<Examples::Tally>&, const Aim&);

} // namespace microtome
