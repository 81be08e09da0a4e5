#include "core/store/access.h"

#include "core/store/check.h"
#include "core/store/file.h"

namespace microtome {

Database& ProjectAccess::database()
{
    if (!m_database)
        throw Error("This project is closed; open it again.");
    return *m_database;
}

std::vector<Run> ProjectAccess::runs(const RunFilter& filter)
{
    return Runs(database()).list(filter);
}

std::optional<Run> ProjectAccess::run(RunId id)
{
    return Runs(database()).get(id);
}

std::optional<RunId> ProjectAccess::findRun(const RunKey& key)
{
    return Runs(database()).find(key);
}

Matrix ProjectAccess::get(RunId run, const std::string& name)
{
    return Results(database()).get(run, name);
}

Matrix ProjectAccess::rows(RunId run, const std::string& name, std::size_t first, std::size_t count)
{
    return Results(database()).rows(run, name, first, count);
}

std::vector<std::int32_t> ProjectAccess::integers(RunId run, const std::string& name)
{
    return Results(database()).integers(run, name);
}

nlohmann::json ProjectAccess::json(RunId run, const std::string& name)
{
    return Results(database()).json(run, name);
}

std::vector<ResultInfo> ProjectAccess::results(RunId run)
{
    return Results(database()).list(run);
}

std::vector<std::string> ProjectAccess::verify()
{
    return findProblems(database(), m_active).sentences;
}

std::uint64_t ProjectAccess::bytes()
{
    std::uint64_t total = 0;
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::error_code error;
        const auto size = std::filesystem::file_size(withSuffix(database().path(), suffix), error);
        total += error ? 0 : size;
    }
    return total;
}

int ProjectAccess::version()
{
    return static_cast<int>(database().integer("PRAGMA user_version"));
}

} // namespace microtome
