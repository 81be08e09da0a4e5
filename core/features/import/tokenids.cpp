#include "core/features/import/tokenids.h"

#include "core/text/unicode.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::int32_t several = -1;
constexpr std::size_t longWindow = 8; // tokens
constexpr std::string_view mark = text::replacementText;

bool isUtf8(std::string_view bytes)
{
    return text::validUtf8(bytes) == bytes;
}

/// Without the parts of characters that it begins and ends with.
std::string_view wholeCharacters(std::string_view bytes)
{
    const auto goesOn = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    for (int i = 0; i < 3 && !bytes.empty() && goesOn(bytes.front()); ++i)
        bytes.remove_prefix(1);
    for (int i = 0; i < 4 && !isUtf8(bytes); ++i)
        bytes.remove_suffix(1);
    return bytes;
}

std::string replaced(std::string text, std::string_view what, std::string_view by)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

void enter(std::unordered_map<std::string, std::int32_t>& ids, std::string shown, std::int32_t id)
{
    const auto [at, isNew] = ids.emplace(std::move(shown), id);
    if (!isNew && at->second != id)
        at->second = several;
}

} // namespace

TokenIds::TokenIds(const Tokenizer& tokenizer)
    : m_tokenizer(tokenizer)
{
    const auto size = static_cast<std::int32_t>(tokenizer.size());
    for (std::int32_t id = 0; id < size; ++id) {
        const std::string spelling = tokenizer.spelling(id);
        if (spelling.empty())
            continue;
        const std::string bytes = tokenizer.bytes(id);
        const bool oneByte = spelling.size() == 6 && spelling.starts_with("<0x");
        if (isUtf8(bytes) && !bytes.empty())
            enter(oneByte ? m_bytes : m_texts, bytes, id);
        for (const std::string_view sign : {"Ġ", "▁"})
            enter(m_spellings, replaced(spelling, sign, " "), id);
        enter(m_spellings, spelling, id);
    }
}

std::optional<std::uint32_t> TokenIds::of(std::string_view shown) const
{
    if (shown.find(mark) != std::string_view::npos)
        return std::nullopt; // what could not be shown
    const std::string key(shown);
    const auto text = m_texts.find(key);
    const auto spelt = m_spellings.find(key);
    std::int32_t id = several;
    if (text != m_texts.end() && spelt != m_spellings.end())
        id = text->second == spelt->second ? text->second : several;
    else if (text != m_texts.end())
        id = text->second;
    else if (spelt != m_spellings.end())
        id = spelt->second;
    else if (const auto byte = m_bytes.find(key); byte != m_bytes.end())
        id = byte->second;
    return id == several ? std::nullopt : std::optional(static_cast<std::uint32_t>(id));
}

std::optional<std::vector<std::uint32_t>> TokenIds::of(std::span<const std::string> window) const
{
    std::vector<std::uint32_t> ids;
    std::string bytes;
    bool space = false;
    for (const std::string& shown : window) {
        std::optional<std::uint32_t> id = of(shown);
        if (!id) {
            const auto text = m_texts.find(shown);
            const auto spelt = m_spellings.find(shown);
            if (text == m_texts.end() || text->second == several || spelt == m_spellings.end()
                || spelt->second == several || isUtf8(m_tokenizer.bytes(spelt->second)))
                return std::nullopt;
            id = static_cast<std::uint32_t>(text->second);
        }
        ids.push_back(*id);
        const std::string piece = m_tokenizer.bytes(static_cast<std::int32_t>(*id));
        space |= piece.find_first_of(" \n\t") != std::string::npos;
        bytes += piece;
    }
    if (!isUtf8(wholeCharacters(bytes)))
        return std::nullopt;
    if (!space && ids.size() >= longWindow) {
        const auto again = m_tokenizer.encode(bytes, false).ids;
        if (!std::ranges::equal(again, ids,
                [](std::int32_t a, std::uint32_t b) { return static_cast<std::uint32_t>(a) == b; }))
            return std::nullopt;
    }
    return ids;
}

} // namespace microtome
