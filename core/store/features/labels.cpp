#include "core/store/features/labels.h"

#include "core/store/clock.h"
#include "core/store/features/search.h"
#include "core/store/features/sources.h"
#include "core/store/json.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr std::int64_t perSource = std::int64_t{1} << 40; ///< ids

std::int64_t firstId(FeatureKey feature)
{
    return packed(feature) * Labels::mostPerFeature;
}

const std::string labelQuery
    = "SELECT l.id, l.run, l.text, l.method, l.author, l.model, l.created FROM label l"
      " LEFT JOIN run ON run.id = l.run WHERE (l.run IS NULL OR run.status = 'done') ";

FeatureLabel labelFrom(const Statement& row)
{
    return {.id = row.id<LabelId>(0),
        .feature = unpacked(row.integer(0) / Labels::mostPerFeature),
        .run = row.optionalId<RunId>(1),
        .text = row.text(2),
        .method = row.text(3),
        .author = row.text(4),
        .model = row.text(5),
        .created = row.integer(6)};
}

/// The first id that none of the feature's labels has.
std::int64_t freeId(Database& database, FeatureKey feature)
{
    const std::int64_t first = firstId(feature);
    const std::int64_t end = first + Labels::mostPerFeature;
    Statement row = database.prepare("SELECT id FROM label WHERE id >= ?1 AND id < ?2 ORDER BY id");
    row.bind(first, end);
    std::int64_t id = first;
    while (row.step() && row.integer(0) == id)
        ++id;
    if (id == end)
        throw Error("A feature can have " + std::to_string(Labels::mostPerFeature)
            + " labels; remove one first.");
    return id;
}

} // namespace

LabelId Labels::add(const FeatureLabel& label)
{
    return add(std::span(&label, 1)).front();
}

std::vector<LabelId> Labels::add(std::span<const FeatureLabel> labels)
{
    std::vector<LabelId> ids;
    ids.reserve(labels.size());
    Transaction transaction(m_database);
    std::optional<RunId> running;
    for (const FeatureLabel& label : labels) {
        requireLatent(m_database, label.feature);
        if (label.run && label.run != running)
            requireRunning(m_database, *label.run);
        running = label.run;
        const std::int64_t id = freeId(m_database, label.feature);
        m_database
            .prepare("INSERT INTO label (id, run, text, method, author, model, created)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .bind(id, label.run, label.text, label.method, label.author, label.model,
                millisecondsNow())
            .run();
        ids.push_back(static_cast<LabelId>(id));
    }
    transaction.commit();
    return ids;
}

std::optional<FeatureLabel> Labels::get(LabelId id)
{
    Statement row = m_database.prepare(labelQuery + "AND l.id = ?1").bind(id);
    return row.step() ? std::optional(labelFrom(row)) : std::nullopt;
}

std::vector<FeatureLabel> Labels::of(FeatureKey feature)
{
    std::vector<FeatureLabel> labels;
    Statement row = m_database.prepare(
        labelQuery + "AND l.id >= ?1 AND l.id < ?2 ORDER BY l.created DESC, l.id DESC");
    row.bind(firstId(feature), firstId(feature) + mostPerFeature);
    while (row.step())
        labels.push_back(labelFrom(row));
    return labels;
}

void Labels::setText(LabelId id, const std::string& text)
{
    m_database.prepare("UPDATE label SET text = ?2 WHERE id = ?1").bind(id, text).run();
}

void Labels::remove(LabelId id)
{
    m_database.prepare("DELETE FROM label WHERE id = ?1").bind(id).run();
}

ScoreId Labels::addScore(const LabelScore& score)
{
    // What is no number was not measured; SQLite keeps it as null.
    const bool scored = score.value && !std::isnan(*score.value);
    if (score.run)
        requireRunning(m_database, *score.run);
    m_database
        .prepare("INSERT INTO label_score (label, run, scorer, status, value, n, low, high, detail,"
                 " seed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
        .bind(score.label, score.run, score.scorer, scored ? "scored" : "missing", score.value,
            score.n, score.low, score.high, jsonText(score.detail), score.seed)
        .run();
    return static_cast<ScoreId>(m_database.lastId());
}

std::vector<LabelScore> Labels::scores(LabelId label)
{
    std::vector<LabelScore> scores;
    Statement row = m_database.prepare(
        "SELECT s.id, s.label, s.run, s.scorer, s.value, s.n, s.low, s.high, s.detail, s.seed"
        " FROM label_score s LEFT JOIN run ON run.id = s.run"
        " WHERE s.label = ?1 AND (s.run IS NULL OR run.status = 'done') ORDER BY s.id");
    row.bind(label);
    while (row.step())
        scores.push_back({.id = row.id<ScoreId>(0),
            .label = row.id<LabelId>(1),
            .run = row.optionalId<RunId>(2),
            .scorer = row.text(3),
            .value = row.optionalReal(4),
            .n = row.integer(5),
            .low = row.optionalReal(6),
            .high = row.optionalReal(7),
            .detail = jsonFrom(row.text(8)),
            .seed = static_cast<std::uint64_t>(row.integer(9))});
    return scores;
}

void Labels::remove(ScoreId id)
{
    m_database.prepare("DELETE FROM label_score WHERE id = ?1").bind(id).run();
}

std::unordered_set<std::int64_t> Labels::hidden()
{
    std::unordered_set<std::int64_t> ids;
    Statement row = m_database.prepare("SELECT label.id FROM run JOIN label ON label.run = run.id"
                                       " WHERE run.status = 'running'");
    while (row.step())
        ids.insert(row.integer(0));
    return ids;
}

void Labels::keep(SourceId source, std::string_view words, std::span<std::uint8_t> mask)
{
    const std::unordered_set<std::int64_t> unseen = hidden();
    std::vector<std::uint8_t> labelled(mask.size());
    const auto found = [&](std::int64_t id) {
        const FeatureKey feature = unpacked(id / mostPerFeature);
        if (feature.latent < mask.size() && (unseen.empty() || !unseen.contains(id)))
            labelled[feature.latent] = 1;
    };
    const std::int64_t first = static_cast<std::int64_t>(source) * perSource;
    const std::int64_t last = first + perSource - 1;
    if (!searchExpression(words).empty()) {
        findTexts(m_database, "label_fts", words, first, last, found);
    } else {
        Statement row = m_database.prepare("SELECT id FROM label WHERE id BETWEEN ?1 AND ?2");
        row.bind(first, last);
        while (row.step())
            found(row.integer(0));
    }
    std::ranges::transform(mask, labelled, mask.begin(),
        [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a & b); });
}

} // namespace microtome
