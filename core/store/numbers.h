#pragma once

#include "core/model/half.h"
#include "core/model/matrix.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// How the numbers of a stored blob are written; always little-endian.
enum class Dtype { F32, F16, I32, Json };

/// f32, f16, i32, json.
std::string_view dtypeName(Dtype dtype);

/// Nothing for a name that this version does not know.
std::optional<Dtype> dtypeNamed(std::string_view name);

/// Bytes of one number (json: of one byte).
std::size_t dtypeSize(Dtype dtype);

/// Numbers as bytes and back. For F16 the values are rounded; decoding takes whole numbers only.
std::vector<std::byte> encode(std::span<const float> values, Dtype dtype);
std::vector<std::byte> encode(std::span<const std::int32_t> values);
void decode(std::span<const std::byte> bytes, Dtype dtype, std::vector<float>& into);
std::vector<std::int32_t> decodeIntegers(std::span<const std::byte> bytes);

/// The range of the finite numbers in a blob and their mean (summed in f64), kept beside each chunk
/// so that a view can choose its colours, and a check find flipped bits, without other data.
struct Summary {
    std::optional<double> least;
    std::optional<double> greatest;
    std::optional<double> mean;

    bool operator==(const Summary&) const = default;
};

/// The summary of one chunk as it is stored; empty for json.
Summary summarize(std::span<const std::byte> bytes, Dtype dtype);

} // namespace microtome
