#include "core/store/features/importer.h"

#include "core/features/import/importfiles.h"
#include "core/features/index/indexwriter.h"
#include "core/store/features/importcolumns.h"
#include "core/store/features/importsentences.h"
#include "core/work/sha256.h"

#include <algorithm>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t freely = std::uint64_t{1} << 22; ///< latents that need not be all said
constexpr std::uint64_t rarest = 64; ///< beyond, one in so many must be
constexpr std::size_t indexMemory = 64 << 20;
constexpr std::uint32_t together = 4096; ///< latents whose contexts are stored at once
const std::string reportName = "import";

/// Gives every source its own pile.
class Piles : public ImportSink {
public:
    Piles(fs::path stem, NewFiles& files, const ImportSettings& settings)
        : m_stem(std::move(stem))
        , m_files(files)
        , m_settings(settings)
    {
        if (settings.tokenizer)
            m_ids.emplace(*settings.tokenizer);
    }

    void about(const ImportedName& name, const ImportedAbout& said) override { of(name).add(said); }
    void feature(const ImportedName& name, ImportedFeature&& feature) override
    {
        of(name).add(std::move(feature));
    }
    void window(const ImportedName& name, std::uint32_t latent, ImportedWindow&& window) override
    {
        of(name).add(latent, window);
    }
    void label(const ImportedName& name, ImportedLabel&& label) override
    {
        of(name).add(std::move(label));
    }
    void score(const ImportedName& name, std::uint32_t latent, ImportedScore&& score) override
    {
        of(name).add(latent, std::move(score));
    }

    std::map<ImportedName, ImportPile> all;

private:
    ImportPile& of(const ImportedName& name)
    {
        const auto known = all.find(name);
        if (known != all.end())
            return known->second;
        const fs::path stem = m_stem.string() + '-' + std::to_string(all.size());
        return all
            .try_emplace(name, name.source, stem, m_files, m_ids ? &*m_ids : nullptr,
                m_settings.tokenizer, m_settings.vocabulary)
            .first->second;
    }

    fs::path m_stem;
    NewFiles& m_files;
    const ImportSettings& m_settings;
    std::optional<TokenIds> m_ids;
};

/// Stores one pile after the other.
class Storing {
public:
    Storing(Project& project, RunId run, const ImportSettings& settings, const fs::path& folder,
        NewFiles& files, LeftOut& leftOut)
        : m_project(project)
        , m_run(run)
        , m_settings(settings)
        , m_folder(folder)
        , m_files(files)
        , m_leftOut(leftOut)
    {
    }

    ImportedSource store(const ImportedName& name, ImportPile& pile, const Progress& progress)
    {
        const FeatureSource source = sourceFor(name, pile);
        FeatureSweep sweep;
        sweep.source = source.id;
        sweep.run = m_run;
        sweep.corpus
            = "windows of " + (pile.about.dataset.empty() ? name.source : pile.about.dataset);
        ImportedSource counts = pile.counts;
        counts.source = source.id;
        counts.name = source.name;
        counts.latents = source.latents;
        // Explanations alone are no sweep, which would stand before one that the source has.
        if (!pile.features.empty() || pile.counts.windows + pile.counts.textWindows > 0) {
            putIndex(pile, source.latents, sweep, progress.part(0, 0.6));
            counts.sweep = m_project.featureSources().addSweep(sweep);
            progress.step(0.6, "Storing numbers");
            putImportedColumns(m_project.featureColumns(), m_run, {source.id, counts.sweep},
                source.latents, pile, m_leftOut);
            putContexts(counts.sweep, source.latents, pile, progress.part(0.7, 0.8));
        }
        progress.step(0.8, "Storing explanations");
        putImportedLabels(m_project.labels(), m_run, source.id, pile, counts, m_leftOut);
        m_leftOut["feature said twice"] += pile.again;
        return counts;
    }

private:
    void requireWithin(const ImportPile& pile, std::uint64_t latents)
    {
        if (pile.end > latents)
            throw Error("The files number a feature " + std::to_string(pile.end - 1)
                + ", but the source has " + std::to_string(latents)
                + " latents; they are of another dictionary.");
    }

    std::uint64_t latentsFor(const ImportPile& pile) const
    {
        if (!m_settings.latents
            && pile.end > std::max<std::uint64_t>(freely, rarest * pile.named.size()))
            throw Error("The files say something of " + std::to_string(pile.named.size())
                + " features only, but number one " + std::to_string(pile.end - 1)
                + "; if that is right, say how many latents the dictionary has.");
        return m_settings.latents.value_or(std::max<std::uint64_t>(pile.end, 1));
    }

    /// The source that is asked for, or the one that was imported under this name, or a new one.
    FeatureSource sourceFor(const ImportedName& name, const ImportPile& pile)
    {
        if (m_settings.into) {
            const auto source = m_project.featureSources().get(*m_settings.into);
            if (!source || source->model != m_settings.model)
                throw Error("The project has no such source of features of this model; choose one "
                            "that it has.");
            requireWithin(pile, source->latents);
            return *source;
        }
        FeatureSource source;
        source.model = m_settings.model;
        source.run = m_run;
        source.name = m_settings.name.empty() ? name.source : m_settings.name;
        source.readSite = m_settings.readSite.empty() ? pile.about.hook : m_settings.readSite;
        source.declared = {{"imported", true}, {"model", name.model}, {"source", name.source},
            {"dataset", pile.about.dataset}, {"prompts", pile.about.prompts},
            {"context", pile.about.context}};
        for (const FeatureSource& known : m_project.featureSources().list(m_settings.model))
            if (known.kind == source.kind && known.name == source.name && known.hash.empty()) {
                requireWithin(pile, known.latents);
                return known;
            }
        source.latents = latentsFor(pile);
        requireWithin(pile, source.latents);
        source.id = m_project.featureSources().add(source);
        return source;
    }

    /// The inverted index of the windows; nothing where no window's tokens could be told.
    void putIndex(
        ImportPile& pile, std::uint64_t latents, FeatureSweep& sweep, const Progress& progress)
    {
        const auto path = pile.finishCorpus();
        if (!path)
            return;
        const Corpus corpus(*path);
        IndexSource source;
        source.corpus = corpus.hash();
        source.dictionary = sha256(path->filename().string());
        source.tokens = corpus.tokens();
        source.latents = latents;
        const fs::path index = m_files.add(fs::path(*path).replace_extension(".index"));
        m_files.add(index.string() + ".runs");
        IndexWriter writer(index, source, indexMemory);
        pile.eachPiece([&](std::span<const Firing> firings, std::uint64_t end) {
            progress.step(0.5 * static_cast<double>(end) / static_cast<double>(source.tokens),
                "Writing the index");
            writer.add(firings, end);
        });
        writer.add({}, source.tokens);
        writer.finish(progress.part(0.5, 1));
        sweep.corpusHash = corpus.hash();
        sweep.tokens = corpus.tokens();
        sweep.indexPath = (m_folder.filename() / index.filename()).string();
    }

    void putContexts(
        SweepId sweep, std::uint64_t latents, const ImportPile& pile, const Progress& progress)
    {
        std::vector<std::uint32_t> named(pile.named.begin(), pile.named.end());
        std::ranges::sort(named);
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < named.size();) {
            const std::uint32_t first = named[i] / together * together;
            progress.step(
                static_cast<double>(i) / static_cast<double>(named.size()), "Storing contexts");
            texts.assign(std::min<std::uint64_t>(together, latents - first), {});
            for (; i < named.size() && named[i] < first + together; ++i)
                texts[named[i] - first] = pile.context(named[i]);
            m_project.featureContexts().put(sweep, first, texts);
        }
    }

    Project& m_project;
    RunId m_run;
    const ImportSettings& m_settings;
    const fs::path& m_folder;
    NewFiles& m_files;
    LeftOut& m_leftOut;
};

RunKey keyOf(const ImportSettings& settings, const std::string& content)
{
    RunKey key;
    key.kind = "features import";
    key.model = settings.model;
    key.settings = {{"content", content}, {"reads", settings.readSite}, {"name", settings.name},
        {"into", settings.into ? static_cast<std::int64_t>(*settings.into) : 0},
        {"latents", settings.latents.value_or(0)},
        {"tokenizer", settings.tokenizer ? settings.tokenizer->hash() : ""}};
    return key;
}

} // namespace

ImportReport importFeatures(Project& project, const fs::path& from, const ImportSettings& settings,
    const Progress& progress)
{
    if (settings.latents && (*settings.latents < 1 || *settings.latents > maxLatents))
        throw Error("A source of features can have from 1 to " + std::to_string(maxLatents)
            + " latents, not " + std::to_string(*settings.latents) + ".");
    const auto files = filesToImport(from);
    const RunKey key = keyOf(settings, contentHash(from, files, progress.part(0, 0.1)));
    if (const auto known = project.findRun(key)) {
        ImportReport report = importReportFrom(project.json(*known, reportName));
        report.found = true;
        return report;
    }
    fs::path folder = project.path();
    folder.replace_extension(".features");
    NewFiles made;
    made.makeFolder(folder);
    const std::string stem = "import-" + sha256(key.settingsHash() + from.string()).substr(0, 16);
    Piles piles(folder / stem, made, settings);
    ImportedFiles read = readImported(files, piles, progress.part(0.1, 0.6));
    if (piles.all.empty())
        throw Error("There is nothing in " + from.string()
            + " that is known: SAEDashboard's batches, Neuronpedia's exports and delphi's results "
              "can be imported.");
    if (piles.all.size() > 1 && (settings.into || !settings.name.empty()))
        throw Error("The files hold features of " + std::to_string(piles.all.size())
            + " sources, so they cannot go into one; import them one by one, or each under its "
              "own name.");
    const RunId run = project.beginRun(key, "import");
    try {
        Storing storing(project, run, settings, folder, made, read.leftOut);
        ImportReport report;
        report.run = run;
        double at = 0.6;
        for (auto& [name, pile] : piles.all) {
            const double next = at + 0.4 / static_cast<double>(piles.all.size());
            report.sources.push_back(storing.store(name, pile, progress.part(at, next)));
            at = next;
        }
        sayTaken(report, read, piles.all, settings);
        sayLeftOut(report, read, piles.all);
        project.putJson(run, reportName, toJson(report));
        progress.check();
        project.commitRun(run);
        made.keep();
        project.setTitle(run, "import: " + report.sources.front().name);
        return report;
    } catch (...) {
        project.remove(run);
        throw;
    }
}

} // namespace microtome
