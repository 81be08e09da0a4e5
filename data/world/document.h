#pragma once

#include "data/world/text.h"

#include <cstdint>
#include <string>

namespace microtome::world {

/// A paragraph of the town: a few sentences about the same people, or of one kind.
struct Document {
    std::string kind; ///< story, olu, countries, years, requests, lists, registers, drills
    Text text;
};

/// What the training text begins with, number `index` of `count`: at first only lists, from which
/// copying is learnt, then registers among them, from which it is learnt whose a thing is.
Text makeLesson(std::uint64_t seed, std::uint64_t index, std::uint64_t count);

/// The paragraph number `index` of the corpus `seed`, at most `longest` tokens. Holds nothing that
/// is held out (heldout.h).
Document makeDocument(std::uint64_t seed, std::uint64_t index, std::size_t longest = 120);

} // namespace microtome::world
