#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace microtome {

/// A run of two or three token ids as one number, that ascends as the ids do.
std::uint64_t ngramKey(std::span<const std::uint32_t> ids);

/// The ids of a key: the last two or all three.
std::array<std::uint32_t, 3> ngramIds(std::uint64_t key);

/// Counts n-grams of one latent after the other by an open hash table that keeps its memory.
class NgramCounts {
public:
    /// Forgets what was before and makes room for at most so many n-grams that differ.
    void begin(std::size_t most);

    void add(std::uint64_t key);

    struct Entry {
        std::uint64_t key = 0;
        std::uint32_t count = 0;
    };

    /// The commonest, the one with the smallest key of several; count 0 where there is none.
    Entry top() const;

private:
    struct Slot {
        std::uint64_t key = 0; ///< key + 1; 0 is free
        std::uint32_t count = 0;
    };
    std::vector<Slot> m_slots;
    std::size_t m_mask = 0; ///< slots in use - 1, a power of two
};

} // namespace microtome
