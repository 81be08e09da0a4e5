#include "core/store/numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace microtome {

namespace {

template <class T> void append(std::vector<std::byte>& bytes, T bits)
{
    for (std::size_t i = 0; i < sizeof(T); ++i)
        bytes.push_back(static_cast<std::byte>(bits >> (8 * i)));
}

template <class T> T take(std::span<const std::byte> bytes, std::size_t index)
{
    T bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        bits = static_cast<T>(
            bits | static_cast<T>(static_cast<T>(bytes[index * sizeof(T) + i]) << (8 * i)));
    return bits;
}

struct Named {
    Dtype dtype;
    std::string_view name;
    std::size_t size;
};
constexpr std::array<Named, 4> table{{{Dtype::F32, "f32", 4}, {Dtype::F16, "f16", 2},
    {Dtype::I32, "i32", 4}, {Dtype::Json, "json", 1}}};

} // namespace

std::string_view dtypeName(Dtype dtype)
{
    return table[static_cast<std::size_t>(dtype)].name;
}

std::optional<Dtype> dtypeNamed(std::string_view name)
{
    const auto found = std::ranges::find(table, name, &Named::name);
    return found == table.end() ? std::nullopt : std::optional(found->dtype);
}

std::size_t dtypeSize(Dtype dtype)
{
    return table[static_cast<std::size_t>(dtype)].size;
}

std::vector<std::byte> encode(std::span<const float> values, Dtype dtype)
{
    std::vector<std::byte> bytes;
    bytes.reserve(values.size() * dtypeSize(dtype));
    if (dtype == Dtype::F16)
        for (const float value : values)
            append(bytes, toHalf(value));
    else
        for (const float value : values)
            append(bytes, std::bit_cast<std::uint32_t>(value));
    return bytes;
}

std::vector<std::byte> encode(std::span<const std::int32_t> values)
{
    std::vector<std::byte> bytes;
    bytes.reserve(values.size() * sizeof(std::int32_t));
    for (const std::int32_t value : values)
        append(bytes, static_cast<std::uint32_t>(value));
    return bytes;
}

void decode(std::span<const std::byte> bytes, Dtype dtype, std::vector<float>& into)
{
    const std::size_t count = bytes.size() / dtypeSize(dtype);
    for (std::size_t i = 0; i < count; ++i)
        into.push_back(dtype == Dtype::F16 ? fromHalf(take<std::uint16_t>(bytes, i))
                                           : std::bit_cast<float>(take<std::uint32_t>(bytes, i)));
}

std::vector<std::int32_t> decodeIntegers(std::span<const std::byte> bytes)
{
    std::vector<std::int32_t> values(bytes.size() / sizeof(std::int32_t));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<std::int32_t>(take<std::uint32_t>(bytes, i));
    return values;
}

Summary summarize(std::span<const std::byte> bytes, Dtype dtype)
{
    if (dtype == Dtype::Json)
        return {};
    Summary summary;
    double sum = 0;
    std::size_t count = 0;
    const auto add = [&](double value) {
        if (!std::isfinite(value))
            return;
        summary.least = std::min(summary.least.value_or(value), value);
        summary.greatest = std::max(summary.greatest.value_or(value), value);
        sum += value;
        ++count;
    };
    if (dtype == Dtype::I32) {
        for (const std::int32_t value : decodeIntegers(bytes))
            add(value);
    } else {
        std::vector<float> values;
        values.reserve(bytes.size() / dtypeSize(dtype));
        decode(bytes, dtype, values);
        for (const float value : values)
            add(static_cast<double>(value));
    }
    if (count > 0)
        summary.mean = sum / static_cast<double>(count);
    return summary;
}

} // namespace microtome
