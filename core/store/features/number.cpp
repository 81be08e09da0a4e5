#include "core/store/features/number.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

namespace microtome {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

constexpr std::array<std::string_view, featureNumbers> numberNames{"count", "density",
    "log density", "mean", "deviation", "max", "min", "skew", "q50", "q90", "q99", "top token",
    "top token share", "token entropy", "top bigram share", "top trigram share", "decoder norm",
    "encoder decoder cosine", "effect", "x", "y", "cluster"};
static_assert(static_cast<std::size_t>(FeatureNumber::Cluster) + 1 == featureNumbers);

constexpr std::array<std::string_view, 6> compareNames{"<", "<=", "=", "!=", ">=", ">"};

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<std::string_view, N>& names, std::string_view name)
{
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt
                                : std::optional(static_cast<Enum>(found - names.begin()));
}

double realOf(std::uint32_t bits)
{
    return static_cast<double>(std::bit_cast<float>(bits));
}

double wholeOf(std::uint32_t bits)
{
    return static_cast<double>(bits);
}

double idOf(std::uint32_t bits)
{
    const auto id = std::bit_cast<std::int32_t>(bits);
    return id < 0 ? missing : static_cast<double>(id);
}

template <class Value, class Holds>
void clear(
    std::span<const std::uint32_t> bits, std::span<std::uint8_t> mask, Value value, Holds holds)
{
    for (std::size_t i = 0; i < bits.size(); ++i)
        mask[i] = static_cast<std::uint8_t>(mask[i] & (holds(value(bits[i])) ? 1 : 0));
}

template <class Value>
void clear(std::span<const std::uint32_t> bits, std::span<std::uint8_t> mask, Value value,
    Compare compare, double t)
{
    switch (compare) {
    case Compare::Less:
        return clear(bits, mask, value, [t](double v) { return v < t; });
    case Compare::AtMost:
        return clear(bits, mask, value, [t](double v) { return v <= t; });
    case Compare::Equal:
        return clear(bits, mask, value, [t](double v) { return v == t; });
    case Compare::Unequal:
        return clear(bits, mask, value, [t](double v) { return v < t || v > t; });
    case Compare::AtLeast:
        return clear(bits, mask, value, [t](double v) { return v >= t; });
    case Compare::Greater:
        return clear(bits, mask, value, [t](double v) { return v > t; });
    }
}

// Keys that order as the values do, all below missingKey.

/// The bits of a float, with the sign's order put right; both zeros are one.
std::uint32_t realKey(std::uint32_t bits)
{
    if ((bits & 0x7fffffff) > 0x7f800000)
        return missingKey;
    if (bits == 0x80000000)
        bits = 0;
    return (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
}

std::uint32_t wholeKey(std::uint32_t bits)
{
    return std::min(bits, missingKey - 1);
}

std::uint32_t idKey(std::uint32_t bits)
{
    return std::bit_cast<std::int32_t>(bits) < 0 ? missingKey : bits;
}

} // namespace

NumberKind numberKind(FeatureNumber number)
{
    switch (number) {
    case FeatureNumber::Count:
        return NumberKind::Whole;
    case FeatureNumber::TopToken:
    case FeatureNumber::Cluster:
        return NumberKind::Id;
    default:
        return NumberKind::Real;
    }
}

std::string_view numberName(FeatureNumber number)
{
    return numberNames[static_cast<std::size_t>(number)];
}

std::optional<FeatureNumber> numberNamed(std::string_view name)
{
    return named<FeatureNumber>(numberNames, name);
}

std::string_view compareName(Compare compare)
{
    return compareNames[static_cast<std::size_t>(compare)];
}

std::optional<Compare> compareNamed(std::string_view name)
{
    return named<Compare>(compareNames, name);
}

FeatureColumn::FeatureColumn(std::span<const float> values)
    : m_kind(NumberKind::Real)
    , m_bits(values.size())
{
    std::ranges::transform(
        values, m_bits.begin(), [](float value) { return std::bit_cast<std::uint32_t>(value); });
}

FeatureColumn::FeatureColumn(NumberKind kind, std::span<const std::int32_t> values)
    : m_kind(kind)
    , m_bits(values.size())
{
    std::ranges::transform(values, m_bits.begin(),
        [](std::int32_t value) { return std::bit_cast<std::uint32_t>(value); });
}

double FeatureColumn::at(std::size_t latent) const
{
    const std::uint32_t bits = m_bits.at(latent);
    return m_kind == NumberKind::Real ? realOf(bits)
        : m_kind == NumberKind::Whole ? wholeOf(bits)
                                      : idOf(bits);
}

void FeatureColumn::keep(Compare compare, double threshold, std::span<std::uint8_t> mask) const
{
    switch (m_kind) {
    case NumberKind::Real:
        return clear(m_bits, mask, realOf, compare, threshold);
    case NumberKind::Whole:
        return clear(m_bits, mask, wholeOf, compare, threshold);
    case NumberKind::Id:
        return clear(m_bits, mask, idOf, compare, threshold);
    }
}

void FeatureColumn::keys(bool descending, std::span<const std::uint8_t> mask, std::uint32_t first,
    std::vector<std::uint64_t>& into) const
{
    const auto append = [&](auto keyOf) {
        for (std::size_t i = 0; i < m_bits.size(); ++i) {
            if (mask[i] == 0)
                continue;
            std::uint32_t key = keyOf(m_bits[i]);
            if (descending && key != missingKey)
                key = missingKey - 1 - key;
            into.push_back((std::uint64_t{key} << 32) | (first + static_cast<std::uint32_t>(i)));
        }
    };
    switch (m_kind) {
    case NumberKind::Real:
        return append(realKey);
    case NumberKind::Whole:
        return append(wholeKey);
    case NumberKind::Id:
        return append(idKey);
    }
}

void sortByKey(std::vector<std::uint64_t>& entries)
{
    constexpr std::size_t digits = 1 << 11;
    constexpr std::array<unsigned, 3> shifts{32, 43, 54};
    std::array<std::array<std::size_t, digits>, shifts.size()> counts{};
    for (const std::uint64_t entry : entries)
        for (std::size_t pass = 0; pass < shifts.size(); ++pass)
            ++counts[pass][(entry >> shifts[pass]) % digits];
    std::vector<std::uint64_t> other(entries.size());
    for (std::size_t pass = 0; pass < shifts.size(); ++pass) {
        std::array<std::size_t, digits>& places = counts[pass];
        if (std::ranges::find(places, entries.size()) != places.end())
            continue; // all have the same digit
        std::size_t place = 0;
        for (std::size_t& count : places)
            place += std::exchange(count, place);
        for (const std::uint64_t entry : entries)
            other[places[(entry >> shifts[pass]) % digits]++] = entry;
        entries.swap(other);
    }
}

} // namespace microtome
