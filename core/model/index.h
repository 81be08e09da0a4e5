#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace microtome {

/// A typed 32-bit index; indices of different things do not convert into each other. A default one
/// is "none" (-1).
template <class Tag>
class Index {
public:
    constexpr Index() = default;
    constexpr explicit Index(std::int64_t value)
        : m_value(static_cast<std::int32_t>(value))
    {
    }

    constexpr std::int32_t value() const { return m_value; }
    constexpr bool valid() const { return m_value >= 0; }
    constexpr auto operator<=>(const Index&) const = default;

private:
    std::int32_t m_value = -1;
};

using Layer = Index<struct LayerTag>;
using Head = Index<struct HeadTag>;
using Position = Index<struct PositionTag>;
using Unit = Index<struct UnitTag>;
using TokenId = std::int32_t;

} // namespace microtome

template <class Tag>
struct std::hash<microtome::Index<Tag>> {
    std::size_t operator()(microtome::Index<Tag> i) const noexcept
    {
        return std::hash<std::int32_t>()(i.value());
    }
};
