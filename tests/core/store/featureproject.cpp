#include "featureproject.h"

#include <random>

namespace microtome::samples {

LatentTable latentTable(std::uint32_t latents, std::uint64_t tokens, unsigned seed)
{
    std::minstd_rand random(seed);
    LatentTable table;
    table.tokens = tokens;
    for (std::uint32_t i = 0; i < latents; ++i) {
        const auto n = random() % 4 == 0 ? 0U : static_cast<std::uint32_t>(random() % 50);
        const auto real
            = [&] { return static_cast<float>(static_cast<int>(random() % 41) - 20) / 8; };
        table.count.push_back(n);
        table.mean.push_back(static_cast<double>(real()));
        table.deviation.push_back(static_cast<double>(real()));
        for (std::vector<float>* column : {&table.max, &table.min, &table.skew, &table.q50,
                 &table.q90, &table.q99, &table.topTokenShare, &table.tokenEntropy,
                 &table.topBigramShare, &table.topTrigramShare})
            column->push_back(n == 0 ? 0 : real());
        table.topToken.push_back(n == 0 ? 0U : static_cast<std::uint32_t>(random() % 100));
        table.topBigram.push_back({i, i + 1});
        table.topTrigram.push_back({i, i + 1, i + 2});
    }
    return table;
}

FeatureProject::FeatureProject()
{
    m_project.emplace(Project::create(path()));
    StoredModel model;
    model.name = "tiny";
    model.hash = "abc";
    m_project->models().add(model);
    m_source = m_project->featureSources().add(sourceNamed("first", latents));
}

std::filesystem::path FeatureProject::path(const char* name) const
{
    return m_folder.filePath(name).toStdString();
}

void FeatureProject::reopen()
{
    m_project.reset();
    m_project.emplace(Project::open(path()));
}

RunId FeatureProject::begin()
{
    RunKey key;
    key.kind = "sweep";
    key.seed = ++m_runs;
    return m_project->beginRun(key, "test");
}

FeatureSource FeatureProject::sourceNamed(const std::string& name, std::uint64_t count) const
{
    FeatureSource source;
    source.model = ModelId{1};
    source.name = name;
    source.readSite = "blocks.0.hook_resid_post";
    source.latents = count;
    source.declared = {{"k", 32}};
    return source;
}

SweepId FeatureProject::addSweep(RunId run, SourceId of, std::uint64_t tokens)
{
    FeatureSweep sweep;
    sweep.source = of;
    sweep.run = run;
    sweep.corpus = "town";
    sweep.tokens = tokens;
    sweep.indexPath = "a.microtome.indexes/1";
    return m_project->featureSources().addSweep(sweep);
}

FeatureScope FeatureProject::sweepOf(SourceId of, const LatentTable& table)
{
    const RunId run = begin();
    const FeatureScope scope{of, addSweep(run, of, table.tokens)};
    m_project->featureColumns().put(run, scope, table);
    m_project->commitRun(run);
    return scope;
}

std::int64_t FeatureProject::rows(const std::string& table) const
{
    Database database(path(), Database::Mode::ReadOnly);
    return database.integer("SELECT count(*) FROM " + table);
}

} // namespace microtome::samples
