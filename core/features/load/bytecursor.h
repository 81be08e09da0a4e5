#pragma once

#include "core/features/load/unreadable.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace microtome {

static_assert(
    std::endian::native == std::endian::little, "numbers in these files are little-endian");

/// Walks over bytes and never past their end: what is not there throws Unreadable.
class ByteCursor {
public:
    /// `part` says in a sentence what the bytes are ("pickle").
    ByteCursor(std::span<const std::byte> bytes, std::string part, std::size_t position = 0)
        : m_bytes(bytes)
        , m_part(std::move(part))
        , m_position(position)
    {
        if (position > bytes.size())
            endsEarly();
    }

    std::size_t position() const { return m_position; }
    std::size_t left() const { return m_bytes.size() - m_position; }

    std::span<const std::byte> take(std::uint64_t count)
    {
        if (count > left())
            endsEarly();
        const auto taken = m_bytes.subspan(m_position, static_cast<std::size_t>(count));
        m_position += taken.size();
        return taken;
    }

    std::string_view text(std::uint64_t count)
    {
        const auto taken = take(count);
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }

    template <class T> T number()
    {
        T value;
        std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
        return value;
    }

    /// The bytes up to the next line feed, which is passed.
    std::string_view line()
    {
        const std::string_view rest(
            reinterpret_cast<const char*>(m_bytes.data()) + m_position, left());
        const auto end = rest.find('\n');
        if (end == std::string_view::npos)
            endsEarly();
        m_position += end + 1;
        return rest.substr(0, end);
    }

private:
    [[noreturn]] void endsEarly() const
    {
        throw Unreadable("is cut short or damaged: its " + m_part
            + " ends too early; download or save it again");
    }

    std::span<const std::byte> m_bytes;
    std::string m_part;
    std::size_t m_position;
};

} // namespace microtome
