#include "core/store/salvage.h"

#include "core/store/check.h"
#include "core/store/fault.h"
#include "core/store/features/check.h"
#include "core/store/file.h"
#include "core/store/prompts.h"
#include "core/store/runs.h"

#include <algorithm>

namespace microtome {

namespace fs = std::filesystem;

namespace {

/// One table on its way from the damaged file into the new one.
class TableCopy {
public:
    TableCopy(Database& from, Database& to, const std::string& table)
        : m_from(from)
        , m_to(to)
        , m_table(table)
    {
        const std::vector<std::string> present = schemaColumns(from, table);
        for (const std::string& column : schemaColumns(to, table)) {
            if (std::ranges::find(present, column) == present.end()) {
                m_complete = false;
                continue;
            }
            m_columns += (m_columns.empty() ? "" : ", ") + column;
            m_places += (m_places.empty() ? "?" : ", ?") + std::to_string(++m_count);
        }
    }

    /// Takes rows from the front until one cannot be read, then from the back. False when some were
    /// left out.
    bool run()
    {
        if (m_count == 0)
            return false;
        if (!m_columns.starts_with("id, ")) // the key is of several columns, or text
            return take("", false) && m_complete;
        if (take("ORDER BY id", false))
            return m_complete;
        take("ORDER BY id DESC", true);
        return false;
    }

private:
    bool take(const std::string& order, bool fromTheBack)
    {
        try {
            Statement source
                = m_from.prepare("SELECT " + m_columns + " FROM " + m_table + " " + order);
            while (source.step()) {
                if (fromTheBack && source.integer(0) <= m_last)
                    return true;
                insert(source);
                m_last = fromTheBack ? m_last : source.integer(0);
            }
            return true;
        } catch (const DatabaseError& error) {
            if (isFull(error))
                throw;
            return false;
        }
    }

    void insert(const Statement& source)
    {
        Statement target = m_to.prepare(
            "INSERT OR IGNORE INTO " + m_table + " (" + m_columns + ") VALUES (" + m_places + ")");
        target.bindRow(source, m_count);
        target.run();
    }

    Database& m_from;
    Database& m_to;
    std::string m_table;
    std::string m_columns; // the first is the id, where there is one
    std::string m_places;
    int m_count = 0;
    bool m_complete = true; ///< no column is missing
    std::int64_t m_last = 0;
};

void copyTables(Database& from, Database& to, std::vector<std::string>& lost)
{
    to.execute("PRAGMA foreign_keys = OFF");
    Transaction transaction(to);
    for (const std::string& table : schemaTables()) {
        bool whole = false;
        try {
            whole = TableCopy(from, to, table).run();
        } catch (const DatabaseError& error) {
            if (isFull(error))
                throw;
        }
        if (!whole)
            lost.push_back("Part of the table “" + table + "” could not be read.");
    }
    transaction.commit();
    to.execute("PRAGMA foreign_keys = ON");
}

/// A reference from one table to another, by id.
struct Reference {
    std::string table;
    std::string column;
    std::string parent;
    bool loose = false; ///< the row stays without it
};

std::vector<Reference> references(Database& database)
{
    std::vector<Reference> all;
    for (const std::string& table : schemaTables()) {
        Statement row = database.prepare(
            "SELECT \"from\", \"table\", on_delete FROM pragma_foreign_key_list(?1)");
        row.bind(table);
        while (row.step())
            all.push_back({.table = table,
                .column = row.text(0),
                .parent = row.text(1),
                .loose = row.text(2) == "SET NULL"});
    }
    return all;
}

void dropDangling(Database& database, std::vector<std::string>& lost)
{
    Transaction transaction(database);
    std::int64_t dropped = 0;
    // Those that others refer to come first, so that once round is enough.
    for (const auto& [table, column, parent, loose] : references(database)) {
        const std::string dangling = column + " NOT IN (SELECT id FROM " + parent + ")";
        if (loose) {
            database.execute("UPDATE " + table + " SET " + column + " = NULL WHERE " + dangling);
            continue;
        }
        database.prepare("DELETE FROM " + table + " WHERE " + dangling).run();
        dropped += database.changes();
    }
    transaction.commit();
    if (dropped > 0)
        lost.push_back(std::to_string(dropped) + " rows belonged to something that is lost.");
}

void dropUnsound(Database& database, std::vector<std::string>& lost)
{
    for (const auto& [table, column] : jsonColumns())
        database.execute(std::string("UPDATE ") + table + " SET " + column
            + " = '{}' WHERE NOT json_valid(" + column + ")");
    Runs(database).removeRunning();
    dropStrayFeatures(database, lost);
    const Problems problems = findProblems(database, {});
    for (const RunId id : problems.runs) {
        Runs(database).remove(id);
        lost.push_back(
            "Run " + std::to_string(static_cast<std::int64_t>(id)) + " was damaged; run it again.");
    }
    for (const PromptId id : problems.prompts) {
        Prompts(database).remove(id);
        lost.push_back("Prompt " + std::to_string(static_cast<std::int64_t>(id))
            + " was damaged; enter it again.");
    }
}

bool isSound(const fs::path& path)
{
    try {
        openForReading(path);
        Database database(path, Database::Mode::ReadWrite); // which can check more
        return findProblems(database, {}).sentences.empty();
    } catch (const Error&) {
        return false;
    }
}

} // namespace

std::vector<std::string> salvage(const fs::path& path)
{
    if (!canWrite(path))
        throw Error(
            "You are not allowed to write " + quoted(path) + "; copy it to another folder first.");
    refuseWhileOpen(path);
    if (isSound(path))
        return {};

    std::vector<std::string> lost;
    const fs::path beside = withSuffix(path, ".repaired");
    fs::remove(beside);
    try {
        {
            Database from(path, Database::Mode::ReadWrite); // recovers a write-ahead log
            readStamp(from);
            Database to(beside, Database::Mode::Create);
            createSchema(to);
            copyTables(from, to, lost);
            for (const auto& [table, index] : textIndexes())
                if (schemaColumns(from, index).empty())
                    lost.push_back(std::string("The index of words of the table “") + table
                        + "” was made anew.");
            rebuildTextIndexes(to);
            followChanges(to);
            dropDangling(to, lost);
            dropUnsound(to, lost);
        }
        fs::copy_file(path, withSuffix(path, ".damaged"), fs::copy_options::overwrite_existing);
        replaceFile(beside, path);
    } catch (...) {
        std::error_code error;
        fs::remove(beside, error);
        throw;
    }
    return lost;
}

} // namespace microtome
