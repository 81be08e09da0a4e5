#include "core/text/tokenmatcher.h"

#include <algorithm>

namespace microtome::text {

TokenMatcher::TokenMatcher(std::vector<Entry> entries)
    : m_entries(std::move(entries))
{
    std::erase_if(m_entries, [](const Entry& entry) { return entry.spelling.empty(); });
    // Strings compare by unsigned bytes, a prefix before what it begins.
    std::stable_sort(m_entries.begin(), m_entries.end(),
        [](const Entry& a, const Entry& b) { return a.spelling < b.spelling; });
    for (const Entry& entry : m_entries)
        ++m_firstByte[std::size_t(static_cast<unsigned char>(entry.spelling[0])) + 1];
    for (std::size_t byte = 0; byte < 256; ++byte)
        m_firstByte[byte + 1] += m_firstByte[byte];
}

bool TokenMatcher::find(std::string_view text, std::size_t from, Match& match) const
{
    if (m_entries.empty())
        return false;
    for (std::size_t begin = from; begin < text.size(); ++begin)
        if (longestAt(text, begin, match))
            return true;
    return false;
}

// Narrows the sorted entries byte by byte to those that the text still agrees with.
bool TokenMatcher::longestAt(std::string_view text, std::size_t begin, Match& match) const
{
    const auto first = std::size_t(static_cast<unsigned char>(text[begin]));
    auto low = m_entries.begin() + m_firstByte[first];
    auto high = m_entries.begin() + m_firstByte[first + 1];
    bool found = false;
    for (std::size_t depth = 1; low != high; ++depth) {
        if (low->spelling.size() == depth) {
            match = {begin, begin + depth, low->id};
            found = true;
            while (low != high && low->spelling.size() == depth)
                ++low;
        }
        if (begin + depth >= text.size())
            break;
        const auto next = static_cast<unsigned char>(text[begin + depth]);
        const auto byteAt = [depth](const Entry& entry) {
            return static_cast<unsigned char>(entry.spelling[depth]);
        };
        low = std::partition_point(low, high, [&](const Entry& e) { return byteAt(e) < next; });
        high = std::partition_point(low, high, [&](const Entry& e) { return byteAt(e) == next; });
    }
    return found;
}

} // namespace microtome::text
