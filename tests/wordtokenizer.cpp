#include "tests/wordtokenizer.h"

#include <algorithm>
#include <array>

namespace microtome {

namespace {

constexpr std::array words{"\n", ".", ",", " ", "The", " the", " cat", " dog", " sat", " on",
    " mat", "When", " Mary", " John", " and", " went", " to", " store", " gave", " a", " drink",
    " is", " of", " in", "Mary", "John", " Paris", " France", " capital", " it", " ran", " red",
    " blue", " one", " two", " three", "cat", "the", " über", "日", "本"};

std::string visible(const std::string& piece)
{
    std::string out;
    for (const char c : piece)
        out += c == ' ' ? "Ġ" : c == '\n' ? "Ċ" : std::string(1, c);
    return out;
}

} // namespace

WordTokenizer::WordTokenizer(std::size_t size, bool bos)
    : m_pieces{"<|bos|>", "<|eos|>", "<|unk|>"}
    , m_bos(bos)
{
    for (const char* word : words)
        if (m_pieces.size() < size)
            m_pieces.emplace_back(word);
    while (m_pieces.size() < size)
        m_pieces.push_back((m_pieces.size() % 2 ? " w" : "w") + std::to_string(m_pieces.size()));
    for (std::size_t i = 0; i < m_pieces.size(); ++i) {
        m_ids.emplace(m_pieces[i], static_cast<std::int32_t>(i));
        m_longest = std::max(m_longest, m_pieces[i].size());
    }
}

Encoding WordTokenizer::encode(std::string_view text, bool special) const
{
    Encoding out;
    const auto put = [&](std::int32_t id, std::size_t begin, std::size_t end) {
        out.ids.push_back(id);
        out.offsets.push_back({begin, end});
    };
    if (special && m_bos)
        put(0, 0, 0);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = std::min(m_longest, text.size() - at);
        auto found = m_ids.end();
        for (; length > 0 && found == m_ids.end(); --length)
            found = m_ids.find(text.substr(at, length));
        if (found != m_ids.end()) {
            put(found->second, at, at + found->first.size());
        } else {
            std::size_t end = at + 1;
            while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
                ++end;
            put(2, at, end);
        }
        at = out.offsets.back().end;
    }
    return out;
}

std::string WordTokenizer::decode(std::span<const std::int32_t> ids, bool skipSpecial) const
{
    std::string out;
    for (const auto id : ids)
        if (!skipSpecial || !isSpecial(id))
            out += bytes(id);
    return out;
}

std::string WordTokenizer::spelling(std::int32_t id) const
{
    return visible(bytes(id));
}

std::string WordTokenizer::bytes(std::int32_t id) const
{
    return id >= 0 && static_cast<std::size_t>(id) < m_pieces.size()
        ? m_pieces[static_cast<std::size_t>(id)]
        : std::string();
}

std::optional<std::int32_t> WordTokenizer::idOf(std::string_view text) const
{
    for (std::size_t i = 0; i < m_pieces.size(); ++i)
        if (visible(m_pieces[i]) == text)
            return static_cast<std::int32_t>(i);
    return {};
}

std::optional<std::int32_t> WordTokenizer::leading() const
{
    return m_bos ? std::optional<std::int32_t>(0) : std::nullopt;
}

} // namespace microtome
