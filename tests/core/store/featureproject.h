#pragma once

#include "core/store/project.h"

#include <QTemporaryDir>

#include <memory>
#include <optional>

namespace microtome::samples {

/// Seeded numbers with many ties and many dead latents.
LatentTable latentTable(std::uint32_t latents, std::uint64_t tokens, unsigned seed);

/// A new project with a model and a source of features, for one test.
class FeatureProject {
public:
    static constexpr std::uint32_t latents = 3000;

    FeatureProject();

    Project& operator*() { return *m_project; }
    Project* operator->() { return &*m_project; }
    SourceId source() const { return m_source; }
    std::filesystem::path path(const char* name = "a.microtome") const;

    /// As after a kill: what is running was never committed.
    void reopen();

    /// A run of a key of its own.
    RunId begin();
    FeatureSource sourceNamed(const std::string& name, std::uint64_t count) const;
    SweepId addSweep(RunId run, SourceId of, std::uint64_t tokens);

    /// A done sweep with these numbers.
    FeatureScope sweepOf(SourceId of, const LatentTable& table);

    /// Rows of a table, as another connection sees them.
    std::int64_t rows(const std::string& table) const;

private:
    QTemporaryDir m_folder;
    std::optional<Project> m_project;
    SourceId m_source{};
    std::uint64_t m_runs = 0;
};

} // namespace microtome::samples
