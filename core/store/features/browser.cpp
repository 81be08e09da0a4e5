#include "core/store/features/browser.h"

#include "core/store/features/contexts.h"
#include "core/store/features/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

namespace microtome {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t mostTogether = std::uint64_t{1} << 28; ///< latents in one search

double logDensity(double density)
{
    return std::log10(density + 1e-10);
}

/// Another number of each latent, made from one that is stored.
template <class Make> FeatureColumn derived(const FeatureColumn& from, Make make)
{
    std::vector<float> values(from.size());
    for (std::size_t latent = 0; latent < values.size(); ++latent)
        values[latent] = static_cast<float>(make(from.at(latent)));
    return FeatureColumn(values);
}

void keepOnly(std::span<std::uint8_t> mask, std::span<const std::uint8_t> other)
{
    std::ranges::transform(mask, other, mask.begin(),
        [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a & b); });
}

template <class Keys>
std::vector<std::uint8_t> maskOf(SourceId source, std::size_t latents, Keys keys)
{
    std::vector<std::uint8_t> mask(latents);
    for (const FeatureKey& key : keys)
        if (key.source == source && key.latent < latents)
            mask[key.latent] = 1;
    return mask;
}

std::vector<FeatureKey> keysOf(const std::vector<FeatureListItem>& items)
{
    std::vector<FeatureKey> keys(items.size());
    std::ranges::transform(items, keys.begin(), &FeatureListItem::feature);
    return keys;
}

} // namespace

FeatureBrowser::Scope FeatureBrowser::resolve(const FeatureScope& asked)
{
    FeatureSources sources(*m_database);
    const std::optional<FeatureSource> source = sources.get(asked.source);
    if (!source)
        throw Error("This source of features is not in the project; choose another.");
    Scope scope{.source = source->id, .latents = source->latents, .sweep = {}, .columns = {}};
    for (const FeatureSweep& sweep : sources.sweeps(source->id))
        if (!scope.sweep && (!asked.sweep || asked.sweep == sweep.id))
            scope.sweep = sweep;
    if (asked.sweep && !scope.sweep)
        throw Error("This sweep is not in the project any more; choose another.");

    std::set<std::int64_t> present;
    for (const ColumnInfo& column : FeatureColumns(*m_database).list(source->id)) {
        present.insert(column.id);
        if (!column.sweep || (scope.sweep && column.sweep == scope.sweep->id))
            scope.columns.insert_or_assign(column.name, column);
    }
    std::erase_if(m_loaded[source->id],
        [&](const auto& kept) { return !present.contains(kept.first.first); });
    return scope;
}

std::vector<FeatureBrowser::Scope> FeatureBrowser::resolve(std::span<const FeatureScope> scopes)
{
    std::vector<Scope> resolved;
    std::uint64_t total = 0;
    const auto add = [&](const FeatureScope& scope) {
        if (std::ranges::find(resolved, scope.source, &Scope::source) != resolved.end())
            return;
        resolved.push_back(resolve(scope));
        total += resolved.back().latents;
    };
    if (scopes.empty())
        for (const FeatureSource& source : FeatureSources(*m_database).list())
            add({.source = source.id});
    else
        std::ranges::for_each(scopes, add);
    if (total > mostTogether)
        throw Error("These sources have " + std::to_string(total)
            + " features together; search fewer sources at once.");
    std::ranges::sort(resolved, {}, &Scope::source);
    return resolved;
}

const ColumnInfo* FeatureBrowser::find(const Scope& scope, std::string_view name) const
{
    const auto found = scope.columns.find(name);
    return found == scope.columns.end() ? nullptr : &found->second;
}

const FeatureColumn* FeatureBrowser::load(const Scope& scope, FeatureNumber number)
{
    using enum FeatureNumber;
    Loaded& loaded = m_loaded[scope.source];
    const auto keep = [&](const ColumnInfo& info, auto make) {
        const auto key = std::pair(info.id, number);
        auto place = loaded.find(key);
        if (place == loaded.end())
            place = loaded.emplace(key, make()).first;
        return &place->second;
    };
    if (const ColumnInfo* info = find(scope, numberName(number)))
        return keep(
            *info, [&] { return FeatureColumns(*m_database).load(*info, number, scope.latents); });
    if (number != Density && number != LogDensity)
        return nullptr;

    const auto computed
        = [&](double density) { return number == Density ? density : logDensity(density); };
    const ColumnInfo* count = find(scope, numberName(Count));
    if (count && scope.sweep && scope.sweep->tokens > 0) {
        const auto tokens = static_cast<double>(scope.sweep->tokens);
        return keep(*count, [&] {
            return derived(*load(scope, Count), [&](double n) { return computed(n / tokens); });
        });
    }
    if (const ColumnInfo* density = find(scope, numberName(Density)))
        return keep(*density, [&] { return derived(*load(scope, Density), computed); });
    return nullptr;
}

std::vector<std::uint8_t> FeatureBrowser::mask(const Scope& scope, const FeatureQuery& query)
{
    std::vector<std::uint8_t> mask(scope.latents, 1);
    const bool byLabel = !searchExpression(query.labelWords).empty();
    if (byLabel || query.labelled)
        Labels(*m_database).keep(scope.source, query.labelWords, mask);
    if (!searchExpression(query.contextWords).empty()) {
        std::vector<std::uint8_t> found(scope.latents);
        if (scope.sweep) {
            const std::int64_t first = static_cast<std::int64_t>(scope.sweep->id) << 32;
            findTexts(*m_database, "feature_context_fts", query.contextWords, first,
                first + 0xffffffff, [&](std::int64_t id) {
                    if (const auto latent = static_cast<std::uint32_t>(id); latent < found.size())
                        found[latent] = 1;
                });
        }
        keepOnly(mask, found);
    }
    FeatureLists lists(*m_database);
    if (query.tag)
        keepOnly(mask, maskOf(scope.source, scope.latents, lists.tagged(*query.tag)));
    if (query.list)
        keepOnly(mask, maskOf(scope.source, scope.latents, keysOf(lists.items(*query.list))));
    for (const FeatureFilter& filter : query.filters) {
        if (const FeatureColumn* column = load(scope, filter.number))
            column->keep(filter.compare, filter.value, mask);
        else
            std::ranges::fill(mask, std::uint8_t{0});
    }
    return mask;
}

std::vector<FeatureKey> FeatureBrowser::find(const FeatureQuery& query)
{
    const std::vector<Scope> scopes = resolve(query.scopes);
    std::vector<FeatureKey> keys;
    if (query.list && !query.sort) {
        std::map<SourceId, std::vector<std::uint8_t>> masks;
        for (const Scope& scope : scopes)
            masks.emplace(scope.source, mask(scope, query));
        for (const FeatureKey& key : keysOf(FeatureLists(*m_database).items(*query.list)))
            if (const auto found = masks.find(key.source); found != masks.end()
                && key.latent < found->second.size() && found->second[key.latent] != 0)
                keys.push_back(key);
        return keys;
    }

    std::vector<std::uint64_t> entries; // sort key and place among all latents
    std::vector<std::uint32_t> begins; // of each scope among all latents
    std::uint32_t first = 0;
    for (const Scope& scope : scopes) {
        const std::vector<std::uint8_t> chosen = mask(scope, query);
        const FeatureColumn* column = query.sort ? load(scope, *query.sort) : nullptr;
        entries.reserve(
            entries.size() + static_cast<std::size_t>(std::ranges::count(chosen, std::uint8_t{1})));
        if (column)
            column->keys(query.descending, chosen, first, entries);
        else
            for (std::uint32_t latent = 0; latent < scope.latents; ++latent)
                if (chosen[latent] != 0)
                    entries.push_back((std::uint64_t{missingKey} << 32) | (first + latent));
        begins.push_back(first);
        first += static_cast<std::uint32_t>(scope.latents);
    }
    sortByKey(entries);
    keys.resize(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const auto place = static_cast<std::uint32_t>(entries[i]);
        const auto after = std::ranges::upper_bound(begins, place);
        const auto scope = static_cast<std::size_t>(after - begins.begin() - 1);
        keys[i] = {scopes[scope].source, place - begins[scope]};
    }
    return keys;
}

std::size_t FeatureBrowser::count(const FeatureQuery& query)
{
    std::size_t count = 0;
    for (const Scope& scope : resolve(query.scopes))
        count += static_cast<std::size_t>(std::ranges::count(mask(scope, query), std::uint8_t{1}));
    return count;
}

std::vector<FeatureRow> FeatureBrowser::rows(std::span<const FeatureKey> keys,
    std::span<const FeatureNumber> numbers, std::span<const FeatureScope> scopes)
{
    std::map<SourceId, Scope> resolved;
    const auto scopeOf = [&](SourceId source) -> const Scope& {
        const auto known = resolved.find(source);
        if (known != resolved.end())
            return known->second;
        const auto asked = std::ranges::find(scopes, source, &FeatureScope::source);
        return resolved
            .emplace(source, resolve(asked == scopes.end() ? FeatureScope{source} : *asked))
            .first->second;
    };
    std::vector<FeatureRow> rows;
    rows.reserve(keys.size());
    for (const FeatureKey& key : keys) {
        const Scope& scope = scopeOf(key.source);
        FeatureRow row{.key = key, .numbers = {}, .label = {}};
        for (const FeatureNumber number : numbers)
            row.numbers.push_back(numberOf(scope, number, key.latent));
        const std::vector<FeatureLabel> labels = Labels(*m_database).of(key);
        if (!labels.empty())
            row.label = labels.front().text;
        rows.push_back(std::move(row));
    }
    return rows;
}

double FeatureBrowser::numberOf(const Scope& scope, FeatureNumber number, std::uint32_t latent)
{
    using enum FeatureNumber;
    if (latent >= scope.latents)
        requireLatent(*m_database, {scope.source, latent});
    if (const ColumnInfo* info = find(scope, numberName(number))) {
        const Loaded& loaded = m_loaded[scope.source];
        const auto kept = loaded.find(std::pair(info->id, number));
        return kept != loaded.end() ? kept->second.at(latent)
                                    : FeatureColumns(*m_database).at(*info, number, latent);
    }
    if (number == LogDensity)
        return logDensity(numberOf(scope, Density, latent));
    if (number == Density && scope.sweep && scope.sweep->tokens > 0)
        return numberOf(scope, Count, latent) / static_cast<double>(scope.sweep->tokens);
    return missing;
}

FeatureDetail FeatureBrowser::open(FeatureKey key, std::optional<SweepId> sweep)
{
    const Scope scope = resolve(FeatureScope{key.source, sweep});
    requireLatent(*m_database, key);
    FeatureColumns columns(*m_database);
    FeatureDetail detail;
    detail.key = key;
    detail.sweep = scope.sweep;
    for (std::size_t i = 0; i < featureNumbers; ++i)
        detail.numbers[i] = numberOf(scope, static_cast<FeatureNumber>(i), key.latent);
    const std::array<std::pair<Ranking, std::vector<Ranked>*>, 5> rankings{
        {{Ranking::TopLogits, &detail.topLogits}, {Ranking::BottomLogits, &detail.bottomLogits},
            {Ranking::DecoderNeighbours, &detail.decoderNeighbours},
            {Ranking::EncoderNeighbours, &detail.encoderNeighbours},
            {Ranking::Partners, &detail.partners}}};
    for (const auto& [ranking, into] : rankings)
        if (const ColumnInfo* info = find(scope, rankingName(ranking)))
            *into = columns.ranking(*info, ranking, scope.latents, key.latent);
    if (const ColumnInfo* info = find(scope, histogramName))
        detail.logits = columns.histogram(*info, key.latent);
    if (const ColumnInfo* info = find(scope, ngramNames[0]))
        detail.topBigram = columns.ngram(*info, key.latent);
    if (const ColumnInfo* info = find(scope, ngramNames[1]))
        detail.topTrigram = columns.ngram(*info, key.latent);
    if (scope.sweep)
        detail.contexts = FeatureContexts(*m_database).get(scope.sweep->id, key.latent);

    Labels labels(*m_database);
    detail.labels = labels.of(key);
    for (const FeatureLabel& label : detail.labels)
        std::ranges::move(labels.scores(label.id), std::back_inserter(detail.scores));
    FeatureLists lists(*m_database);
    detail.tags = lists.tags(key);
    detail.lists = lists.with(key);
    detail.notes = Notes(*m_database).about("feature", packed(key));
    return detail;
}

const FeatureColumn* FeatureBrowser::column(const FeatureScope& scope, FeatureNumber number)
{
    return load(resolve(scope), number);
}

std::optional<std::size_t> placeOf(std::span<const FeatureKey> order, FeatureKey key)
{
    const auto found = std::ranges::find(order, key);
    return found == order.end() ? std::nullopt
                                : std::optional(static_cast<std::size_t>(found - order.begin()));
}

std::size_t randomPlace(std::size_t size, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    return static_cast<std::size_t>(random() % size);
}

} // namespace microtome
