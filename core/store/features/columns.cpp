#include "core/store/features/columns.h"

#include "core/store/results.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace microtome {

namespace {

constexpr std::array<std::string_view, 5> rankingNames{
    "top logits", "bottom logits", "decoder neighbours", "encoder neighbours", "partners"};

bool ranksLatents(Ranking ranking)
{
    return ranking != Ranking::TopLogits && ranking != Ranking::BottomLogits;
}

[[noreturn]] void refuse(std::string_view name)
{
    throw Error("The numbers “" + std::string(name)
        + "” do not fit their source of features;"
          " sweep it again.");
}

[[noreturn]] void damaged(const ColumnInfo& info)
{
    throw Error("The numbers “" + info.name + "” of features are damaged; sweep them again.");
}

std::vector<float> floats(std::span<const double> values)
{
    std::vector<float> rounded(values.size());
    std::ranges::transform(
        values, rounded.begin(), [](double value) { return static_cast<float>(value); });
    return rounded;
}

std::vector<std::int32_t> bits(std::span<const std::uint32_t> values)
{
    std::vector<std::int32_t> same(values.size());
    std::ranges::transform(values, same.begin(),
        [](std::uint32_t value) { return std::bit_cast<std::int32_t>(value); });
    return same;
}

/// The ids of each latent's n-gram in a row; -1 where its share is 0, so that there is none.
template <std::size_t N>
std::vector<std::int32_t> ngramIds(
    const std::vector<std::array<std::uint32_t, N>>& ngrams, std::span<const float> shares)
{
    std::vector<std::int32_t> ids;
    ids.reserve(ngrams.size() * N);
    for (std::size_t latent = 0; latent < ngrams.size(); ++latent)
        for (const std::uint32_t id : ngrams[latent])
            ids.push_back(latent < shares.size() && shares[latent] > 0
                    ? std::bit_cast<std::int32_t>(id)
                    : -1);
    return ids;
}

} // namespace

std::string_view rankingName(Ranking ranking)
{
    return rankingNames[static_cast<std::size_t>(ranking)];
}

std::uint64_t FeatureColumns::latentsOfScope(RunId run, const FeatureScope& scope)
{
    if (scope.sweep) {
        Statement row = m_database.prepare(
            "SELECT 1 FROM feature_sweep s JOIN run ON run.id = s.run WHERE s.id = ?1"
            " AND s.source = ?2 AND (s.run = ?3 OR run.status = 'done')");
        if (!row.bind(*scope.sweep, scope.source, run).step())
            throw Error("This sweep is not one of this source of features; sweep it again.");
    }
    return latentsOf(m_database, scope.source);
}

ColumnInfo FeatureColumns::begin(RunId run, const FeatureScope& scope, std::string_view name)
{
    requireRunning(m_database, run);
    m_database
        .prepare("DELETE FROM feature_column WHERE run = ?1 AND source = ?2 AND sweep IS ?3"
                 " AND name = ?4")
        .bind(run, scope.source, scope.sweep, name)
        .run();
    m_database
        .prepare("INSERT INTO feature_column (source, sweep, run, name) VALUES (?1, ?2, ?3, ?4)")
        .bind(scope.source, scope.sweep, run, name)
        .run();
    return {.id = m_database.lastId(), .run = run, .sweep = scope.sweep, .name = std::string(name)};
}

void FeatureColumns::putIntegers(RunId run, const FeatureScope& scope, std::string_view name,
    std::size_t width, std::span<const std::int32_t> values)
{
    const std::uint64_t latents = latentsOfScope(run, scope);
    if (values.size() != latents * width)
        refuse(name);
    Transaction transaction(m_database);
    Results(m_database).putIntegers(run, begin(run, scope, name).result(), latents, width, values);
    transaction.commit();
}

void FeatureColumns::put(
    RunId run, const FeatureScope& scope, FeatureNumber number, std::span<const float> values)
{
    const std::uint64_t latents = latentsOfScope(run, scope);
    if (numberKind(number) != NumberKind::Real || values.size() != latents)
        refuse(numberName(number));
    Transaction transaction(m_database);
    Results(m_database)
        .put(run, begin(run, scope, numberName(number)).result(),
            Matrix(latents, 1, std::vector<float>(values.begin(), values.end())));
    transaction.commit();
}

void FeatureColumns::put(RunId run, const FeatureScope& scope, FeatureNumber number,
    std::span<const std::int32_t> values)
{
    if (numberKind(number) == NumberKind::Real)
        refuse(numberName(number));
    putIntegers(run, scope, numberName(number), 1, values);
}

void FeatureColumns::put(RunId run, const FeatureScope& scope, const LatentTable& table)
{
    using enum FeatureNumber;
    Statement sweep = m_database.prepare("SELECT tokens FROM feature_sweep WHERE id = ?1");
    if (!sweep.bind(scope.sweep).step()
        || static_cast<std::uint64_t>(sweep.integer(0)) != table.tokens)
        throw Error("This table of features is of another corpus than its sweep; sweep it again.");

    Transaction transaction(m_database);
    put(run, scope, Count, bits(table.count));
    put(run, scope, Mean, floats(table.mean));
    put(run, scope, Deviation, floats(table.deviation));
    const std::array<std::pair<FeatureNumber, const std::vector<float>*>, 10> reals{
        {{Max, &table.max}, {Min, &table.min}, {Skew, &table.skew}, {Q50, &table.q50},
            {Q90, &table.q90}, {Q99, &table.q99}, {TopTokenShare, &table.topTokenShare},
            {TokenEntropy, &table.tokenEntropy}, {TopBigramShare, &table.topBigramShare},
            {TopTrigramShare, &table.topTrigramShare}}};
    for (const auto& [number, values] : reals)
        put(run, scope, number, *values);
    // A dead latent has no token; a share of 0 says that there is no n-gram.
    std::vector<std::int32_t> tokens = bits(table.topToken);
    for (std::size_t latent = 0; latent < std::min(tokens.size(), table.count.size()); ++latent)
        if (table.count[latent] == 0)
            tokens[latent] = -1;
    put(run, scope, TopToken, tokens);
    putIntegers(run, scope, ngramNames[0], 2, ngramIds(table.topBigram, table.topBigramShare));
    putIntegers(run, scope, ngramNames[1], 3, ngramIds(table.topTrigram, table.topTrigramShare));
    transaction.commit();
}

void FeatureColumns::put(RunId run, const FeatureScope& scope, Ranking ranking, std::size_t size,
    std::span<const std::int32_t> ids, std::span<const float> values)
{
    const std::uint64_t latents = latentsOfScope(run, scope);
    const std::string_view name = rankingName(ranking);
    if (size == 0 || ids.size() != latents * size || values.size() != ids.size())
        refuse(name);
    if (ranksLatents(ranking))
        for (const std::int32_t id : ids)
            if (id >= 0 && static_cast<std::uint64_t>(id) >= latents)
                refuse(name);
    Transaction transaction(m_database);
    const ColumnInfo info = begin(run, scope, name);
    Results results(m_database);
    results.putIntegers(run, info.result(), latents, size, ids);
    results.put(run, info.values(),
        Matrix(latents, size, std::vector<float>(values.begin(), values.end())),
        ranking == Ranking::Partners ? Dtype::F32 : Dtype::F16);
    transaction.commit();
}

void FeatureColumns::putHistogram(RunId run, const FeatureScope& scope, std::size_t bins,
    std::span<const float> bounds, std::span<const std::int32_t> counts)
{
    const std::uint64_t latents = latentsOfScope(run, scope);
    if (bins == 0 || bounds.size() != latents * 2 || counts.size() != latents * bins)
        refuse(histogramName);
    Transaction transaction(m_database);
    const ColumnInfo info = begin(run, scope, histogramName);
    Results results(m_database);
    results.putIntegers(run, info.result(), latents, bins, counts);
    results.put(
        run, info.values(), Matrix(latents, 2, std::vector<float>(bounds.begin(), bounds.end())));
    transaction.commit();
}

std::vector<ColumnInfo> FeatureColumns::list(SourceId source)
{
    std::vector<ColumnInfo> columns;
    Statement row = m_database.prepare("SELECT c.id, c.run, c.sweep, c.name FROM feature_column c"
                                       " JOIN run ON run.id = c.run AND run.status = 'done'"
                                       " WHERE c.source = ?1 ORDER BY c.run, c.id");
    row.bind(source);
    while (row.step())
        columns.push_back({.id = row.integer(0),
            .run = row.id<RunId>(1),
            .sweep = row.optionalId<SweepId>(2),
            .name = row.text(3)});
    return columns;
}

FeatureColumn FeatureColumns::load(
    const ColumnInfo& info, FeatureNumber number, std::uint64_t latents)
{
    Results results(m_database);
    const std::string name = info.result();
    const std::optional<ResultInfo> stored = results.info(info.run, name);
    if (!stored || stored->rows != latents || stored->columns != 1)
        damaged(info);
    if (numberKind(number) == NumberKind::Real)
        return FeatureColumn(results.get(info.run, name).values());
    return FeatureColumn(numberKind(number), results.integers(info.run, name));
}

double FeatureColumns::at(const ColumnInfo& info, FeatureNumber number, std::uint32_t latent)
{
    Results results(m_database);
    FeatureColumn column;
    if (numberKind(number) == NumberKind::Real)
        column = FeatureColumn(results.row(info.run, info.result(), latent));
    else
        column = FeatureColumn(
            numberKind(number), results.integerRow(info.run, info.result(), latent));
    if (column.size() != 1)
        damaged(info);
    return column.at(0);
}

std::vector<Ranked> FeatureColumns::ranking(
    const ColumnInfo& info, Ranking ranking, std::uint64_t latents, std::uint32_t latent)
{
    Results results(m_database);
    const auto ids = results.integerRow(info.run, info.result(), latent);
    const auto values = results.row(info.run, info.values(), latent);
    if (ids.size() != values.size())
        damaged(info);
    std::vector<Ranked> entries;
    for (std::size_t i = 0; i < ids.size() && ids[i] >= 0; ++i) {
        entries.push_back({static_cast<std::uint32_t>(ids[i]), values[i]});
        if (ranksLatents(ranking) && entries.back().id >= latents)
            damaged(info);
    }
    return entries;
}

LogitHistogram FeatureColumns::histogram(const ColumnInfo& info, std::uint32_t latent)
{
    Results results(m_database);
    const auto bounds = results.row(info.run, info.values(), latent);
    LogitHistogram histogram;
    histogram.counts = results.integerRow(info.run, info.result(), latent);
    if (bounds.size() != 2 || std::ranges::any_of(histogram.counts, [](auto n) { return n < 0; }))
        damaged(info);
    histogram.least = bounds[0];
    histogram.greatest = bounds[1];
    return histogram;
}

std::vector<std::uint32_t> FeatureColumns::ngram(const ColumnInfo& info, std::uint32_t latent)
{
    const auto ids = Results(m_database).integerRow(info.run, info.result(), latent);
    if (std::ranges::any_of(ids, [](std::int32_t id) { return id < 0; }))
        return {};
    return {ids.begin(), ids.end()};
}

} // namespace microtome
