#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace microtome::text {

inline constexpr char32_t replacementCharacter = 0xFFFD;
inline constexpr std::string_view replacementText = "\xEF\xBF\xBD";

/// The code point at `position`, which moves on behind it; a maximal broken part of UTF-8 counts as
/// one U+FFFD. `position` must be within the text.
char32_t nextCodePoint(std::string_view text, std::size_t& position);

void appendCodePoint(std::string& text, char32_t c);

/// The text with each maximal broken part of UTF-8 replaced by U+FFFD.
std::string validUtf8(std::string_view bytes);

/// How many bytes the code point at `position` takes (of valid UTF-8).
std::size_t codePointLength(std::string_view text, std::size_t position);

/// Unicode's White_Space property.
bool isWhitespace(char32_t c);

/// What Rust's and Oniguruma's `\w` match: Alphabetic, M, Nd, Pc, Join_Control.
bool isWord(char32_t c);

/// General categories N and P (the latter with every ASCII punctuation character and symbol).
bool isNumeric(char32_t c);
bool isPunctuation(char32_t c);

/// General category M.
bool isMark(char32_t c);

/// Whether the text ends or begins with a word character.
bool endsWithWord(std::string_view text);
bool startsWithWord(std::string_view text);

/// How many bytes of whitespace the text begins and ends with.
std::size_t leadingWhitespace(std::string_view text);
std::size_t trailingWhitespace(std::string_view text);

} // namespace microtome::text
