#pragma once

#include <bit>
#include <cstdint>

namespace microtome {

/// An IEEE 754 half-precision number as float32, exactly.
inline float fromHalf(std::uint16_t h)
{
    const std::uint32_t sign = static_cast<std::uint32_t>(h & 0x8000u) << 16;
    const std::uint32_t exponent = (h >> 10) & 0x1fu;
    const std::uint32_t fraction = h & 0x3ffu;
    if (exponent == 0) {
        const float value
            = std::bit_cast<float>((127u - 14u) << 23) * (static_cast<float>(fraction) / 1024.f);
        return sign ? -value : value;
    }
    const std::uint32_t wide = exponent == 31 ? 255u : exponent + 112u;
    return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

/// A bfloat16 number as float32, exactly.
inline float fromBfloat(std::uint16_t b)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(b) << 16);
}

} // namespace microtome
