#include "core/text/bperun.h"

#include "core/text/clip.h"
#include "core/text/unicode.h"
#include "core/work/error.h"

#include <algorithm>

namespace microtome::text {

namespace {

constexpr std::size_t longestRemembered = 64; // bytes
constexpr std::size_t mostRemembered = std::size_t(1) << 18; // pieces

// std heaps keep the largest first: the candidate with the lowest rank, leftmost among equals.
constexpr auto later
    = [](const auto& a, const auto& b) { return a.rank != b.rank ? a.rank > b.rank : a.at > b.at; };

} // namespace

void BpeRun::tokenize(std::string_view piece, std::vector<Unit>& units)
{
    if (m_model.m_settings.ignoreMerges) {
        const std::int32_t id = m_model.vocabulary().find(piece);
        if (id != noId) {
            units.push_back({id, 0, std::uint32_t(piece.size())});
            return;
        }
    }
    const bool remember = piece.size() <= longestRemembered;
    if (remember) {
        const auto found = m_places.find(piece);
        if (found != m_places.end()) {
            const auto begin = m_known.begin() + std::ptrdiff_t(found->second.first);
            units.insert(units.end(), begin, begin + std::ptrdiff_t(found->second.second));
            return;
        }
    }
    split(piece);
    merge();
    const std::size_t before = units.size();
    for (const Symbol& symbol : m_symbols)
        if (!symbol.gone)
            units.push_back(symbol.unit);
    if (remember && m_places.size() < mostRemembered) {
        m_places.emplace(piece, std::pair(m_known.size(), units.size() - before));
        m_known.insert(m_known.end(), units.begin() + std::ptrdiff_t(before), units.end());
    }
}

void BpeRun::split(std::string_view piece)
{
    m_symbols.clear();
    m_hasUnknown = false;
    const std::string& prefix = m_model.m_settings.continuingPrefix;
    const std::string& suffix = m_model.m_settings.endSuffix;
    for (std::size_t begin = 0; begin < piece.size();) {
        const std::size_t end = begin + codePointLength(piece, begin);
        std::string_view spelling = piece.substr(begin, end - begin);
        const bool prefixed = begin > 0 && !prefix.empty();
        const bool suffixed = end == piece.size() && !suffix.empty();
        if (prefixed || suffixed) {
            m_spelling = prefixed ? prefix : "";
            m_spelling += spelling;
            m_spelling += suffixed ? suffix : "";
            spelling = m_spelling;
        }
        character(spelling, {noId, std::uint32_t(begin), std::uint32_t(end)});
        begin = end;
    }
    flushUnknown();
}

// The order of these steps is that of Hugging Face's tokenizers: unknown characters wait until a
// known one, another unknown one or the end, but not while bytes are spelt out.
void BpeRun::character(std::string_view spelling, Unit unit)
{
    unit.id = m_model.vocabulary().find(spelling);
    if (unit.id != noId) {
        flushUnknown();
        add(unit);
        return;
    }
    const auto known
        = [this](char byte) { return m_model.m_byteIds[static_cast<unsigned char>(byte)] != noId; };
    if (m_model.m_settings.byteFallback
        && (m_model.m_allBytes || std::all_of(spelling.begin(), spelling.end(), known))) {
        const bool exact = spelling.size() == unit.end - unit.begin;
        for (std::uint32_t i = 0; i < spelling.size(); ++i) {
            const std::int32_t id = m_model.m_byteIds[static_cast<unsigned char>(spelling[i])];
            if (exact)
                add({id, unit.begin + i, unit.begin + i + 1});
            else
                add({id, unit.begin, unit.end});
        }
        return;
    }
    const std::string& unknown = m_model.m_settings.unknown;
    if (unknown.empty())
        return;
    if (m_model.m_unknownId == noId)
        throw Error("“" + clip(spelling)
            + "” is not in the tokenizer's vocabulary, and neither is its "
              "token “"
            + clip(unknown) + "” for unknown characters; leave the character out.");
    if (m_hasUnknown && m_model.m_settings.fuseUnknown) {
        m_unknown.end = unit.end;
        return;
    }
    flushUnknown();
    m_unknown = {m_model.m_unknownId, unit.begin, unit.end};
    m_hasUnknown = true;
}

void BpeRun::add(Unit unit)
{
    const auto index = std::int32_t(m_symbols.size());
    if (index > 0)
        m_symbols.back().next = index;
    m_symbols.push_back({unit, index - 1, -1, false});
}

void BpeRun::flushUnknown()
{
    if (m_hasUnknown)
        add(m_unknown);
    m_hasUnknown = false;
}

// n symbols, a queue of candidates: O(n log n).
void BpeRun::merge()
{
    m_queue.clear();
    for (std::int32_t i = 0; i + 1 < std::int32_t(m_symbols.size()); ++i) {
        const Merge* found = m_model.m_merges.find(
            m_symbols[std::size_t(i)].unit.id, m_symbols[std::size_t(i) + 1].unit.id);
        if (found)
            m_queue.push_back({found->rank, i, found->made});
    }
    std::make_heap(m_queue.begin(), m_queue.end(), later);
    while (!m_queue.empty()) {
        std::pop_heap(m_queue.begin(), m_queue.end(), later);
        const Candidate candidate = m_queue.back();
        m_queue.pop_back();
        Symbol& left = m_symbols[std::size_t(candidate.at)];
        if (left.gone || left.next < 0)
            continue;
        Symbol& right = m_symbols[std::size_t(left.next)];
        const Merge* found = m_model.m_merges.find(left.unit.id, right.unit.id);
        if (!found || found->made != candidate.made)
            continue;
        left.unit.id = candidate.made;
        left.unit.end = std::max(left.unit.end, right.unit.end);
        left.next = right.next;
        right.gone = true;
        if (left.next >= 0)
            m_symbols[std::size_t(left.next)].previous = candidate.at;
        consider(left.previous);
        consider(candidate.at);
    }
}

void BpeRun::consider(std::int32_t left)
{
    if (left < 0 || m_symbols[std::size_t(left)].next < 0)
        return;
    const Symbol& symbol = m_symbols[std::size_t(left)];
    const Merge* found
        = m_model.m_merges.find(symbol.unit.id, m_symbols[std::size_t(symbol.next)].unit.id);
    if (!found)
        return;
    m_queue.push_back({found->rank, left, found->made});
    std::push_heap(m_queue.begin(), m_queue.end(), later);
}

} // namespace microtome::text
