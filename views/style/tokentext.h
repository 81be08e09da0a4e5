#pragma once

#include <QString>

#include <string_view>

namespace microtome {

/// A token's bytes as a person reads them on a chip: leading and trailing spaces as "\u00b7", line
/// ends as "\u23ce", tabs as "\u21e5", bytes that are no whole UTF-8 character as "\u27e8E2
/// 80\u27e9", controls and invisible characters by symbol or number, an empty token as "\u2205".
/// Beginning- and end-of-sequence tokens (`special`) are named BOS and EOS; other special tokens
/// keep their content.
QString displayToken(std::string_view bytes, bool special);

} // namespace microtome
