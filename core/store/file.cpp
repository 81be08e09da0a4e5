#include "core/store/file.h"

#include "core/store/fault.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>

namespace microtome {

namespace fs = std::filesystem;

namespace {

fs::path folderOf(const fs::path& path)
{
    return fs::absolute(path).parent_path();
}

bool permits(const fs::path& path, int mode)
{
    return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

std::string size(std::uint64_t bytes)
{
    char text[32];
    if (bytes >= 1'000'000'000)
        std::snprintf(text, sizeof text, "%.1f GB", static_cast<double>(bytes) / 1e9);
    else
        std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text;
}

void requireFile(const fs::path& path)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status))
        throw Error(quoted(path) + " is a folder; choose a project file.");
    if (!fs::exists(status))
        throw Error(quoted(path) + " does not exist; check the path, or make a new project there.",
            path.string());
    if (!fs::is_regular_file(status))
        throw Error(quoted(path) + " is not a file; choose a project file.");
    if (!permits(path, R_OK))
        throw Error("You are not allowed to read " + quoted(path) + "; ask its owner.");
}

/// Bytes in the write-ahead log that an interrupted program left.
std::uintmax_t logBytes(const fs::path& path)
{
    std::error_code error;
    const auto bytes = fs::file_size(withSuffix(path, "-wal"), error);
    return error ? 0 : bytes;
}

void requireTables(Database& database)
{
    if (!schemaFaults(database).empty())
        throw Error(faultSentence(SQLITE_SCHEMA, database.path()), schemaFaults(database).front());
}

} // namespace

fs::path withSuffix(const fs::path& path, const std::string& suffix)
{
    fs::path longer = path;
    longer += suffix;
    return longer;
}

bool canWrite(const fs::path& path)
{
    std::error_code error;
    return permits(folderOf(path), W_OK) && (!fs::exists(path, error) || permits(path, W_OK));
}

std::unique_ptr<Database> openForWriting(
    const fs::path& path, bool create, std::span<const Migration> steps)
{
    std::error_code error;
    if (!create || fs::exists(path, error))
        requireFile(path);
    else if (!fs::is_directory(folderOf(path), error))
        throw Error(
            "The folder for " + quoted(path) + " does not exist; make it first.", path.string());
    if (!canWrite(path))
        throw Error(
            "You are not allowed to write " + quoted(path) + " there; choose another folder.");

    auto database = std::make_unique<Database>(
        path, create ? Database::Mode::Create : Database::Mode::ReadWrite);
    const int newest = steps.empty() ? schemaVersion : steps.back().to;
    if (readStamp(*database, newest).blank)
        createSchema(*database);
    database->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                      "PRAGMA journal_size_limit = 67108864;");
    database->holdForWriting();
    migrate(*database, steps);
    requireTables(*database);
    followChanges(*database);
    return database;
}

std::unique_ptr<Database> openForReading(const fs::path& path)
{
    requireFile(path);
    const bool fixedMedium = !permits(folderOf(path), W_OK);
    if (fixedMedium && logBytes(path) > 0 && !fs::exists(withSuffix(path, "-shm")))
        throw Error(quoted(path)
            + " was not closed properly and its folder cannot be written; copy "
              "it together with its “-wal” file to another folder first.");
    const bool immutable = fixedMedium && logBytes(path) == 0;
    auto database = std::make_unique<Database>(
        path, immutable ? Database::Mode::Immutable : Database::Mode::ReadOnly);
    const Stamp stamp = readStamp(*database);
    if (stamp.blank)
        throw Error(quoted(path) + " is empty; open it for writing to make it a project.");
    if (stamp.version < schemaVersion)
        throw Error(quoted(path)
            + " is of an older version and must be brought up to date, but it "
              "can only be read here; copy it to a folder of yours.");
    requireTables(*database);
    return database;
}

void refuseWhileOpen(const fs::path& path)
{
    requireFile(path);
    try {
        Database database(path, Database::Mode::ReadWrite);
        bool logged = false;
        {
            Statement mode = database.prepare("PRAGMA journal_mode");
            logged = mode.step() && mode.text(0) == "wal";
        }
        if (logged)
            database.holdForWriting();
        else
            Transaction probe(database);
    } catch (const DatabaseError& error) {
        if ((error.code() & 0xff)
            == SQLITE_BUSY) // every other fault: nobody works with such a file
            throw;
    }
}

void leaveAtRest(Database& database)
{
    for (const char* step :
        {"PRAGMA optimize", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode = DELETE"}) {
        try {
            database.execute(step);
        } catch (const Error&) { // the log stays beside the file and is read at the next opening
            continue;
        }
    }
}

void requireSpace(const fs::path& path, std::uint64_t bytes)
{
    std::error_code error;
    const fs::space_info space = fs::space(folderOf(path), error);
    if (!error && space.available < bytes)
        throw Error("Not enough room on the disk of " + quoted(path) + ": about " + size(bytes)
            + " needed, " + size(space.available) + " free; free some space or ask for less.");
}

void replaceFile(const fs::path& finished, const fs::path& path)
{
    for (const char* suffix : {"-wal", "-shm", "-journal"})
        fs::remove(withSuffix(path, suffix));
    fs::rename(finished, path);
}

} // namespace microtome
