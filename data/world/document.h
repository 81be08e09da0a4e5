#pragma once

#include "data/world/text.h"

#include <cstdint>
#include <string>

namespace microtome::world {

/// A paragraph of the town: a few sentences about the same people, or of one kind.
struct Document {
    std::string kind; ///< story, olu, countries, years, requests, lists, drills
    Text text;
};

/// The paragraph number `index` of the corpus `seed`, at most `longest` tokens. Holds nothing that
/// is held out (heldout.h).
Document makeDocument(std::uint64_t seed, std::uint64_t index, std::size_t longest = 120);

} // namespace microtome::world
