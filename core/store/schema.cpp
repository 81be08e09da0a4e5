#include "core/store/schema.h"

#include "core/store/fault.h"
#include "core/store/schema_sql.h"

#include <algorithm>
#include <array>

namespace microtome {

namespace {

constexpr int pageSize = 16384;

void stamp(Database& database, int version)
{
    database.execute("PRAGMA user_version = " + std::to_string(version));
}

void layTables(Database& database)
{
    database.execute(firstSql);
    database.execute(featuresSql);
}

/// Names of tables of one type: table, virtual, shadow.
std::vector<std::string> tablesOf(Database& database, const char* type)
{
    std::vector<std::string> tables;
    Statement rows = database.prepare("SELECT s.name FROM sqlite_schema s"
                                      " JOIN pragma_table_list t ON t.name = s.name"
                                      " AND t.schema = 'main' AND t.type = ?1"
                                      " WHERE s.name NOT LIKE 'sqlite_%' ORDER BY s.rowid");
    rows.bind(type);
    while (rows.step())
        tables.push_back(rows.text(0));
    return tables;
}

} // namespace

std::span<const Migration> migrations()
{
    static const std::array<Migration, 1> steps{{{.to = 2, .sql = featuresSql}}};
    return steps;
}

Stamp readStamp(Database& database, int newest)
{
    const std::string file = quoted(database.path());
    const std::int64_t application = database.integer("PRAGMA application_id");
    const std::int64_t version = database.integer("PRAGMA user_version");
    const bool blank = database.integer("SELECT count(*) FROM sqlite_schema") == 0;
    if (blank && application == 0 && version == 0)
        return {.blank = true, .version = 0};
    if (application != applicationId || version < 1)
        throw Error(file + " belongs to another program, not to Microtome; choose another file.");
    if (version > newest)
        throw Error(file + " was made by a newer Microtome (project version "
            + std::to_string(version) + ", this one knows " + std::to_string(newest)
            + "); update Microtome to open it.");
    return {.blank = false, .version = static_cast<int>(version)};
}

void createSchema(Database& database)
{
    database.execute("PRAGMA page_size = " + std::to_string(pageSize));
    Transaction transaction(database);
    layTables(database);
    database.execute("PRAGMA application_id = " + std::to_string(applicationId));
    stamp(database, schemaVersion);
    transaction.commit();
}

void migrate(Database& database, std::span<const Migration> steps)
{
    const int newest = steps.empty() ? schemaVersion : steps.back().to;
    const int version = readStamp(database, newest).version;
    if (version == newest)
        return;

    std::filesystem::path backup = database.path();
    backup += ".v" + std::to_string(version) + ".bak";
    std::filesystem::remove(backup);
    database.prepare("VACUUM INTO ?1").bind(backup.string()).run();

    for (const Migration& step : steps) {
        if (step.to <= version)
            continue;
        Transaction transaction(database);
        database.execute(step.sql);
        stamp(database, step.to);
        transaction.commit();
    }
}

std::vector<std::string> schemaTables()
{
    Database model(":memory:", Database::Mode::Memory);
    layTables(model);
    return tablesOf(model, "table");
}

std::span<const TextIndex> textIndexes()
{
    static constexpr std::array<TextIndex, 2> indexes{
        {{"label", "label_fts"}, {"feature_context", "feature_context_fts"}}};
    return indexes;
}

void rebuildTextIndexes(Database& database)
{
    for (const auto& [table, index] : textIndexes())
        database.execute(
            std::string("INSERT INTO ") + index + " (" + index + ") VALUES ('rebuild')");
}

void followChanges(Database& database)
{
    // SQLite calls a trigger that writes an index of words untrusted, even a temporary one. What a
    // file brings stays harmless: its triggers and views are off, and no function that a check or a
    // computed column can name does anything but compute.
    database.execute("PRAGMA trusted_schema = ON");
    for (const auto& [table, index] : textIndexes()) {
        const std::string of = table;
        const std::string add
            = " INSERT INTO " + std::string(index) + " (rowid, text) VALUES (new.id, new.text); ";
        const std::string drop = " INSERT INTO " + std::string(index) + " (" + index
            + ", rowid, text) VALUES ('delete', old.id, old.text); ";
        database.execute("CREATE TEMP TRIGGER " + of + "_added AFTER INSERT ON main." + of
            + " BEGIN" + add + "END; CREATE TEMP TRIGGER " + of + "_gone AFTER DELETE ON main." + of
            + " BEGIN" + drop + "END; CREATE TEMP TRIGGER " + of
            + "_changed AFTER UPDATE OF id, text ON main." + of + " BEGIN" + drop + add + "END;");
    }
    database.execute(
        "CREATE TEMP TRIGGER feature_column_gone AFTER DELETE ON main.feature_column BEGIN"
        " DELETE FROM result WHERE run = old.run AND name IN (old.name || '@' || old.id,"
        " old.name || '@' || old.id || ' values'); END;"
        "CREATE TEMP TRIGGER feature_source_gone AFTER DELETE ON main.feature_source BEGIN"
        " DELETE FROM note WHERE target_kind = 'feature' AND target_id >> 32 = old.id; END;");
}

std::vector<std::string> schemaColumns(Database& database, const std::string& table)
{
    std::vector<std::string> columns;
    Statement rows = database.prepare("SELECT name FROM pragma_table_info(?1)").bind(table);
    while (rows.step())
        columns.push_back(rows.text(0));
    return columns;
}

std::vector<std::string> schemaFaults(Database& database)
{
    Database model(":memory:", Database::Mode::Memory);
    layTables(model);
    std::vector<std::string> faults;
    std::vector<std::string> tables = tablesOf(model, "table");
    std::ranges::copy(tablesOf(model, "virtual"), std::back_inserter(tables));
    for (const std::string& table : tables) {
        const std::vector<std::string> present = schemaColumns(database, table);
        for (const std::string& column : schemaColumns(model, table))
            if (std::ranges::find(present, column) == present.end())
                faults.push_back("The table “" + table + "” lacks its column “" + column + "”.");
    }
    return faults;
}

} // namespace microtome
