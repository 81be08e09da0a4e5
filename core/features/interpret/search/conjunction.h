#pragma once

#include "core/features/interpret/search/search.h"

#include <vector>

namespace microtome {

/// Statements that hold together.
struct Conjunction {
    std::vector<Predicate> parts;
    Bits bits; ///< where all hold, of the examples that were open
    Examples::Tally tally;
    double complexity = 0;
    double score = 0;
    Family family = Family::Always; ///< of the last part

    Predicate predicate() const;
};

/// The conjunction with the largest score among the open examples. `single`, if given, becomes the
/// best statements by themselves, best first.
Conjunction bestConjunction(const Clues&, const Bits& open, const Aim&, const SearchSettings&,
    std::vector<Conjunction>* single = nullptr);

} // namespace microtome
