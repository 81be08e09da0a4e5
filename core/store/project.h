#pragma once

#include "core/store/access.h"

namespace microtome {

/// One document, one SQLite file: models, prompts, runs and their results, notes. The one writing
/// connection; it belongs to one thread and closes at the end of its life.
class Project : public ProjectAccess {
public:
    /// Makes a project where there is no file yet, or an empty one.
    static Project create(const std::filesystem::path& path);

    /// Opens for writing and removes what interrupted runs left; to read only where the file or its
    /// folder cannot be written. Refused with a sentence while another Microtome writes to it.
    static Project open(const std::filesystem::path& path);
    static Project openReadOnly(const std::filesystem::path& path);

    /// Saves what can be read of a damaged, closed project, keeping the damaged file beside it as
    /// `name.damaged`. Says what was lost, one sentence each; does nothing to a sound project.
    static std::vector<std::string> repair(const std::filesystem::path& path);

    Project(Project&&) = default;
    ~Project();

    bool readOnly() const { return m_readOnly; }

    /// Writes a whole, compact copy to `path` (beside, then renamed). This project stays where it
    /// is.
    void saveAs(const std::filesystem::path& path);

    /// Leaves one file. Close every reader before.
    void close();

    /// Gives unused space back to the disk.
    void compact();

    /// A new run under this key. With an estimate, refused when the disk has less than `bytes`
    /// free.
    RunId beginRun(const RunKey& key, const std::string& engine, std::uint64_t bytes = 0);

    /// Results of a running run; nobody sees them before commitRun. Each is stored whole or not at
    /// all. With F16 the numbers are rounded.
    void put(RunId run, const std::string& name, const Matrix& matrix, Dtype dtype = Dtype::F32);
    void putIntegers(RunId run, const std::string& name, std::size_t rows, std::size_t columns,
        std::span<const std::int32_t> values);
    void putJson(RunId run, const std::string& name, const nlohmann::json& json);

    /// Makes the run and its results visible at once; an older run with the same key gives way.
    void commitRun(RunId run);

    /// Keeps the run and the reason, without results.
    void failRun(RunId run, const std::string& sentence);

    /// Removes the run with its results, view states and notes.
    void remove(RunId run);
    void setTitle(RunId run, const std::string& title);
    void setPinned(RunId run, bool pinned);

private:
    Project(std::unique_ptr<Database> database, bool readOnly);

    bool m_readOnly;
};

} // namespace microtome
