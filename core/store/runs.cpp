#include "core/store/runs.h"

#include "core/store/clock.h"
#include "core/store/json.h"
#include "core/work/sha256.h"

#include <array>

namespace microtome {

namespace {

constexpr std::array<const char*, 3> statusNames{"running", "done", "failed"};

const char* statusName(RunStatus status)
{
    return statusNames[static_cast<std::size_t>(status)];
}

const std::string runQuery
    = "SELECT id, kind, model, checkpoint, prompt, second_prompt, edits, settings, seed, engine,"
      " started, finished, seconds, status, failure, title, pinned FROM run ";

Run runFrom(const Statement& row)
{
    Run run;
    run.id = row.id<RunId>(0);
    run.key = {.kind = row.text(1),
        .model = row.optionalId<ModelId>(2),
        .checkpoint = row.optionalId<CheckpointId>(3),
        .prompt = row.optionalId<PromptId>(4),
        .secondPrompt = row.optionalId<PromptId>(5),
        .edits = jsonFrom(row.text(6)),
        .settings = jsonFrom(row.text(7)),
        .seed = static_cast<std::uint64_t>(row.integer(8))};
    run.engine = row.text(9);
    run.started = row.integer(10);
    run.finished = row.optionalId<std::int64_t>(11);
    run.seconds = row.optionalReal(12);
    const std::string status = row.text(13);
    run.status = status == "done" ? RunStatus::Done
        : status == "failed"      ? RunStatus::Failed
                                  : RunStatus::Running;
    run.failure = row.text(14);
    run.title = row.text(15);
    run.pinned = row.integer(16) != 0;
    return run;
}

void requireRunning(const Database& database)
{
    if (database.changes() == 0)
        throw Error("This run was finished or removed before; run it again.");
}

} // namespace

std::string RunKey::settingsHash() const
{
    const std::string text
        = jsonText(nlohmann::json{{"settings", settings}, {"edits", edits}, {"seed", seed}});
    return sha256(std::as_bytes(std::span(text)));
}

RunId Runs::begin(const RunKey& key, const std::string& engine)
{
    m_database
        .prepare("INSERT INTO run (kind, model, checkpoint, prompt, second_prompt, edits, settings,"
                 " settings_hash, engine, seed, started, status)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'running')")
        .bind(key.kind, key.model, key.checkpoint, key.prompt, key.secondPrompt,
            jsonText(key.edits), jsonText(key.settings), key.settingsHash(), engine, key.seed,
            millisecondsNow())
        .run();
    return static_cast<RunId>(m_database.lastId());
}

void Runs::commit(RunId id)
{
    Transaction transaction(m_database);
    std::optional<RunId> older;
    {
        Statement row = m_database.prepare(
            "SELECT o.id FROM run o JOIN run n ON o.settings_hash = n.settings_hash"
            " AND o.status = 'done' AND o.kind = n.kind AND o.model IS n.model"
            " AND o.checkpoint IS n.checkpoint AND o.prompt IS n.prompt"
            " AND o.second_prompt IS n.second_prompt WHERE n.id = ?1 AND n.status = 'running'");
        row.bind(id);
        if (row.step())
            older = row.id<RunId>(0);
    }
    if (older) {
        m_database
            .prepare("UPDATE run SET pinned = o.pinned, title = o.title FROM run o"
                     " WHERE run.id = ?1 AND o.id = ?2")
            .bind(id, *older)
            .run();
        for (const char* kept : {"view_state", "feature_source"})
            m_database.prepare(std::string("UPDATE ") + kept + " SET run = ?1 WHERE run = ?2")
                .bind(id, *older)
                .run();
        m_database
            .prepare("UPDATE note SET target_id = ?1 WHERE target_kind = 'run' AND target_id = ?2")
            .bind(id, *older)
            .run();
        remove(*older);
    }
    // Sources that another run has begun and this one uses are this one's: they must not go with
    // it.
    m_database
        .prepare("UPDATE feature_source SET run = ?1 WHERE run <> ?1"
                 " AND run IN (SELECT id FROM run WHERE status = 'running') AND id IN"
                 " (SELECT source FROM feature_sweep WHERE run = ?1"
                 " UNION SELECT source FROM feature_check WHERE run = ?1"
                 " UNION SELECT source FROM feature_column WHERE run = ?1"
                 " UNION SELECT source FROM label WHERE run = ?1)")
        .bind(id)
        .run();
    m_database
        .prepare("UPDATE run SET status = 'done', finished = ?2,"
                 " seconds = max(0, ?2 - started) / 1000.0 WHERE id = ?1 AND status = 'running'")
        .bind(id, millisecondsNow())
        .run();
    requireRunning(m_database);
    transaction.commit();
}

void Runs::fail(RunId id, const std::string& sentence)
{
    Transaction transaction(m_database);
    m_database
        .prepare("UPDATE run SET status = 'failed', failure = ?3, finished = ?2,"
                 " seconds = max(0, ?2 - started) / 1000.0 WHERE id = ?1 AND status = 'running'")
        .bind(id, millisecondsNow(), sentence)
        .run();
    requireRunning(m_database);
    for (const char* table : {"result", "feature_source", "feature_check", "feature_sweep",
             "feature_column", "label", "label_score"})
        m_database.prepare(std::string("DELETE FROM ") + table + " WHERE run = ?1").bind(id).run();
    transaction.commit();
}

std::optional<RunId> Runs::find(const RunKey& key)
{
    Statement row = m_database.prepare("SELECT id FROM run WHERE settings_hash = ?1 AND kind = ?2"
                                       " AND status = 'done' AND model IS ?3 AND checkpoint IS ?4"
                                       " AND prompt IS ?5 AND second_prompt IS ?6");
    row.bind(key.settingsHash(), key.kind, key.model, key.checkpoint, key.prompt, key.secondPrompt);
    return row.step() ? std::optional(row.id<RunId>(0)) : std::nullopt;
}

std::optional<Run> Runs::get(RunId id)
{
    Statement row = m_database.prepare(runQuery + "WHERE id = ?1").bind(id);
    return row.step() ? std::optional(runFrom(row)) : std::nullopt;
}

std::vector<Run> Runs::list(const RunFilter& filter)
{
    std::optional<std::string> status;
    if (filter.status)
        status = statusName(*filter.status);
    Statement row = m_database.prepare(runQuery
        + "WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR model = ?2)"
          " AND (?3 IS NULL OR checkpoint = ?3) AND (?4 IS NULL OR ?4 IN (prompt, second_prompt))"
          " AND (?5 IS NULL OR status = ?5) AND (?6 IS NULL OR pinned = ?6)"
          " AND (?7 IS NULL OR id < ?7) ORDER BY id DESC LIMIT ?8");
    row.bind(filter.kind, filter.model, filter.checkpoint, filter.prompt, status, filter.pinned,
        filter.before, filter.limit);
    std::vector<Run> runs;
    while (row.step())
        runs.push_back(runFrom(row));
    return runs;
}

void Runs::setTitle(RunId id, const std::string& title)
{
    m_database.prepare("UPDATE run SET title = ?2 WHERE id = ?1").bind(id, title).run();
}

void Runs::setPinned(RunId id, bool pinned)
{
    m_database.prepare("UPDATE run SET pinned = ?2 WHERE id = ?1").bind(id, pinned).run();
}

void Runs::remove(RunId id)
{
    Transaction transaction(m_database);
    m_database.prepare("DELETE FROM note WHERE target_kind = 'run' AND target_id = ?1")
        .bind(id)
        .run();
    m_database
        .prepare("DELETE FROM feature_source WHERE run IN"
                 " (SELECT id FROM run WHERE id = ?1 AND status = 'running')")
        .bind(id)
        .run();
    m_database.prepare("DELETE FROM run WHERE id = ?1").bind(id).run();
    transaction.commit();
}

std::int64_t Runs::removeRunning()
{
    Transaction transaction(m_database);
    m_database.execute("DELETE FROM feature_source WHERE run IN"
                       " (SELECT id FROM run WHERE status = 'running')");
    m_database.prepare("DELETE FROM run WHERE status = 'running'").run();
    const std::int64_t count = m_database.changes();
    transaction.commit();
    return count;
}

} // namespace microtome
