#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace microtome {

/// Most bytes that a variable-length number of 32 bits takes: 7 bits in each, lowest first, the top
/// bit set where more follow (LEB128).
constexpr std::size_t longestVarint = 5;

/// Writes a number and returns the place behind it; there must be room for longestVarint bytes.
inline std::byte* putVarint(std::byte* at, std::uint32_t value)
{
    while (value >= 0x80) {
        *at++ = static_cast<std::byte>(value | 0x80);
        value >>= 7;
    }
    *at++ = static_cast<std::byte>(value);
    return at;
}

/// Reads a number and moves behind it; nothing where it does not end before `end` or is larger than
/// 32 bits.
inline std::optional<std::uint32_t> takeVarint(const std::byte*& at, const std::byte* end)
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 7 * longestVarint && at != end; shift += 7) {
        const auto byte = std::to_integer<std::uint32_t>(*at++);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value <= 0xFFFFFFFF ? std::optional(static_cast<std::uint32_t>(value))
                                       : std::nullopt;
    }
    return std::nullopt;
}

} // namespace microtome
