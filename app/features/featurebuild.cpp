#include "app/features/featurebuild.h"

#include "app/features/contexttexts.h"
#include "app/features/directioncolumns.h"
#include "core/features/coder/hash.h"
#include "core/features/index/featureindex.h"
#include "core/features/index/latenttable.h"
#include "core/features/sweep/activationsource.h"
#include "core/features/sweep/codersource.h"
#include "core/nn/dictionary.h"
#include "core/store/keep.h"

#include <algorithm>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t calibrating = 8; // batches that thresholds are chosen by

nlohmann::json declaredOf(const CoderDeclaration& declared)
{
    nlohmann::json json{{"format", declared.format}, {"architecture", declared.architecture},
        {"model", declared.model}, {"dataset", declared.dataset}, {"notes", declared.notes},
        {"other", declared.other}};
    if (declared.l0)
        json["l0"] = *declared.l0;
    if (declared.context)
        json["context"] = *declared.context;
    return json;
}

} // namespace

struct FeatureBuild::Target {
    BuildSource source;
    FeatureSource stored; ///< as the project has it
    std::unique_ptr<SweepSource> sweep;
    fs::path index;
    RunKey key;
    std::optional<RunId> known; ///< the run that made it already
};

FeatureBuild::FeatureBuild(Project& project, Model& model, const Corpus& corpus,
    std::string corpusName, std::vector<BuildSource> sources, BuildSettings settings)
    : m_project(project)
    , m_model(model)
    , m_corpus(corpus)
    , m_corpusName(std::move(corpusName))
    , m_settings(std::move(settings))
{
    const Architecture& a = model.architecture();
    for (BuildSource& source : sources) {
        auto target = std::make_unique<Target>();
        FeatureSource& stored = target->stored;
        stored.kind = source.kind;
        stored.name = source.name;
        stored.path = source.path;
        if (source.kind == SourceKind::Dictionary) {
            CoderReader reader(model, placeOf(*source.coder, a, source.place));
            stored.readSite = reader.place().reads.front().text();
            stored.writeSite = reader.place().writes.front().text();
            stored.width = static_cast<std::uint64_t>(widthAt(reader.place().reads.front(), a));
            stored.hash = coderHash(*source.coder);
            stored.declared = declaredOf(source.coder->declared);
            target->sweep
                = std::make_unique<CoderSource>(*source.coder, std::move(reader), encodeFast);
        } else {
            const bool heads = source.kind == SourceKind::Heads;
            const Site site{heads ? Point::Z : Point::MlpPost, source.layer, {}};
            a.check(site);
            stored.readSite = stored.writeSite = site.text();
            stored.width = static_cast<std::uint64_t>(widthAt({site, false, false}, a));
            target->sweep = std::make_unique<ActivationSource>(heads
                    ? ActivationSource::headNorms(site, static_cast<std::size_t>(a.heads))
                    : ActivationSource::units(site, static_cast<std::size_t>(a.dMlp)));
        }
        stored.latents = target->sweep->latents();
        target->source = std::move(source);
        m_targets.push_back(std::move(target));
    }
}

FeatureBuild::~FeatureBuild() = default;

/// Chooses thresholds, and names the runs and files.
void FeatureBuild::prepare(const Progress& progress)
{
    if (m_prepared)
        return;
    const ModelId model = keepModel(m_project, m_model.info());
    for (const auto& target : m_targets) {
        if (auto* activations = dynamic_cast<ActivationSource*>(target->sweep.get())) {
            activations->calibrate(
                firstRuns(m_model, m_corpus, *activations, m_settings.sweep, calibrating, progress),
                m_settings.share);
            target->stored.hash = activations->hash();
        }
        target->stored.model = model;
        const IndexSource source = indexSourceOf(*target->sweep, m_corpus, m_settings.sweep);
        fs::path folder = m_project.path();
        folder.replace_extension(".features");
        target->index = folder
            / (source.dictionary.substr(0, 16) + "-" + source.corpus.substr(0, 16) + ".index");
        target->key.kind = "features";
        target->key.model = model;
        target->key.settings = {{"source", source.dictionary}, {"corpus", source.corpus},
            {"name", target->stored.name}, {"context", m_settings.sweep.sequences.context},
            {"exclude_bos", m_settings.sweep.sequences.excludeBos},
            {"directions", m_settings.directions}, {"dtype", m_model.info().dtype},
            {"device", m_model.info().device}};
        target->known = m_project.findRun(target->key);
        if (std::error_code error; target->known && !fs::exists(target->index, error))
            target->known.reset(); // the numbers are there, the index beside the project is not
    }
    m_prepared = true;
}

BuildEstimate FeatureBuild::estimate(const Progress& progress)
{
    prepare(progress);
    BuildEstimate estimate;
    estimate.tokens = m_corpus.tokens();
    std::vector<SweepTarget> left;
    for (const auto& target : m_targets) {
        estimate.latents += target->stored.latents;
        if (!target->known)
            left.push_back({target->sweep.get(), target->index});
    }
    if (!left.empty())
        estimate.sweep = estimateSweep(m_model, m_corpus, left, m_settings.sweep, progress);
    return estimate;
}

std::vector<BuiltSource> FeatureBuild::run(const Progress& progress, const OnSweep& report)
{
    prepare(progress);
    std::vector<SweepTarget> left;
    for (const auto& target : m_targets)
        if (!target->known)
            left.push_back({target->sweep.get(), target->index});
    if (!left.empty()) {
        fs::create_directories(left.front().index.parent_path());
        sweep(m_model, m_corpus, left, m_settings.sweep, progress.part(0, 0.7), report);
    }
    std::vector<BuiltSource> built;
    for (std::size_t i = 0; i < m_targets.size(); ++i) {
        const double share = 0.3 / static_cast<double>(m_targets.size());
        const double from = 0.7 + share * static_cast<double>(i);
        built.push_back(store(*m_targets[i], progress.part(from, from + share)));
    }
    return built;
}

BuiltSource FeatureBuild::store(Target& target, const Progress& progress)
{
    const FeatureIndex index(target.index);
    BuiltSource built;
    built.name = target.stored.name;
    built.latents = index.latents();
    built.firings = index.firings();
    built.indexBytes = fs::file_size(target.index);
    for (std::uint32_t latent = 0; latent < index.latents(); ++latent)
        built.dead += index.numbers(latent).count == 0;
    if (target.known) {
        for (const FeatureSource& source : m_project.featureSources().list(target.key.model))
            for (const FeatureSweep& sweep : m_project.featureSources().sweeps(source.id))
                if (sweep.run == *target.known) {
                    built.source = source.id;
                    built.sweep = sweep.id;
                    built.found = true;
                }
        return built;
    }
    const ModelInfo& info = m_model.info();
    const RunId run
        = m_project.beginRun(target.key, info.engine + ", " + info.blas + ", " + info.dtype);
    try {
        target.stored.run = run;
        built.source = m_project.featureSources().add(target.stored);
        FeatureSweep sweep;
        sweep.source = built.source;
        sweep.run = run;
        sweep.corpus = m_corpusName;
        sweep.corpusHash = m_corpus.hash();
        sweep.tokens = m_corpus.tokens();
        sweep.indexPath
            = (target.index.parent_path().filename() / target.index.filename()).string();
        built.sweep = m_project.featureSources().addSweep(sweep);
        storeNumbers(target, run, {built.source, built.sweep}, index, progress);
        m_project.commitRun(run);
        m_project.setTitle(run, "features: " + target.stored.name);
    } catch (...) {
        m_project.remove(run);
        throw;
    }
    return built;
}

void FeatureBuild::storeNumbers(const Target& target, RunId run, const FeatureScope& scope,
    const FeatureIndex& index, const Progress& progress)
{
    FeatureColumns columns = m_project.featureColumns();
    columns.put(run, scope, latentTable(index, m_corpus, progress.part(0, 0.3)));
    if (const auto tokenizer = m_model.tokenizer())
        putContextTexts(m_project.featureContexts(), *scope.sweep, index, m_corpus, *tokenizer,
            progress.part(0.3, 0.5));
    if (target.source.coder && m_settings.directions)
        putDirections(columns, run, {scope.source, {}}, *target.source.coder, m_model,
            m_settings.neighbours, progress.part(0.5, 1));
}

} // namespace microtome
