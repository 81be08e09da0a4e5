#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace microtome {

/// The numbers that a feature may have, one each: what a table of features shows, filters and sorts
/// by. Those from Count to TopTrigramShare are of a sweep (LatentTable says what they are); the
/// others are of the source.
enum class FeatureNumber : std::uint8_t {
    Count,
    Density, ///< computed where Count is known and the sweep's tokens are
    LogDensity, ///< computed: log10(density + 1e-10)
    Mean,
    Deviation,
    Max,
    Min,
    Skew,
    Q50,
    Q90,
    Q99,
    TopToken,
    TopTokenShare,
    TokenEntropy,
    TopBigramShare,
    TopTrigramShare,
    DecoderNorm,
    EncoderDecoderCosine,
    Effect, ///< on what the model says
    X, ///< place in a scatter of decoder directions
    Y,
    Cluster,
};
constexpr std::size_t featureNumbers = 22;

/// Real: NaN where it was not measured. Whole: 0 ... 2^32 - 1. Id: -1 where there is none.
enum class NumberKind { Real, Whole, Id };

NumberKind numberKind(FeatureNumber number);

/// As it is stored and as filters have it: "count", "log density", ...
std::string_view numberName(FeatureNumber number);
std::optional<FeatureNumber> numberNamed(std::string_view name);

/// How a filter compares.
enum class Compare { Less, AtMost, Equal, Unequal, AtLeast, Greater };

/// <, <=, =, !=, >=, >.
std::string_view compareName(Compare compare);
std::optional<Compare> compareNamed(std::string_view name);

/// One number of all latents of a source, 32 bits each.
class FeatureColumn {
public:
    FeatureColumn() = default;
    explicit FeatureColumn(std::span<const float> values);

    /// Of kind Whole, these are the bits.
    FeatureColumn(NumberKind kind, std::span<const std::int32_t> values);

    std::size_t size() const { return m_bits.size(); }

    /// NaN where it is missing.
    double at(std::size_t latent) const;

    /// Clears the mask [size] where `value compare threshold` does not hold; it holds nowhere where
    /// the value is missing.
    void keep(Compare compare, double threshold, std::span<std::uint8_t> mask) const;

    /// Appends key << 32 | (first + latent) of every latent in the mask, with keys that ascend as
    /// the values do, or descend; the largest key of all is of those that are missing.
    void keys(bool descending, std::span<const std::uint8_t> mask, std::uint32_t first,
        std::vector<std::uint64_t>& into) const;

private:
    NumberKind m_kind = NumberKind::Real;
    std::vector<std::uint32_t> m_bits;
};

/// The key of a missing value.
constexpr std::uint32_t missingKey = 0xffffffff;

/// Sorts by the upper 32 bits; equal ones stay as they are (radix sort, 11 bits at a time).
void sortByKey(std::vector<std::uint64_t>& entries);

} // namespace microtome
