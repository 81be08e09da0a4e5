#include "core/store/project.h"

#include "core/store/fault.h"
#include "core/store/file.h"
#include "core/store/salvage.h"

namespace microtome {

namespace fs = std::filesystem;

Project::Project(std::unique_ptr<Database> database, bool readOnly)
    : ProjectAccess(std::move(database))
    , m_readOnly(readOnly)
{
}

Project::~Project()
{
    close();
}

Project Project::create(const fs::path& path)
{
    std::error_code error;
    if (fs::is_regular_file(path, error) && fs::file_size(path, error) > 0)
        throw Error(quoted(path) + " exists already; open it, or choose another name.");
    return {openForWriting(path, true), false};
}

Project Project::open(const fs::path& path)
{
    std::error_code error;
    if (fs::is_regular_file(path, error) && !canWrite(path))
        return openReadOnly(path);
    Project project(openForWriting(path, false), false);
    Runs(project.database()).removeRunning();
    return project;
}

Project Project::openReadOnly(const fs::path& path)
{
    return {openForReading(path), true};
}

std::vector<std::string> Project::repair(const fs::path& path)
{
    return salvage(path);
}

void Project::saveAs(const fs::path& path)
{
    std::error_code error;
    if (fs::equivalent(path, database().path(), error))
        throw Error(quoted(path) + " is this project itself; choose another name.");
    if (fs::is_directory(path, error))
        throw Error(quoted(path) + " is a folder; choose a file name.");
    if (!canWrite(path))
        throw Error(
            "You are not allowed to write " + quoted(path) + " there; choose another folder.");
    if (fs::exists(path, error))
        refuseWhileOpen(path);
    requireSpace(path, bytes());

    const fs::path beside = withSuffix(path, ".part");
    fs::remove(beside);
    try {
        database().prepare("VACUUM INTO ?1").bind(beside.string()).run();
        replaceFile(beside, path);
    } catch (...) {
        fs::remove(beside, error);
        throw;
    }
}

void Project::close()
{
    if (m_database && !m_readOnly)
        leaveAtRest(*m_database);
    m_database.reset();
}

void Project::compact()
{
    database().execute("VACUUM");
    database().execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

RunId Project::beginRun(const RunKey& key, const std::string& engine, std::uint64_t bytes)
{
    requireSpace(database().path(), bytes);
    const RunId id = Runs(database()).begin(key, engine);
    m_active.insert(id);
    return id;
}

void Project::put(RunId run, const std::string& name, const Matrix& matrix, Dtype dtype)
{
    Results(database()).put(run, name, matrix, dtype);
}

void Project::putIntegers(RunId run, const std::string& name, std::size_t rows, std::size_t columns,
    std::span<const std::int32_t> values)
{
    Results(database()).putIntegers(run, name, rows, columns, values);
}

void Project::putJson(RunId run, const std::string& name, const nlohmann::json& json)
{
    Results(database()).putJson(run, name, json);
}

void Project::commitRun(RunId run)
{
    Runs(database()).commit(run);
    m_active.erase(run);
}

void Project::failRun(RunId run, const std::string& sentence)
{
    Runs(database()).fail(run, sentence);
    m_active.erase(run);
}

void Project::remove(RunId run)
{
    Runs(database()).remove(run);
    m_active.erase(run);
}

void Project::setTitle(RunId run, const std::string& title)
{
    Runs(database()).setTitle(run, title);
}

void Project::setPinned(RunId run, bool pinned)
{
    Runs(database()).setPinned(run, pinned);
}

} // namespace microtome
