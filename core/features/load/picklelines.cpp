#include "core/features/load/picklelines.h"

#include "core/features/load/unreadable.h"
#include "core/text/unicode.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace microtome {

namespace {

[[noreturn]] void malformed()
{
    throw Unreadable("is damaged: its pickle holds a malformed number or text");
}

template <class T> T parse(std::string_view digits, int base = 10)
{
    T value{};
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (result.ec != std::errc{} || result.ptr != digits.data() + digits.size() || digits.empty())
        malformed();
    return value;
}

std::uint32_t hex(std::string_view text, std::size_t at, std::size_t count)
{
    if (at > text.size() || count > text.size() - at)
        malformed();
    return parse<std::uint32_t>(text.substr(at, count), 16);
}

} // namespace

StoredValue integerFromLine(std::string_view line)
{
    if (line == "00" || line == "01")
        return StoredValue(line == "01");
    if (!line.empty() && line.back() == 'L')
        line.remove_suffix(1);
    constexpr std::size_t longest = 18; // any number of so many characters fits
    if (line.size() <= longest)
        return StoredValue(parse<std::int64_t>(line));
    return StoredValue(StoredObject{StoredRecord{"builtins.int", {textValue(line)}, {}}});
}

StoredValue floatFromLine(std::string_view line)
{
    double value = 0;
    const auto result = std::from_chars(line.data(), line.data() + line.size(), value);
    if (result.ec != std::errc{} || result.ptr != line.data() + line.size())
        malformed();
    return StoredValue(value);
}

StoredValue stringFromLine(std::string_view line)
{
    if (line.size() < 2 || line.front() != line.back()
        || (line.front() != '\'' && line.front() != '"'))
        malformed();
    line = line.substr(1, line.size() - 2);
    constexpr std::string_view escaped = "nrt\\'\"";
    constexpr std::string_view meant = "\n\r\t\\'\"";
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] != '\\') {
            text += line[i];
            continue;
        }
        if (++i == line.size())
            malformed();
        if (line[i] == 'x') {
            text += static_cast<char>(hex(line, i + 1, 2));
            i += 2;
            continue;
        }
        const auto known = escaped.find(line[i]);
        if (known == std::string_view::npos)
            malformed();
        text += meant[known];
    }
    return textOrBytes(text);
}

StoredValue unicodeFromLine(std::string_view line)
{
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char kind = line[i] == '\\' && i + 1 < line.size() ? line[i + 1] : '\0';
        const std::size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
        if (digits == 0) {
            text::appendCodePoint(text, static_cast<unsigned char>(line[i]));
            continue;
        }
        const std::uint32_t c = hex(line, i + 2, digits);
        const bool character = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        text::appendCodePoint(text, character ? char32_t(c) : text::replacementCharacter);
        i += 1 + digits;
    }
    return StoredValue(StoredObject{std::move(text)});
}

StoredValue integerFromBytes(const HeldBytes& held)
{
    const std::size_t size = held.bytes.size();
    if (size > sizeof(std::int64_t))
        return StoredValue(StoredObject{
            StoredRecord{"builtins.int", {StoredValue(StoredObject{StoredBytes(held)})}, {}}});
    const bool negative = size > 0 && (held.bytes.back() & std::byte{0x80}) != std::byte{};
    std::int64_t value = negative ? -1 : 0;
    std::copy(held.bytes.begin(), held.bytes.end(), reinterpret_cast<std::byte*>(&value));
    return StoredValue(value);
}

StoredValue textValue(std::string_view bytes)
{
    return StoredValue(StoredObject{text::validUtf8(bytes)});
}

StoredValue textOrBytes(std::string_view bytes)
{
    std::string text = text::validUtf8(bytes);
    if (text == bytes)
        return StoredValue(StoredObject{std::move(text)});
    const auto owner = std::make_shared<const std::string>(bytes);
    return StoredValue(StoredObject{StoredBytes({owner, std::as_bytes(std::span(*owner))})});
}

} // namespace microtome
