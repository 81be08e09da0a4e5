#include "core/store/check.h"

#include "core/store/features/check.h"
#include "core/store/prompts.h"
#include "core/store/results.h"
#include "core/store/runs.h"
#include "core/store/schema.h"

#include <array>
#include <functional>

namespace microtome {

namespace {

std::string number(RunId id)
{
    return std::to_string(static_cast<std::int64_t>(id));
}

void checkStructure(Database& database, Problems& problems)
{
    for (std::string& fault : schemaFaults(database))
        problems.sentences.push_back(std::move(fault));
    Statement row = database.prepare("PRAGMA integrity_check(20)");
    while (row.step())
        if (row.text(0) != "ok")
            problems.sentences.push_back("The file's structure is damaged: " + row.text(0) + ".");
}

void checkReferences(Database& database, Problems& problems)
{
    Statement row = database.prepare("PRAGMA foreign_key_check");
    while (row.step())
        problems.sentences.push_back("Row " + row.text(1) + " of the table “" + row.text(0)
            + "” refers to something in “" + row.text(2) + "” that is not there.");
}

void checkRuns(Database& database, const std::set<RunId>& active, Problems& problems)
{
    Statement row = database.prepare("SELECT id, status, settings_hash FROM run ORDER BY id");
    while (row.step()) {
        const auto id = row.id<RunId>(0);
        if (row.text(1) == "running" && !active.contains(id))
            problems.sentences.push_back("Run " + number(id)
                + " was interrupted; opening the project for writing removes it.");
        bool whole = false;
        try {
            const std::optional<Run> run = Runs(database).get(id);
            whole = run && run->key.settingsHash() == row.text(2);
        } catch (const Error&) {
            whole = false;
        }
        if (!whole && problems.runs.insert(id).second)
            problems.sentences.push_back(
                "The settings of run " + number(id) + " are damaged; run it again.");
    }
}

void checkResults(Database& database, Problems& problems)
{
    const auto damaged = [&](RunId id, const std::string& name) {
        if (problems.runs.insert(id).second)
            problems.sentences.push_back(
                "The result “" + name + "” of run " + number(id) + " is damaged; run it again.");
    };
    std::vector<RunId> done;
    {
        Statement row = database.prepare("SELECT id FROM run WHERE status = 'done' ORDER BY id");
        while (row.step())
            done.push_back(row.id<RunId>(0));
    }
    for (const RunId id : done) {
        try { // shapes against blobs
            Results(database).list(id);
        } catch (const Error&) {
            damaged(id, "shape");
        }
        std::string name;
        try { // each blob against its summary
            Statement row = database.prepare("SELECT name, dtype, least, greatest, mean, data"
                                             " FROM result WHERE run = ?1 ORDER BY id");
            row.bind(id);
            while (row.step()) {
                name = row.text(0);
                const std::optional<Dtype> dtype = dtypeNamed(row.text(1));
                const Summary kept{row.optionalReal(2), row.optionalReal(3), row.optionalReal(4)};
                if (!dtype || summarize(row.blob(5), *dtype) != kept)
                    damaged(id, name);
            }
            for (const ResultInfo& info : Results(database).list(id))
                if (name = info.name; info.dtype == Dtype::Json)
                    Results(database).json(id, name);
        } catch (const Error&) {
            damaged(id, name);
        }
    }
}

void checkPrompts(Database& database, Problems& problems)
{
    Statement row = database.prepare("SELECT id, length(ids), length(offsets) FROM prompt");
    while (row.step()) {
        const auto id = row.id<PromptId>(0);
        const std::int64_t ids = row.integer(1);
        const std::int64_t offsets = row.integer(2);
        bool whole = ids % 4 == 0 && (offsets == 0 || offsets == 2 * ids);
        try {
            Prompts(database).get(id);
        } catch (const Error&) {
            whole = false;
        }
        if (!whole && problems.prompts.insert(id).second)
            problems.sentences.push_back("Prompt " + row.text(0) + " is damaged; enter it again.");
    }
}

void checkJson(Database& database, Problems& problems)
{
    for (const auto& [table, column] : jsonColumns()) {
        const std::int64_t count = database.integer(
            std::string("SELECT count(*) FROM ") + table + " WHERE NOT json_valid(" + column + ")");
        if (count > 0)
            problems.sentences.push_back(std::to_string(count) + " rows of the table “" + table
                + "” hold a damaged description.");
    }
}

} // namespace

std::span<const JsonColumn> jsonColumns()
{
    static constexpr std::array<JsonColumn, 9> columns{
        {{"model", "description"}, {"view_state", "state"}, {"bookmark", "focus"},
            {"vector", "provenance"}, {"feature_source", "declared"}, {"feature_check", "excluded"},
            {"feature_check", "verdict"}, {"label_score", "detail"}, {"feature_filter", "query"}}};
    return columns;
}

Problems findProblems(Database& database, const std::set<RunId>& active)
{
    Problems problems;
    const std::vector<std::function<void()>> checks{
        [&] { checkStructure(database, problems); },
        [&] { checkReferences(database, problems); },
        [&] { checkRuns(database, active, problems); },
        [&] { checkResults(database, problems); },
        [&] { checkPrompts(database, problems); },
        [&] { checkJson(database, problems); },
        [&] { checkFeatures(database, problems); },
    };
    for (const auto& check : checks) {
        try {
            check();
        } catch (const Error& error) {
            problems.sentences.push_back(error.what());
        }
    }
    return problems;
}

} // namespace microtome
