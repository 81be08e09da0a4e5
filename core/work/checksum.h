#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace microtome {

/// CRC-32 (as zlib has it) of bytes; goes on from `before`, the checksum of those in front of them.
/// Finds accidents, not forgeries.
std::uint32_t checksum(std::span<const std::byte>, std::uint32_t before = 0);

} // namespace microtome
