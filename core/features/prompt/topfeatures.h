#pragma once

#include "core/features/coder/fired.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// A feature at a token of a prompt.
struct TokenFeature {
    std::uint32_t source = 0; ///< which of the sources
    std::uint32_t latent = 0;
    float value = 0;

    bool operator==(const TokenFeature&) const = default;
};

/// A feature over the tokens that were chosen.
struct PromptFeature {
    std::uint32_t source = 0;
    std::uint32_t latent = 0;
    float max = 0; ///< the value of largest size
    std::uint32_t at = 0; ///< its token, the first of several
    double sum = 0; ///< of all values
    std::uint32_t tokens = 0; ///< at which it fires

    bool operator==(const PromptFeature&) const = default;
};

/// What prompt features are ordered by, largest first.
enum class PromptOrder {
    Max, ///< |max|
    Sum, ///< |sum|
    Tokens,
};

std::string_view promptOrderName(PromptOrder); ///< max, sum, tokens
std::optional<PromptOrder> promptOrderNamed(std::string_view);

/// The `most` strongest features of each token by |value|, all sources together; exact. Of equal
/// ones the smaller source and latent. `fired`: of each source, all of the same tokens.
std::vector<std::vector<TokenFeature>> topOfTokens(
    std::span<const FiredLatents> fired, std::size_t most);

/// The first `most` features over the tokens of which `taken` says so, by an order; exact: all
/// features that fire are ordered before any is cut off.
std::vector<PromptFeature> topOfPrompt(std::span<const FiredLatents> fired,
    const std::vector<bool>& taken, PromptOrder, std::size_t most);

/// A feature in two prompts.
struct ComparedFeature {
    PromptFeature first; ///< source and latent are set in both
    PromptFeature second;
    double difference = 0; ///< of the sizes that are ordered by, second less first
};

/// Features that differ most between two prompts by what `order` measures in each, largest
/// difference by size first; exact.
std::vector<ComparedFeature> comparedPrompts(std::span<const FiredLatents> first,
    const std::vector<bool>& takenFirst, std::span<const FiredLatents> second,
    const std::vector<bool>& takenSecond, PromptOrder, std::size_t most);

} // namespace microtome
