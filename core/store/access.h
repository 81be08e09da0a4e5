#pragma once

#include "core/store/features/browser.h"
#include "core/store/features/contexts.h"
#include "core/store/meta.h"
#include "core/store/models.h"
#include "core/store/notes.h"
#include "core/store/prompts.h"
#include "core/store/results.h"
#include "core/store/runs.h"
#include "core/store/vectors.h"
#include "core/store/viewstates.h"

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace microtome {

/// What the writer and the reader of a project have in common: its tables, over one connection that
/// belongs to one thread. Changing anything through a reader is refused with a sentence.
class ProjectAccess {
public:
    Models models() { return Models(database()); }
    Prompts prompts() { return Prompts(database()); }
    Notes notes() { return Notes(database()); }
    ViewStates viewStates() { return ViewStates(database()); }
    Vectors vectors() { return Vectors(database()); }
    Meta meta() { return Meta(database()); }
    FeatureSources featureSources() { return FeatureSources(database()); }
    FeatureColumns featureColumns() { return FeatureColumns(database()); }
    FeatureContexts featureContexts() { return FeatureContexts(database()); }
    FeatureLabels labels() { return FeatureLabels(database()); }
    FeatureLists featureLists() { return FeatureLists(database()); }

    /// Keeps the columns it has loaded: hold on to it.
    FeatureBrowser featureBrowser() { return FeatureBrowser(database()); }

    /// Newest first; done ones unless the filter says otherwise.
    std::vector<Run> runs(const RunFilter& filter = {});
    std::optional<Run> run(RunId id);

    /// The done run that was made from exactly this, so that nothing is computed twice.
    std::optional<RunId> findRun(const RunKey& key);

    /// The results of done runs; see Results.
    Matrix get(RunId run, const std::string& name);
    Matrix rows(RunId run, const std::string& name, std::size_t first, std::size_t count);
    std::vector<std::int32_t> integers(RunId run, const std::string& name);
    nlohmann::json json(RunId run, const std::string& name);
    std::vector<ResultInfo> results(RunId run);

    /// What is wrong with the file, one sentence each; nothing for a sound project.
    std::vector<std::string> verify();

    /// Bytes on the disk, side files included.
    std::uint64_t bytes();

    /// The schema version of the file.
    int version();

    /// Before close.
    std::filesystem::path path() { return database().path(); }

protected:
    explicit ProjectAccess(std::unique_ptr<Database> database)
        : m_database(std::move(database))
    {
    }

    Database& database();

    std::unique_ptr<Database> m_database;
    std::set<RunId> m_active; ///< begun here and not finished
};

} // namespace microtome
