#pragma once

#include "core/store/features/columns.h"
#include "core/store/features/labels.h"
#include "core/store/features/lists.h"
#include "core/store/features/query.h"
#include "core/store/features/sources.h"
#include "core/store/notes.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace microtome {

/// What a table shows of one feature.
struct FeatureRow {
    FeatureKey key{};
    std::vector<double> numbers; ///< those asked for; NaN where one was not measured
    std::string label; ///< the newest; empty: none
};

/// Everything the project holds of one feature. What was not measured is empty or NaN.
struct FeatureDetail {
    FeatureKey key{};
    std::optional<FeatureSweep> sweep; ///< whose numbers these are
    std::array<double, featureNumbers> numbers{}; ///< by FeatureNumber
    std::vector<std::uint32_t> topBigram, topTrigram; ///< token ids
    std::vector<Ranked> topLogits, bottomLogits; ///< token ids
    std::vector<Ranked> decoderNeighbours, encoderNeighbours, partners; ///< latents
    LogitHistogram logits;
    std::string contexts;
    std::vector<FeatureLabel> labels; ///< newest first
    std::vector<LabelScore> scores; ///< of all these labels
    std::vector<std::string> tags;
    std::vector<FeatureList> lists; ///< that it is on, with its note there
    std::vector<Note> notes;

    double number(FeatureNumber which) const { return numbers[static_cast<std::size_t>(which)]; }
};

/// Finds, orders and opens features. A column that a search filters or sorts by is loaded once, 4
/// bytes a latent, and kept while the project has it; so keep the browser, on its connection's
/// thread, no longer than the project is open.
class FeatureBrowser {
public:
    explicit FeatureBrowser(Database& database)
        : m_database(&database)
    {
    }

    /// The keys of all features asked for, in order; ties by source, then latent. 8 bytes each.
    std::vector<FeatureKey> find(const FeatureQuery& query);
    std::size_t count(const FeatureQuery& query);

    /// Rows of a table, those that are visible; the numbers are of the scopes a search would take.
    std::vector<FeatureRow> rows(std::span<const FeatureKey> keys,
        std::span<const FeatureNumber> numbers, std::span<const FeatureScope> scopes = {});

    /// One feature, without loading a column. Throws a sentence where there is no such feature.
    FeatureDetail open(FeatureKey key, std::optional<SweepId> sweep = {});

    /// A number of all latents of a scope, for pictures; nothing where it was not measured. Valid
    /// until the next call of anything here.
    const FeatureColumn* column(const FeatureScope& scope, FeatureNumber number);

private:
    /// A scope as it is now: its sweep, and the newest column of each name.
    struct Scope {
        SourceId source{};
        std::uint64_t latents = 0;
        std::optional<FeatureSweep> sweep;
        std::map<std::string, ColumnInfo, std::less<>> columns;
    };

    Scope resolve(const FeatureScope& scope);
    std::vector<Scope> resolve(std::span<const FeatureScope> scopes);
    const ColumnInfo* find(const Scope& scope, std::string_view name) const;
    const FeatureColumn* load(const Scope& scope, FeatureNumber number);
    std::vector<std::uint8_t> mask(const Scope& scope, const FeatureQuery& query);
    double numberOf(const Scope& scope, FeatureNumber number, std::uint32_t latent);

    /// Kept columns, by the stored column they are made from.
    using Loaded = std::map<std::pair<std::int64_t, FeatureNumber>, FeatureColumn>;

    Database* m_database;
    std::map<SourceId, Loaded> m_loaded;
};

/// Where a feature is in an order; nothing where it is not.
std::optional<std::size_t> placeOf(std::span<const FeatureKey> order, FeatureKey key);

/// A place in an order of `size` > 0 features, by chance: each seed has its own.
std::size_t randomPlace(std::size_t size, std::uint64_t seed);

} // namespace microtome
