#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// A member of a zip archive that is made to lie: what its records say may differ from what is
/// there.
struct ZipMember {
    std::string name;
    std::string content; ///< as it lies in the file
    std::uint16_t method = 0; ///< 8: deflated
    std::uint32_t size = 0; ///< what the directory says of the inflated size
    std::int64_t begin = -1; ///< what the directory says of the place; -1: the truth
    std::string localName; ///< in the local header; empty: the same
    std::uint32_t crc = 0;
    std::uint16_t flags = 0;
};

std::string zipOf(const std::vector<ZipMember>&);

/// A member that is stored and told truly.
ZipMember storedMember(std::string name, std::string content);
