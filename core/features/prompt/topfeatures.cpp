#include "core/features/prompt/topfeatures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>

namespace microtome {

namespace {

constexpr std::array<std::string_view, 3> names{"max", "sum", "tokens"};

double strength(const PromptFeature& feature, PromptOrder order)
{
    switch (order) {
    case PromptOrder::Max:
        return std::abs(feature.max);
    case PromptOrder::Sum:
        return std::abs(feature.sum);
    case PromptOrder::Tokens:
        break;
    }
    return feature.tokens;
}

/// Every feature that fires at the tokens, by source and latent.
std::vector<PromptFeature> allOf(
    std::span<const FiredLatents> fired, const std::vector<bool>& taken)
{
    std::vector<PromptFeature> all;
    for (std::uint32_t s = 0; s < fired.size(); ++s) {
        std::unordered_map<std::uint32_t, PromptFeature> found;
        const FiredLatents& source = fired[s];
        for (std::uint32_t t = 0; t < source.tokens(); ++t) {
            if (!taken[t])
                continue;
            for (std::size_t i = source.starts[t]; i < source.starts[t + 1]; ++i) {
                const float value = source.value[i];
                auto& feature = found.try_emplace(source.latent[i], PromptFeature{}).first->second;
                if (std::abs(value) > std::abs(feature.max)) {
                    feature.max = value;
                    feature.at = t;
                }
                feature.source = s;
                feature.latent = source.latent[i];
                feature.sum += static_cast<double>(value);
                ++feature.tokens;
            }
        }
        const std::size_t from = all.size();
        for (const auto& [latent, feature] : found)
            all.push_back(feature);
        std::sort(all.begin() + static_cast<std::ptrdiff_t>(from), all.end(),
            [](const auto& a, const auto& b) { return a.latent < b.latent; });
    }
    return all;
}

template <class T, class Before>
void keepFirst(std::vector<T>& all, std::size_t most, Before before)
{
    const std::size_t count = std::min(most, all.size());
    std::partial_sort(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), before);
    all.resize(count);
}

} // namespace

std::string_view promptOrderName(PromptOrder order)
{
    return names[static_cast<std::size_t>(order)];
}

std::optional<PromptOrder> promptOrderNamed(std::string_view name)
{
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name)
            return static_cast<PromptOrder>(i);
    return {};
}

std::vector<std::vector<TokenFeature>> topOfTokens(
    std::span<const FiredLatents> fired, std::size_t most)
{
    std::vector<std::vector<TokenFeature>> top(fired.empty() ? 0 : fired.front().tokens());
    for (std::size_t t = 0; t < top.size(); ++t) {
        for (std::uint32_t s = 0; s < fired.size(); ++s)
            for (std::size_t i = fired[s].starts[t]; i < fired[s].starts[t + 1]; ++i)
                top[t].push_back({s, fired[s].latent[i], fired[s].value[i]});
        keepFirst(top[t], most, [](const TokenFeature& a, const TokenFeature& b) {
            return std::tuple(-std::abs(a.value), a.source, a.latent)
                < std::tuple(-std::abs(b.value), b.source, b.latent);
        });
    }
    return top;
}

std::vector<PromptFeature> topOfPrompt(std::span<const FiredLatents> fired,
    const std::vector<bool>& taken, PromptOrder order, std::size_t most)
{
    std::vector<PromptFeature> all = allOf(fired, taken);
    keepFirst(all, most, [order](const PromptFeature& a, const PromptFeature& b) {
        return std::tuple(-strength(a, order), a.source, a.latent)
            < std::tuple(-strength(b, order), b.source, b.latent);
    });
    return all;
}

std::vector<ComparedFeature> comparedPrompts(std::span<const FiredLatents> first,
    const std::vector<bool>& takenFirst, std::span<const FiredLatents> second,
    const std::vector<bool>& takenSecond, PromptOrder order, std::size_t most)
{
    std::map<std::pair<std::uint32_t, std::uint32_t>, ComparedFeature> both;
    const auto add = [&](std::span<const FiredLatents> fired, const std::vector<bool>& taken,
                         PromptFeature ComparedFeature::*side) {
        for (const PromptFeature& feature : allOf(fired, taken)) {
            ComparedFeature& compared = both[{feature.source, feature.latent}];
            for (PromptFeature* one : {&compared.first, &compared.second}) {
                one->source = feature.source;
                one->latent = feature.latent;
            }
            compared.*side = feature;
        }
    };
    add(first, takenFirst, &ComparedFeature::first);
    add(second, takenSecond, &ComparedFeature::second);
    std::vector<ComparedFeature> all;
    for (auto& [key, compared] : both) {
        compared.difference = strength(compared.second, order) - strength(compared.first, order);
        all.push_back(compared);
    }
    keepFirst(all, most, [](const ComparedFeature& a, const ComparedFeature& b) {
        return std::tuple(-std::abs(a.difference), a.first.source, a.first.latent)
            < std::tuple(-std::abs(b.difference), b.first.source, b.first.latent);
    });
    return all;
}

} // namespace microtome
