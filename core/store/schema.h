#pragma once

#include "core/store/database.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace microtome {

/// The schema version that this program writes, kept as the file's user_version.
constexpr int schemaVersion = 2;

/// 'MTOM': the file's application_id, by which other programs recognise a project.
constexpr std::int32_t applicationId = 0x4d544f4d;

/// One step from version `to` - 1 to version `to`, in SQL. Each step runs in its own transaction.
struct Migration {
    int to;
    std::string sql;
};

/// The steps that bring any older file to schemaVersion.
std::span<const Migration> migrations();

/// What a file says that it is.
struct Stamp {
    bool blank = false; ///< no table yet: an empty file
    int version = 0;
};

/// Reads the stamp; refuses foreign files and files of a version newer than `newest`.
Stamp readStamp(Database& database, int newest = schemaVersion);

/// Lays the current schema into an empty file.
void createSchema(Database& database);

/// Brings an older file up to date, after writing a copy of it beside (`name.v1.bak`).
void migrate(Database& database, std::span<const Migration> steps);

/// What the tables lack of what this version expects, one sentence each.
std::vector<std::string> schemaFaults(Database& database);

/// The tables of the current schema, those that others refer to first, without indexes of words.
std::vector<std::string> schemaTables();

/// An index of words (FTS5) over the column `text` of a table.
struct TextIndex {
    const char* table;
    const char* index;
};
std::span<const TextIndex> textIndexes();

/// Makes the indexes of words anew from the texts.
void rebuildTextIndexes(Database& database);

/// From now on this connection keeps the indexes of words in step with the texts, drops the numbers
/// of columns that go and the notes on features that go. By temporary triggers, which belong to the
/// connection: those in a file never run.
void followChanges(Database& database);

/// The columns of a table that exists.
std::vector<std::string> schemaColumns(Database& database, const std::string& table);

} // namespace microtome
