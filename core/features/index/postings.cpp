#include "core/features/index/postings.h"

#include "core/features/index/varint.h"
#include "core/model/half.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace microtome {

Postings::Postings(std::span<const std::byte> deltas, std::span<const std::byte> halves,
    std::int32_t exponent, std::uint64_t tokens, const std::string& name)
    : m_delta(deltas.data())
    , m_deltaEnd(deltas.data() + deltas.size())
    , m_half(halves.data())
    , m_scale(std::ldexp(1.0F, exponent))
    , m_left(halves.size() / sizeof(std::uint16_t))
    , m_tokens(tokens)
    , m_name(&name)
{
}

std::size_t Postings::read(std::span<std::uint32_t> tokens, std::span<float> values)
{
    std::size_t count = std::min(m_left, tokens.size());
    if (!values.empty())
        count = std::min(count, values.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto gap = takeVarint(m_delta, m_deltaEnd);
        if (!gap || *gap >= m_tokens - m_next)
            damaged();
        tokens[i] = static_cast<std::uint32_t>(m_next + *gap);
        m_next += std::uint64_t(*gap) + 1;
    }
    if (!values.empty())
        for (std::size_t i = 0; i < count; ++i) {
            std::uint16_t half;
            std::memcpy(&half, m_half + i * sizeof half, sizeof half);
            if ((half & 0x7C00) == 0x7C00) // infinite or no number
                damaged();
            values[i] = fromHalf(half) * m_scale;
        }
    m_half += count * sizeof(std::uint16_t);
    m_left -= count;
    if (m_left == 0 && m_delta != m_deltaEnd)
        damaged();
    return count;
}

void Postings::damaged() const
{
    throw Error(
        "The activations in " + *m_name + " are damaged; remove it and build the index again.");
}

} // namespace microtome
