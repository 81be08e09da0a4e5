#include "core/text/unicode.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace microtome::text {

namespace {

bool inCategories(char32_t c, std::uint32_t mask)
{
    return (U_MASK(u_charType(UChar32(c))) & mask) != 0;
}

char32_t lastCodePoint(std::string_view text, std::size_t& end)
{
    std::size_t begin = end - 1;
    while (begin > 0 && U8_IS_TRAIL(std::uint8_t(text[begin])))
        --begin;
    end = begin;
    return nextCodePoint(text, begin);
}

} // namespace

char32_t nextCodePoint(std::string_view text, std::size_t& position)
{
    const auto first = std::uint8_t(text[position]);
    if (first < 0x80) {
        ++position;
        return first;
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data()) + position;
    const std::size_t rest = text.size() - position;
    const auto length = std::int32_t(rest < 4 ? rest : 4);
    std::int32_t used = 0;
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(bytes, used, length, c);
    position += std::size_t(used);
    return char32_t(c);
}

void appendCodePoint(std::string& text, char32_t c)
{
    char bytes[U8_MAX_LENGTH];
    std::int32_t length = 0;
    UBool failed = false;
    U8_APPEND(bytes, length, U8_MAX_LENGTH, std::uint32_t(c), failed);
    text.append(failed ? replacementText : std::string_view(bytes, std::size_t(length)));
}

std::string validUtf8(std::string_view bytes)
{
    std::string valid;
    valid.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size();) {
        const std::size_t begin = i;
        if (nextCodePoint(bytes, i) == replacementCharacter)
            valid += replacementText;
        else
            valid += bytes.substr(begin, i - begin);
    }
    return valid;
}

std::size_t codePointLength(std::string_view text, std::size_t position)
{
    const std::size_t begin = position;
    nextCodePoint(text, position);
    return position - begin;
}

bool isWhitespace(char32_t c)
{
    return u_hasBinaryProperty(UChar32(c), UCHAR_WHITE_SPACE) != 0;
}

bool isWord(char32_t c)
{
    return inCategories(c, U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)
        || u_hasBinaryProperty(UChar32(c), UCHAR_ALPHABETIC)
        || u_hasBinaryProperty(UChar32(c), UCHAR_JOIN_CONTROL);
}

bool isNumeric(char32_t c)
{
    return inCategories(c, U_GC_N_MASK);
}

bool isPunctuation(char32_t c)
{
    return inCategories(c, U_GC_P_MASK) || (c < 0x80 && inCategories(c, U_GC_S_MASK));
}

bool isMark(char32_t c)
{
    return inCategories(c, U_GC_M_MASK);
}

bool endsWithWord(std::string_view text)
{
    std::size_t end = text.size();
    return end > 0 && isWord(lastCodePoint(text, end));
}

bool startsWithWord(std::string_view text)
{
    std::size_t position = 0;
    return !text.empty() && isWord(nextCodePoint(text, position));
}

std::size_t leadingWhitespace(std::string_view text)
{
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); length = i)
        if (!isWhitespace(nextCodePoint(text, i)))
            break;
    return length;
}

std::size_t trailingWhitespace(std::string_view text)
{
    std::size_t begin = text.size();
    for (std::size_t i = begin; i > 0; begin = i)
        if (!isWhitespace(lastCodePoint(text, i)))
            break;
    return text.size() - begin;
}

} // namespace microtome::text
