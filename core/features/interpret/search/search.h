#pragma once

#include "core/features/interpret/search/clues.h"
#include "core/work/progress.h"

namespace microtome {

/// How far the search for a predicate goes.
struct SearchSettings {
    double penalty = 0.01; ///< of F1, for each unit of complexity
    std::size_t conjuncts = 3; ///< statements that hold together
    std::size_t disjuncts = 3; ///< ways to fire
    std::size_t beam = 8; ///< of one statement; half as many of more
    std::uint32_t reach = 16; ///< tokens, of what stands before or follows
};

/// A predicate and how well it does on the examples it was found on.
struct Finding {
    Predicate predicate;
    double f1 = 0;
    double score = 0; ///< F1 - penalty x complexity
};

/// What a search ends with.
struct Findings {
    Finding best;
    std::vector<std::pair<Family, Finding>> simple; ///< the best one statement of each family
};

/// Looks for the predicate with the largest F1 less penalty: ways to fire one after the other, each
/// the best conjunction by a beam search over the statements of all families, in which no family
/// fills the beam; a way is added while the penalised F1 of all together grows.
Findings search(const Clues&, const SearchSettings&, const Progress& = {});

} // namespace microtome
