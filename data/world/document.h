#pragma once

#include "data/world/text.h"

#include <cstdint>
#include <string>

namespace microtome::world {

/// A paragraph of the town: a few sentences about the same people, or of one kind.
struct Document {
    std::string
        kind; ///< story, olu, countries, years, requests, lists, backwards, registers, drills
    Text text;
};

/// What a corpus has most of. The training text is a curriculum: at first many lists, from which
/// copying is learnt, then many registers, from which it is learnt whose a thing is.
enum class Stage { Lists, Registers, Town };

/// The paragraph number `index` of the corpus `seed`, at most `longest` tokens. Holds nothing that
/// is held out (heldout.h).
Document makeDocument(
    std::uint64_t seed, std::uint64_t index, Stage = Stage::Town, std::size_t longest = 120);

} // namespace microtome::world
