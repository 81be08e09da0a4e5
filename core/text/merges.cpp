#include "core/text/merges.h"

#include <bit>

namespace microtome::text {

namespace {

std::uint64_t pairOf(std::int32_t left, std::int32_t right)
{
    return (std::uint64_t(std::uint32_t(left)) << 32) | std::uint32_t(right);
}

} // namespace

void Merges::reserve(std::size_t pairs)
{
    m_slots.assign(std::bit_ceil(2 * pairs + 2), Slot{none, {}});
}

void Merges::add(std::int32_t left, std::int32_t right, Merge merge)
{
    const std::uint64_t pair = pairOf(left, right);
    m_slots[slotOf(pair)] = {pair, merge};
}

const Merge* Merges::find(std::int32_t left, std::int32_t right) const
{
    if (m_slots.empty())
        return nullptr;
    const std::uint64_t pair = pairOf(left, right);
    const Slot& slot = m_slots[slotOf(pair)];
    return slot.pair == pair ? &slot.merge : nullptr;
}

std::size_t Merges::slotOf(std::uint64_t pair) const
{
    const std::size_t mask = m_slots.size() - 1;
    // Fibonacci hashing (Knuth, TAOCP 3, 6.4): the high bits of a product with 2^64 / golden ratio.
    std::size_t slot = ((pair ^ (pair >> 29)) * 0x9E3779B97F4A7C15u) >> 20 & mask;
    while (m_slots[slot].pair != none && m_slots[slot].pair != pair)
        slot = (slot + 1) & mask;
    return slot;
}

} // namespace microtome::text
