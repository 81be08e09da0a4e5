#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace microtome::text {

/// Finds many fixed spellings in a text: the leftmost match, and the longest of those.
class TokenMatcher {
public:
    struct Entry {
        std::string spelling;
        std::int32_t id = 0;
    };
    struct Match {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::int32_t id = 0;
    };

    TokenMatcher() = default;

    /// Of entries that are spelt alike the first one is found; empty ones never.
    explicit TokenMatcher(std::vector<Entry> entries);

    bool find(std::string_view text, std::size_t from, Match& match) const;

private:
    bool longestAt(std::string_view text, std::size_t begin, Match& match) const;

    std::vector<Entry> m_entries; // sorted
    std::array<std::uint32_t, 257> m_firstByte{}; // where the entries with each first byte begin
};

} // namespace microtome::text
