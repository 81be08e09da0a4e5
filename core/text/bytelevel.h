#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace microtome::text {

/// GPT-2's printable stand-in for a byte, as UTF-8: bytes that print in Latin-1 stand for
/// themselves, the n-th other byte is U+0100 + n (`bytes_to_unicode` of openai/gpt-2, encoder.py).
std::string_view byteCharacter(unsigned char byte);

/// The bytes that a spelling in that alphabet stands for; nothing when a character of it is none.
std::optional<std::string> bytesOfSpelling(std::string_view spelling);

} // namespace microtome::text
