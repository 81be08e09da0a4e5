#pragma once

#include <cstdint>
#include <vector>

namespace microtome::text {

/// What becomes of two neighbouring tokens: the lower the rank, the earlier.
struct Merge {
    std::uint32_t rank = 0;
    std::int32_t made = 0;
};

/// The merges of a byte-pair encoding by pair of ids.
class Merges {
public:
    /// Makes room for so many pairs; more than that may not be added.
    void reserve(std::size_t pairs);

    /// A pair that is there already takes the new merge.
    void add(std::int32_t left, std::int32_t right, Merge merge);

    /// The merge of a pair; null when there is none.
    const Merge* find(std::int32_t left, std::int32_t right) const;

private:
    struct Slot {
        std::uint64_t pair = 0;
        Merge merge;
    };
    static constexpr std::uint64_t none = ~std::uint64_t(0);

    std::size_t slotOf(std::uint64_t pair) const;

    std::vector<Slot> m_slots; // open addressing; a power of two, at most half full
};

} // namespace microtome::text
