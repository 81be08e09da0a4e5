#pragma once

#include <cstdint>

namespace microtome {

/// Bytes of main memory: what this program holds, and what the machine has. 0 where unknown.
struct Memory {
    std::uint64_t used = 0;
    std::uint64_t total = 0;
};

Memory memoryNow();

} // namespace microtome
