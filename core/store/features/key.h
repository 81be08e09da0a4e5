#pragma once

#include "core/store/ids.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace microtome {

/// Latents that a source may have: more are refused.
constexpr std::uint64_t maxLatents = std::uint64_t{1} << 26;

/// A feature: one latent of one source. Ordered by source, then latent.
struct FeatureKey {
    SourceId source{};
    std::uint32_t latent = 0;

    auto operator<=>(const FeatureKey&) const = default;
};

/// The key as one number: what a note about a feature has for its target (kind "feature").
constexpr std::int64_t packed(FeatureKey key)
{
    return (static_cast<std::int64_t>(key.source) << 32) | key.latent;
}

constexpr FeatureKey unpacked(std::int64_t number)
{
    return {static_cast<SourceId>(number >> 32), static_cast<std::uint32_t>(number)};
}

/// A source, and the sweep whose numbers count; the newest where none is named.
struct FeatureScope {
    SourceId source{};
    std::optional<SweepId> sweep = {};

    bool operator==(const FeatureScope&) const = default;
};

} // namespace microtome
