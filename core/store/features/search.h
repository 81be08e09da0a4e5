#pragma once

#include "core/store/database.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace microtome {

/// What a person types as an FTS5 expression: all words must be there, "words in quotation marks"
/// one after the other, a word* as the beginning of one. Nothing else has a meaning of its own.
/// Empty where there is no word. Throws a sentence for more than 32 of them.
std::string searchExpression(std::string_view words);

/// Calls with each row id in [first, last] whose text in an index of words matches, ascending.
/// Nothing is called where `words` are blank.
void findTexts(Database& database, const char* index, std::string_view words, std::int64_t first,
    std::int64_t last, const std::function<void(std::int64_t)>& found);

} // namespace microtome
