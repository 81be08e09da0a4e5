#include "core/store/features/sources.h"

#include "core/store/json.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace microtome {

namespace {

constexpr std::array<std::string_view, 6> kindNames{
    "dictionary", "neurons", "heads", "components", "codes", "directions"};

// What others may see: what was made without a run, or by one that is done.
const std::string sourceQuery
    = "SELECT s.id, s.model, s.run, s.kind, s.name, s.read_site, s.write_site, s.latents, s.width,"
      " s.path, s.hash, s.declared FROM feature_source s LEFT JOIN run ON run.id = s.run"
      " WHERE (s.run IS NULL OR run.status = 'done') ";
const std::string checkQuery
    = "SELECT c.id, c.source, c.run, c.corpus, c.tokens, c.fvu, c.l0, c.dead, c.dense,"
      " c.ce_original, c.ce_replaced, c.ce_ablated, c.kl, c.excluded, c.verdict"
      " FROM feature_check c JOIN run ON run.id = c.run AND run.status = 'done'"
      " WHERE c.source = ?1 ORDER BY c.id DESC";
const std::string sweepQuery
    = "SELECT s.id, s.source, s.run, s.corpus, s.corpus_hash, s.tokens, s.index_path"
      " FROM feature_sweep s JOIN run ON run.id = s.run AND run.status = 'done'"
      " WHERE s.source = ?1 ORDER BY s.id DESC";

FeatureSource sourceFrom(const Statement& row)
{
    const auto kind = std::ranges::find(kindNames, row.text(3));
    const std::int64_t latents = row.integer(7);
    if (kind == kindNames.end() || latents < 1 || static_cast<std::uint64_t>(latents) > maxLatents)
        throw Error("The source of features “" + row.text(4) + "” is damaged; load it again.");
    return {.id = row.id<SourceId>(0),
        .model = row.id<ModelId>(1),
        .run = row.optionalId<RunId>(2),
        .kind = static_cast<SourceKind>(kind - kindNames.begin()),
        .name = row.text(4),
        .readSite = row.text(5),
        .writeSite = row.text(6),
        .latents = static_cast<std::uint64_t>(latents),
        .width = static_cast<std::uint64_t>(row.integer(8)),
        .path = row.text(9),
        .hash = row.text(10),
        .declared = jsonFrom(row.text(11))};
}

FeatureCheck checkFrom(const Statement& row)
{
    FeatureCheck check{.id = row.id<CheckId>(0),
        .source = row.id<SourceId>(1),
        .run = row.id<RunId>(2),
        .corpus = row.text(3),
        .tokens = static_cast<std::uint64_t>(row.integer(4)),
        .fvu = row.optionalReal(5),
        .l0 = row.optionalReal(6),
        .dead = row.optionalReal(7),
        .dense = row.optionalReal(8),
        .ceOriginal = row.optionalReal(9),
        .ceReplaced = row.optionalReal(10),
        .ceAblated = row.optionalReal(11),
        .kl = row.optionalReal(12),
        .excluded = jsonFrom(row.text(13)),
        .verdict = {}};
    for (const nlohmann::json& sentence : jsonFrom(row.text(14)))
        if (sentence.is_string())
            check.verdict.push_back(sentence.get<std::string>());
    return check;
}

FeatureSweep sweepFrom(const Statement& row)
{
    FeatureSweep sweep{.id = row.id<SweepId>(0),
        .source = row.id<SourceId>(1),
        .run = row.id<RunId>(2),
        .corpus = row.text(3),
        .corpusHash = row.text(4),
        .tokens = static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.integer(5))),
        .indexPath = row.text(6)};
    if (!staysBelow(sweep.indexPath))
        throw Error("The index of a sweep over “" + sweep.corpus
            + "” is said to lie outside the project's folder; sweep it again.");
    return sweep;
}

} // namespace

std::string_view kindName(SourceKind kind)
{
    return kindNames[static_cast<std::size_t>(kind)];
}

bool staysBelow(const std::string& path)
{
    const std::filesystem::path parts(path);
    return !parts.is_absolute()
        && std::none_of(parts.begin(), parts.end(), [](const auto& part) { return part == ".."; });
}

void requireRunning(Database& database, RunId run)
{
    Statement row = database.prepare("SELECT 1 FROM run WHERE id = ?1 AND status = 'running'");
    if (!row.bind(run).step())
        throw Error("Results can be added to a running run only; run it again.");
}

std::uint64_t latentsOf(Database& database, SourceId source)
{
    Statement row = database.prepare("SELECT latents FROM feature_source WHERE id = ?1");
    if (!row.bind(source).step())
        throw Error("This source of features is not in the project; load it again.");
    return static_cast<std::uint64_t>(row.integer(0));
}

void requireLatent(Database& database, FeatureKey key)
{
    const std::uint64_t latents = latentsOf(database, key.source);
    if (key.latent >= latents)
        throw Error("There is no latent " + std::to_string(key.latent) + ": its source has "
            + std::to_string(latents) + "; choose a smaller number.");
}

SourceId FeatureSources::add(const FeatureSource& source)
{
    if (source.latents < 1 || source.latents > maxLatents)
        throw Error("The source of features “" + source.name + "” has "
            + std::to_string(source.latents) + " latents; from 1 to " + std::to_string(maxLatents)
            + " can be kept.");
    if (source.run)
        requireRunning(m_database, *source.run);
    Statement row = m_database.prepare(
        "INSERT INTO feature_source (model, run, kind, name, read_site, write_site, latents, width,"
        " path, hash, declared) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        " ON CONFLICT (model, kind, name, hash, read_site) DO UPDATE SET"
        " write_site = excluded.write_site, path = excluded.path, declared = excluded.declared"
        " WHERE latents = excluded.latents AND width = excluded.width RETURNING id");
    row.bind(source.model, source.run, kindName(source.kind), source.name, source.readSite,
        source.writeSite, source.latents, source.width, source.path, source.hash,
        jsonText(source.declared));
    if (!row.step())
        throw Error("The project holds another source “" + source.name
            + "” of other sizes; give this one another name.");
    const auto id = row.id<SourceId>(0);
    row.run();
    return id;
}

std::optional<FeatureSource> FeatureSources::get(SourceId id)
{
    Statement row = m_database.prepare(sourceQuery + "AND s.id = ?1").bind(id);
    return row.step() ? std::optional(sourceFrom(row)) : std::nullopt;
}

std::vector<FeatureSource> FeatureSources::list(std::optional<ModelId> model)
{
    std::vector<FeatureSource> sources;
    Statement row
        = m_database.prepare(sourceQuery + "AND (?1 IS NULL OR s.model = ?1) ORDER BY s.id");
    row.bind(model);
    while (row.step())
        sources.push_back(sourceFrom(row));
    return sources;
}

void FeatureSources::setPath(SourceId id, const std::string& path)
{
    m_database.prepare("UPDATE feature_source SET path = ?2 WHERE id = ?1").bind(id, path).run();
}

void FeatureSources::remove(SourceId id)
{
    m_database.prepare("DELETE FROM feature_source WHERE id = ?1").bind(id).run();
}

CheckId FeatureSources::addCheck(const FeatureCheck& check)
{
    requireRunning(m_database, check.run);
    m_database
        .prepare("INSERT INTO feature_check (source, run, corpus, tokens, fvu, l0, dead, dense,"
                 " ce_original, ce_replaced, ce_ablated, kl, excluded, verdict)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")
        .bind(check.source, check.run, check.corpus, check.tokens, check.fvu, check.l0, check.dead,
            check.dense, check.ceOriginal, check.ceReplaced, check.ceAblated, check.kl,
            jsonText(check.excluded), jsonText(nlohmann::json(check.verdict)))
        .run();
    return static_cast<CheckId>(m_database.lastId());
}

std::vector<FeatureCheck> FeatureSources::checks(SourceId source)
{
    std::vector<FeatureCheck> checks;
    Statement row = m_database.prepare(checkQuery).bind(source);
    while (row.step())
        checks.push_back(checkFrom(row));
    return checks;
}

SweepId FeatureSources::addSweep(const FeatureSweep& sweep)
{
    requireRunning(m_database, sweep.run);
    if (!staysBelow(sweep.indexPath))
        throw Error("The index “" + sweep.indexPath
            + "” lies outside the project's folder; keep it beside the project.");
    m_database
        .prepare("INSERT INTO feature_sweep (source, run, corpus, corpus_hash, tokens, index_path)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(
            sweep.source, sweep.run, sweep.corpus, sweep.corpusHash, sweep.tokens, sweep.indexPath)
        .run();
    return static_cast<SweepId>(m_database.lastId());
}

std::vector<FeatureSweep> FeatureSources::sweeps(SourceId source)
{
    std::vector<FeatureSweep> sweeps;
    Statement row = m_database.prepare(sweepQuery).bind(source);
    while (row.step())
        sweeps.push_back(sweepFrom(row));
    return sweeps;
}

} // namespace microtome
