#pragma once

#include "core/features/interpret/predicate/reading.h"
#include "core/features/interpret/search/classes.h"
#include "core/features/interpret/search/option.h"

#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// Adds the best statements "begins (ends) with one of these letters", of one to four letters each,
/// as regular expressions over the token's text.
void affixes(const Reading&, const std::vector<ClassCount>& ids, const Aim&, std::vector<Option>&);

/// What such an expression says: "end in “ing” or “ed”"; empty for any other.
std::string affixEnglish(std::string_view pattern);

} // namespace microtome
