#pragma once

#include "core/features/interpret/predicate/predicate.h"
#include "core/features/interpret/predicate/reading.h"

#include <string>

namespace microtome {

/// Where a predicate holds, in English, to follow "Fires": "on ` red`, ` blue` and 9 more tokens
/// after ` a`".
std::string english(const Predicate&, const Reading&);

/// A piece as it is shown: in backquotes, with line ends as signs.
std::string shownPiece(std::string_view piece);

} // namespace microtome
