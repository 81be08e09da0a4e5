#pragma once

#include "core/features/index/latenttable.h"
#include "core/store/features/number.h"
#include "core/store/features/sources.h"

#include <array>
#include <string>

namespace microtome {

/// Numbers of every latent that a done run made, of a source or of one of its sweeps.
struct ColumnInfo {
    std::int64_t id = 0;
    RunId run{};
    std::optional<SweepId> sweep;
    std::string name;

    /// The run's result that holds them: rows are latents.
    std::string result() const { return name + '@' + std::to_string(id); }
    std::string values() const { return result() + " values"; } ///< where ids have values
};

/// Ids with a value each, for every latent, best first.
enum class Ranking {
    TopLogits, ///< tokens promoted
    BottomLogits, ///< tokens suppressed
    DecoderNeighbours, ///< latents by the cosine of decoder directions
    EncoderNeighbours,
    Partners, ///< latents by the tokens at which both fire
};

/// "top logits", ..., as they are stored.
std::string_view rankingName(Ranking ranking);

/// One entry of a ranking.
struct Ranked {
    std::uint32_t id = 0;
    float value = 0;

    bool operator==(const Ranked&) const = default;
};

/// How many tokens of the vocabulary have a logit in each of as many equal parts of [least,
/// greatest].
struct LogitHistogram {
    float least = 0;
    float greatest = 0;
    std::vector<std::int32_t> counts;

    bool operator==(const LogitHistogram&) const = default;
};

/// The numbers of all latents, one column each, in chunks as results of a running run: others see
/// them when it is done, the newest of several of one name. A scope with a sweep puts them under
/// that sweep, one without under the source.
class FeatureColumns {
public:
    explicit FeatureColumns(Database& database)
        : m_database(database)
    {
    }

    /// All numbers of the table; all or none.
    void put(RunId run, const FeatureScope& scope, const LatentTable& table);

    /// [latents]; NaN where one was not measured.
    void put(
        RunId run, const FeatureScope& scope, FeatureNumber number, std::span<const float> values);

    /// [latents], of the kinds Whole (its bits) and Id (-1: none).
    void put(RunId run, const FeatureScope& scope, FeatureNumber number,
        std::span<const std::int32_t> values);

    /// Ids and values [latents, size]; a negative id ends a latent's ranking early. Values of
    /// logits and cosines are rounded to f16.
    void put(RunId run, const FeatureScope& scope, Ranking ranking, std::size_t size,
        std::span<const std::int32_t> ids, std::span<const float> values);

    /// Bounds [latents, 2] and counts [latents, bins].
    void putHistogram(RunId run, const FeatureScope& scope, std::size_t bins,
        std::span<const float> bounds, std::span<const std::int32_t> counts);

    /// Of a source and all its sweeps, in done runs; the newest last.
    std::vector<ColumnInfo> list(SourceId source);

    /// All latents of a stored number; throws a sentence where they are not whole.
    FeatureColumn load(const ColumnInfo& info, FeatureNumber number, std::uint64_t latents);

    /// One latent of a stored number.
    double at(const ColumnInfo& info, FeatureNumber number, std::uint32_t latent);

    std::vector<Ranked> ranking(
        const ColumnInfo& info, Ranking ranking, std::uint64_t latents, std::uint32_t latent);
    LogitHistogram histogram(const ColumnInfo& info, std::uint32_t latent);

    /// The ids of the top n-gram of a latent; empty where there is none.
    std::vector<std::uint32_t> ngram(const ColumnInfo& info, std::uint32_t latent);

private:
    ColumnInfo begin(RunId run, const FeatureScope& scope, std::string_view name);
    std::uint64_t latentsOfScope(RunId run, const FeatureScope& scope);
    void putIntegers(RunId run, const FeatureScope& scope, std::string_view name, std::size_t width,
        std::span<const std::int32_t> values);

    Database& m_database;
};

constexpr std::string_view histogramName = "logit histogram";
constexpr std::array<std::string_view, 2> ngramNames{"top bigram", "top trigram"};

} // namespace microtome
