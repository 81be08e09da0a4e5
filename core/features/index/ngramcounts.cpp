#include "core/features/index/ngramcounts.h"

#include "core/features/corpus/corpus.h"

#include <algorithm>
#include <bit>

namespace microtome {

namespace {

constexpr int idBits = 21;
static_assert(largestVocabulary == 1U << idBits);

} // namespace

std::uint64_t ngramKey(std::span<const std::uint32_t> ids)
{
    std::uint64_t key = 0;
    for (const std::uint32_t id : ids)
        key = key << idBits | id;
    return key;
}

std::array<std::uint32_t, 3> ngramIds(std::uint64_t key)
{
    constexpr std::uint64_t mask = largestVocabulary - 1;
    return {static_cast<std::uint32_t>(key >> (2 * idBits)),
        static_cast<std::uint32_t>(key >> idBits & mask), static_cast<std::uint32_t>(key & mask)};
}

void NgramCounts::begin(std::size_t most)
{
    const std::size_t size = std::bit_ceil(2 * most + 1);
    m_mask = size - 1;
    m_slots.resize(std::max(m_slots.size(), size));
    std::fill_n(m_slots.begin(), size, Slot{});
}

void NgramCounts::add(std::uint64_t key)
{
    const std::uint64_t stored = key + 1;
    std::size_t at = (stored * 0x9E3779B97F4A7C15U >> 20) & m_mask; // Fibonacci hashing
    while (m_slots[at].key != 0 && m_slots[at].key != stored)
        at = (at + 1) & m_mask;
    m_slots[at].key = stored;
    ++m_slots[at].count;
}

NgramCounts::Entry NgramCounts::top() const
{
    Entry best;
    for (const Slot& slot : std::span(m_slots).first(m_slots.empty() ? 0 : m_mask + 1))
        if (slot.count > best.count || (slot.count == best.count && slot.key <= best.key))
            best = {slot.key, slot.count};
    if (best.count > 0)
        --best.key;
    return best;
}

} // namespace microtome
