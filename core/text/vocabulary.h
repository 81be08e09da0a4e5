#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace microtome::text {

class Fields;

/// The largest id a vocabulary may hold: tables by id are kept small whatever a file says.
inline constexpr std::int32_t largestId = (1 << 22) - 1;
inline constexpr std::int32_t noId = -1;

/// Spellings and ids, kept as one block of bytes with an index in each direction.
class Vocabulary {
public:
    void reserve(std::size_t tokens, std::size_t bytes);

    /// `id` in 0..largestId. A spelling that is there already gets the new id.
    void add(std::string_view spelling, std::int32_t id);

    /// The id of a spelling, or noId.
    std::int32_t find(std::string_view spelling) const;

    /// The spelling of an id; empty when there is none.
    std::string_view spelling(std::int32_t id) const;
    bool has(std::int32_t id) const;

    /// One more than the largest id.
    std::size_t size() const { return m_entryOf.size(); }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    std::size_t slotOf(std::string_view spelling) const;
    std::string_view entry(std::uint32_t index) const;
    void grow(std::size_t slots);

    std::string m_bytes;
    std::vector<std::uint32_t> m_begin{0};
    std::vector<std::int32_t> m_ids;
    std::vector<std::uint32_t> m_entryOf; // by id
    std::vector<std::uint32_t> m_slots; // open addressing; a power of two, at most half full
};

/// The vocabulary of a file: an object of spellings and ids.
Vocabulary readVocabulary(const Fields& file);

} // namespace microtome::text
