#include "core/work/checksum.h"

#include <zlib.h>

namespace microtome {

std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t before)
{
    if (bytes.empty())
        return before;
    return static_cast<std::uint32_t>(
        ::crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

} // namespace microtome
