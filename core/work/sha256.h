#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace microtome {

/// SHA-256 (FIPS 180-4) of bytes that come in parts; what provenance, caches and settings are named
/// by.
class Sha256 {
public:
    void add(std::span<const std::byte> bytes);
    void add(std::string_view bytes);

    /// The digest of everything added so far, as 64 lower-case hexadecimal digits. The object can
    /// go on taking bytes afterwards.
    std::string hex() const;

private:
    void block(const std::byte* bytes);

    std::array<std::uint32_t, 8> m_state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
        0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, 64> m_rest{};
    std::uint64_t m_length = 0;
};

/// The SHA-256 of bytes as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view bytes);

} // namespace microtome
