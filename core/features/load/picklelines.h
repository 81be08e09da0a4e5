#pragma once

#include "core/features/load/storedvalue.h"

#include <span>
#include <string>
#include <string_view>

namespace microtome {

/// Numbers and texts in the forms that pickles write them: the lines of protocol 0, and integers of
/// any length. Each throws Unreadable when it is malformed.
StoredValue integerFromLine(std::string_view line); ///< "01" is true
StoredValue floatFromLine(std::string_view line);
StoredValue stringFromLine(std::string_view line); ///< 'quoted', as Python's repr
StoredValue unicodeFromLine(std::string_view line); ///< raw-unicode-escape

/// Little-endian two's complement. One of more than 64 bits stays an inert record "builtins.int".
StoredValue integerFromBytes(const HeldBytes&);

StoredValue textValue(std::string_view bytes);

/// Python 2 did not tell text from bytes: text where it is valid UTF-8.
StoredValue textOrBytes(std::string_view bytes);

} // namespace microtome
