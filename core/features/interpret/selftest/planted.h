#pragma once

#include "core/features/interpret/predicate/predicate.h"
#include "core/features/interpret/predicate/reading.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace microtome {

/// What a planted latent fires on.
enum class PlantedKind {
    TokenSet, ///< one of two to six tokens
    Bigram, ///< one of some tokens after one of some others
    AfterWord, ///< some tokens after a token
    Position, ///< among the first tokens of a document
    Casing, ///< capitals, digits or marks
    Regex, ///< words that end in certain letters
    Label ///< a label of the reading
};
constexpr int plantedKinds = 7;

/// "token set", "bigram", ...
const char* nameOf(PlantedKind);

/// A latent that fires where a known predicate holds. A noisy one does not fire at 10 % of these
/// tokens, and 5 % of its firings are at random tokens.
struct Planted {
    Predicate truth;
    std::vector<std::uint32_t> tokens; ///< where it fires, ascending
    std::vector<float> strengths; ///< 1 ... 4 at random
};

/// Chooses a predicate of that kind that holds at 100 tokens at least and at a third at most, and
/// at five different ids or more unless it names ids; nothing where 50 were tried in vain, as when
/// the corpus has no labels or no text. The same for the same seed. Time: linear in the corpus for
/// each that is tried.
std::optional<Planted> plant(const Reading&, PlantedKind, bool noisy, std::uint64_t seed);

} // namespace microtome
