#pragma once

#include "core/features/interpret/predicate/predicate.h"
#include "core/features/interpret/search/examples.h"

namespace microtome {

/// The kinds of hypotheses about what a latent fires on.
enum class Family {
    Always,
    Tokens, ///< one of these ids
    Sequence, ///< an id directly before or behind it, or two or three places before
    Before, ///< what stands within some tokens before it
    After, ///< what follows within some tokens
    Position, ///< in the document or the window
    Casing, ///< capitals, digits, marks, space, length of the token or of the one beside it
    Pattern, ///< a regular expression over the token or the text up to it
    Label ///< a label of the reading
};
constexpr std::size_t families = 9;

/// The family's name: "tokens", "sequence", ...
const char* nameOf(Family);

/// A statement that a search may add, and what holds with it among the examples it was made for.
struct Option {
    Predicate predicate;
    Examples::Tally tally;
    Family family = Family::Always;
    const Bits* bits = nullptr; ///< where it holds among all examples, if somebody keeps that
};

} // namespace microtome
