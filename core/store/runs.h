#pragma once

#include "core/store/database.h"
#include "core/store/ids.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace microtome {

enum class RunStatus { Running, Done, Failed };

/// What a result is made from. Two runs with equal keys give the same numbers, so the second is
/// found instead of computed; whatever changes the numbers (dtype included) belongs in `settings`.
struct RunKey {
    std::string kind; ///< lens, attention, patch, ...
    std::optional<ModelId> model;
    std::optional<CheckpointId> checkpoint;
    std::optional<PromptId> prompt;
    std::optional<PromptId> secondPrompt;
    nlohmann::json edits = nlohmann::json::array();
    nlohmann::json settings = nlohmann::json::object();
    std::uint64_t seed = 0;

    /// SHA-256 of settings, edits and seed, independent of the order of json keys.
    std::string settingsHash() const;
};

/// Who computed this, with what: one row of the table of runs.
struct Run {
    RunId id{};
    RunKey key;
    std::string engine; ///< version, BLAS, dtype, threads
    std::int64_t started = 0; ///< milliseconds since 1970
    std::optional<std::int64_t> finished;
    std::optional<double> seconds;
    RunStatus status = RunStatus::Running;
    std::string failure; ///< the sentence of a failed run
    std::string title;
    bool pinned = false;
};

/// Which runs to list; an absent field does not choose.
struct RunFilter {
    std::optional<std::string> kind = {};
    std::optional<ModelId> model = {};
    std::optional<CheckpointId> checkpoint = {};
    std::optional<PromptId> prompt = {}; ///< as first or second prompt
    std::optional<RunStatus> status = RunStatus::Done;
    std::optional<bool> pinned = {};
    std::optional<RunId> before = {}; ///< for paging: only older ones
    int limit = -1; ///< negative: all
};

/// The table of runs. A run is `running` until it commits; only then others see its results.
class Runs {
public:
    explicit Runs(Database& database)
        : m_database(database)
    {
    }

    RunId begin(const RunKey& key, const std::string& engine);

    /// Makes the run and its results visible at once. A done run with the same key gives way: what
    /// was written about it (title, pin, notes, view states) and the sources of features that it
    /// made go over to this one.
    void commit(RunId id);

    /// Keeps the run and the reason, without its results.
    void fail(RunId id, const std::string& sentence);

    std::optional<RunId> find(const RunKey& key);
    std::optional<Run> get(RunId id);

    /// Newest first.
    std::vector<Run> list(const RunFilter& filter);
    void setTitle(RunId id, const std::string& title);
    void setPinned(RunId id, bool pinned);

    /// Removes the run with its results, view states and notes; sources of features that it made
    /// stay, unless it is still running.
    void remove(RunId id);

    /// Removes what interrupted runs left; returns how many there were.
    std::int64_t removeRunning();

private:
    Database& m_database;
};

} // namespace microtome
