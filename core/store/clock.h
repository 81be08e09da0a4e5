#pragma once

#include <chrono>
#include <cstdint>

namespace microtome {

/// Now, in milliseconds since 1970 (UTC), as every time in the project is kept.
inline std::int64_t millisecondsNow()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace microtome
