#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace microtome {

/// Bytes in memory or in a mapped file, there for as long as this lives.
struct HeldBytes {
    std::shared_ptr<const void> owner;
    std::span<const std::byte> bytes;
};

/// Bytes that a file holds, given when asked for: mapped ones as they lie there, deflated ones
/// inflated anew at each call.
class StoredBytes {
public:
    /// What deflated bytes say of themselves.
    struct Deflated {
        std::uint64_t size = 0; ///< inflated
        std::uint32_t crc = 0;
        std::string name; ///< for a sentence
    };

    StoredBytes() = default;
    explicit StoredBytes(HeldBytes plain)
        : m_held(std::move(plain))
        , m_size(m_held.bytes.size())
    {
    }
    StoredBytes(HeldBytes packed, Deflated about);

    /// Bytes whose number is known before their place; replaced before anybody asks for them.
    static StoredBytes promised(std::uint64_t size);

    std::uint64_t size() const { return m_size - m_begin; }

    /// All of them. Throws Error when they cannot be inflated to exactly what was declared.
    HeldBytes bytes() const;

    /// The first `count` of them, or all where there are fewer; no more is inflated.
    std::vector<std::byte> head(std::size_t count) const;

    /// The same bytes without the first `count`, which must be there.
    StoredBytes behind(std::uint64_t count) const;

private:
    std::vector<std::byte> inflated(std::uint64_t wanted) const;

    HeldBytes m_held;
    std::uint64_t m_size = 0;
    std::uint64_t m_begin = 0;
    std::shared_ptr<const Deflated> m_deflated;
};

} // namespace microtome
