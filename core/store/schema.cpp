#include "core/store/schema.h"

#include "core/store/fault.h"
#include "core/store/schema_sql.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr int pageSize = 16384;

void stamp(Database& database, int version)
{
    database.execute("PRAGMA user_version = " + std::to_string(version));
}

} // namespace

std::span<const Migration> migrations()
{
    return {}; // version 1 is the first
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
    database.execute(schemaSql);
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
    model.execute(schemaSql);
    std::vector<std::string> tables;
    Statement rows = model.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'"
                                   " AND name NOT LIKE 'sqlite_%' ORDER BY rowid");
    while (rows.step())
        tables.push_back(rows.text(0));
    return tables;
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
    model.execute(schemaSql);
    std::vector<std::string> faults;
    for (const std::string& table : schemaTables()) {
        const std::vector<std::string> present = schemaColumns(database, table);
        for (const std::string& column : schemaColumns(model, table))
            if (std::ranges::find(present, column) == present.end())
                faults.push_back("The table “" + table + "” lacks its column “" + column + "”.");
    }
    return faults;
}

} // namespace microtome
