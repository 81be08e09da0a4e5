#include "core/store/file.h"
#include "core/store/project.h"
#include "core/store/reader.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>

using namespace microtome;
using enum FeatureNumber;

namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

template <class F> QString sentenceOf(F&& function)
{
    try {
        function();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

/// Many ties, many dead latents.
LatentTable randomTable(std::uint32_t latents, std::uint64_t tokens, unsigned seed)
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

} // namespace

class TestFeatures : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<Project> m_project;
    SourceId m_source{};
    std::uint64_t m_runs = 0;
    static constexpr std::uint32_t latents = 3000;

    std::filesystem::path path() const { return m_folder->filePath("a.microtome").toStdString(); }
    void reopen()
    {
        m_project.reset();
        m_project.emplace(Project::open(path()));
    }

    /// Another key each time.
    RunId begin()
    {
        RunKey key;
        key.kind = "sweep";
        key.seed = ++m_runs;
        return m_project->beginRun(key, "test");
    }
    FeatureSource sourceNamed(const std::string& name, std::uint64_t count) const
    {
        FeatureSource source;
        source.model = ModelId{1};
        source.name = name;
        source.readSite = "blocks.0.hook_resid_post";
        source.latents = count;
        source.declared = {{"k", 32}};
        return source;
    }
    SweepId addSweep(RunId run, SourceId source, std::uint64_t tokens)
    {
        FeatureSweep sweep;
        sweep.source = source;
        sweep.run = run;
        sweep.corpus = "town";
        sweep.tokens = tokens;
        sweep.indexPath = "a.microtome.indexes/1";
        return m_project->featureSources().addSweep(sweep);
    }
    FeatureScope sweepOf(SourceId source, const LatentTable& table)
    {
        const RunId run = begin();
        const FeatureScope scope{source, addSweep(run, source, table.tokens)};
        m_project->featureColumns().put(run, scope, table);
        m_project->commitRun(run);
        return scope;
    }
    std::int64_t rows(const std::string& table) const
    {
        Database database(path(), Database::Mode::ReadOnly);
        return database.integer("SELECT count(*) FROM " + table);
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_runs = 0;
        m_project.emplace(Project::create(path()));
        StoredModel model;
        model.name = "tiny";
        model.hash = "abc";
        m_project->models().add(model);
        m_source = m_project->featureSources().add(sourceNamed("first", latents));
    }
    void cleanup()
    {
        if (m_project) {
            const auto problems = m_project->verify();
            QVERIFY2(problems.empty(), problems.empty() ? "" : problems.front().c_str());
        }
        m_project.reset();
    }

    void sources()
    {
        FeatureSources sources = m_project->featureSources();
        QCOMPARE(sources.add(sourceNamed("first", latents)), m_source); // the same again
        QVERIFY(
            sentenceOf([&] { sources.add(sourceNamed("first", 7)); }).contains("of other sizes"));
        QVERIFY(sentenceOf([&] { sources.add(sourceNamed("x", 0)); }).contains("0 latents"));
        QVERIFY(sentenceOf([&] {
            sources.add(sourceNamed("x", std::uint64_t{1} << 40));
        }).contains("1099511627776 latents"));
        QCOMPARE(sources.list().size(), 1u);
        QVERIFY(sources.get(m_source)->declared == nlohmann::json({{"k", 32}}));
        QCOMPARE(sources.get(m_source)->latents, std::uint64_t{latents});

        const RunId run = begin();
        FeatureSource made = sourceNamed("trained", 8);
        made.run = run;
        made.kind = SourceKind::Codes;
        const SourceId id = sources.add(made);
        FeatureCheck check;
        check.source = id;
        check.run = run;
        check.fvu = 0.1;
        check.ceReplaced = 3.5;
        check.excluded = {{"bos", true}};
        check.verdict = {"L0 is 50, declared 32."};
        sources.addCheck(check);
        QVERIFY(!sources.get(id)); // not before it is done
        m_project->commitRun(run);
        QVERIFY(sources.get(id)->kind == SourceKind::Codes);
        const auto checks = sources.checks(id);
        QCOMPARE(checks.size(), 1u);
        QVERIFY(checks[0].fvu == 0.1 && checks[0].ceReplaced == 3.5 && !checks[0].l0);
        QVERIFY(checks[0].verdict == check.verdict && checks[0].excluded == check.excluded);
        QVERIFY(sentenceOf([&] { sources.addCheck(check); }).contains("running run only"));

        m_project->remove(run); // the source stays
        QVERIFY(sources.get(id) && !sources.get(id)->run && sources.checks(id).empty());
        FeatureSweep outside;
        outside.source = id;
        outside.run = begin();
        for (const char* place : {"/etc/passwd", "../x", "a/../../x"}) {
            outside.indexPath = place;
            QVERIFY(sentenceOf([&] { sources.addSweep(outside); }).contains("outside the project"));
        }
    }

    void numbersComeBack()
    {
        const LatentTable table = randomTable(latents, 1000, 1);
        const FeatureScope scope = sweepOf(m_source, table);
        const RunId run = begin();
        std::vector<float> norms(latents, nothing);
        norms[7] = 1.5F;
        m_project->featureColumns().put(run, {m_source}, DecoderNorm, norms);
        std::vector<std::int32_t> clusters(latents, -1);
        clusters[7] = 3;
        m_project->featureColumns().put(run, {m_source}, Cluster, clusters);
        m_project->commitRun(run);

        FeatureBrowser loaded = m_project->featureBrowser(); // from columns in memory
        loaded.find({.sort = Count});
        QVERIFY(loaded.column(scope, Q99) && !loaded.column(scope, Effect));
        for (const std::uint32_t latent : {0U, 7U, 8U, latents - 1}) {
            for (FeatureBrowser browser : {m_project->featureBrowser(), loaded}) {
                const FeatureDetail detail = browser.open({m_source, latent});
                const double density = table.count[latent] / 1000.0;
                QVERIFY(detail.sweep->id == scope.sweep);
                QCOMPARE(detail.number(Count), static_cast<double>(table.count[latent]));
                QCOMPARE(detail.number(Density), density);
                QCOMPARE(detail.number(LogDensity), std::log10(density + 1e-10));
                QCOMPARE(detail.number(Mean), table.mean[latent]);
                QCOMPARE(static_cast<float>(detail.number(Q99)), table.q99[latent]);
                QCOMPARE(std::isnan(detail.number(TopToken)), table.count[latent] == 0);
                QVERIFY(std::isnan(detail.number(Effect)));
                QCOMPARE(std::isnan(detail.number(DecoderNorm)), latent != 7);
                QCOMPARE(std::isnan(detail.number(Cluster)), latent != 7);
                QCOMPARE(detail.topBigram.empty(), table.topBigramShare[latent] <= 0);
                QCOMPARE(detail.topTrigram.empty(), table.topTrigramShare[latent] <= 0);
                if (!detail.topTrigram.empty())
                    QCOMPARE(detail.topTrigram.back(), latent + 2);
            }
        }
        QVERIFY(sentenceOf([&] { loaded.open({m_source, latents}); }).contains("no latent 3000"));
        QVERIFY(sentenceOf([&] { loaded.open({SourceId{9}, 0}); }).contains("not in the project"));
        QVERIFY(sentenceOf([&] { loaded.open({m_source, 0}, SweepId{9}); }).contains("any more"));
    }

    void rankingsComeBack()
    {
        const RunId run = begin();
        FeatureColumns columns = m_project->featureColumns();
        std::vector<std::int32_t> ids;
        std::vector<float> values;
        for (std::uint32_t latent = 0; latent < latents; ++latent)
            for (std::uint32_t i = 0; i < 20; ++i) {
                ids.push_back(
                    latent == 5 && i >= 2 ? -1 : static_cast<std::int32_t>(latent * 20 + i) % 3000);
                values.push_back(static_cast<float>(latent % 30) + static_cast<float>(i) / 32);
            }
        for (const Ranking ranking : {Ranking::TopLogits, Ranking::DecoderNeighbours})
            columns.put(run, {m_source}, ranking, 20, ids, values);
        std::vector<float> bounds(latents * 2, 0.5F);
        std::vector<std::int32_t> counts(latents * 50, 3);
        counts[50 * 9 + 4] = 77;
        columns.putHistogram(run, {m_source}, 50, bounds, counts);
        ids[0] = static_cast<std::int32_t>(latents);
        columns.put(run, {m_source}, Ranking::BottomLogits, 20, ids, values); // a token, no latent
        QVERIFY(sentenceOf([&] {
            columns.put(run, {m_source}, Ranking::EncoderNeighbours, 20, ids, values);
        }).contains("do not fit"));
        m_project->commitRun(run);
        FeatureBrowser browser = m_project->featureBrowser();
        for (const std::uint32_t latent : {0U, 5U, 1234U, latents - 1}) {
            const FeatureDetail detail = browser.open({m_source, latent});
            QCOMPARE(detail.topLogits.size(), latent == 5 ? 2u : 20u);
            QVERIFY(detail.topLogits == detail.decoderNeighbours);
            for (std::size_t i = 0; i < detail.topLogits.size(); ++i) {
                QCOMPARE(detail.topLogits[i].value, values[latent * 20 + i]); // exact in f16
                QCOMPARE(detail.topLogits[i].id, (latent * 20 + i) % 3000);
            }
            QVERIFY(detail.encoderNeighbours.empty() && detail.partners.empty());
        }
        const LogitHistogram histogram = browser.open({m_source, 9}).logits;
        QCOMPARE(histogram.counts.size(), 50u);
        QVERIFY(histogram.counts[4] == 77 && histogram.counts[5] == 3 && histogram.least == 0.5F);
    }

    void wrongNumbersAreRefused()
    {
        const RunId run = begin();
        FeatureColumns columns = m_project->featureColumns();
        const std::vector<float> few(latents - 1);
        const std::vector<float> all(latents);
        QVERIFY(sentenceOf([&] { columns.put(run, {m_source}, Max, few); }).contains("do not fit"));
        QVERIFY(sentenceOf([&] { columns.put(run, {m_source}, Count, all); }).contains("not fit"));
        QVERIFY(sentenceOf([&] {
            columns.put(run, {m_source, SweepId{8}}, Max, all);
        }).contains("is not one of this source"));
        QVERIFY(
            sentenceOf([&] { columns.put(run, {SourceId{8}}, Max, all); }).contains("not in the"));
        QVERIFY(
            sentenceOf([&] { columns.put(RunId{99}, {m_source}, Max, all); }).contains("running"));
        const FeatureScope scope{m_source, addSweep(run, m_source, 1000)};
        QVERIFY(sentenceOf([&] {
            columns.put(run, scope, randomTable(latents, 999, 1));
        }).contains("another corpus"));
        LatentTable table = randomTable(latents, 1000, 1);
        table.topTrigram.pop_back();
        QVERIFY(sentenceOf([&] { columns.put(run, scope, table); }).contains("do not fit"));
        m_project->commitRun(run);
        QCOMPARE(rows("feature_column"), 0); // all of it or nothing
        QVERIFY(m_project->results(run).empty());
    }

    void theNewestDoneRunCounts()
    {
        FeatureColumns columns = m_project->featureColumns();
        const auto effect = [&] {
            return m_project->featureBrowser().open({m_source, 3}).number(Effect);
        };
        const RunId first = begin();
        columns.put(first, {m_source}, Effect, std::vector<float>(latents, 1));
        columns.put(first, {m_source}, Effect, std::vector<float>(latents, 2)); // replaces
        QVERIFY(std::isnan(effect()));
        m_project->commitRun(first);
        QCOMPARE(effect(), 2.0);
        FeatureBrowser browser = m_project->featureBrowser();
        QCOMPARE(browser.column({m_source}, Effect)->at(3), 2.0);
        const RunId second = begin();
        columns.put(second, {m_source}, Effect, std::vector<float>(latents, 3));
        QCOMPARE(effect(), 2.0);
        m_project->commitRun(second);
        QCOMPARE(effect(), 3.0);
        QCOMPARE(browser.column({m_source}, Effect)->at(3), 3.0); // not what was kept
        m_project->remove(second);
        QCOMPARE(browser.column({m_source}, Effect)->at(3), 2.0);
        m_project->remove(first);
        QVERIFY(!browser.column({m_source}, Effect));
        QCOMPARE(rows("feature_column") + rows("result"), 0);
    }

    void aSweepMadeAnewTakesThePlaceOfTheOld()
    {
        RunKey key;
        key.kind = "again";
        for (const unsigned seed : {1U, 2U}) {
            const RunId run = m_project->beginRun(key, "test");
            const FeatureScope scope{m_source, addSweep(run, m_source, 1000)};
            m_project->featureColumns().put(run, scope, randomTable(latents, 1000, seed));
            m_project->commitRun(run);
        }
        QCOMPARE(m_project->featureSources().sweeps(m_source).size(), 1u);
        QCOMPARE(m_project->featureBrowser().open({m_source, 1}).number(Count),
            static_cast<double>(randomTable(latents, 1000, 2).count[1]));
        QCOMPARE(rows("feature_column"), 16);
    }

    void interruptedRunsLeaveNothing()
    {
        const LatentTable table = randomTable(latents, 1000, 1);
        const FeatureScope scope = sweepOf(m_source, table);
        m_project->labels().add({.feature = {m_source, 3}, .text = "mine"});

        const RunId run = begin();
        FeatureSource made = sourceNamed("half made", 8);
        made.run = run;
        const SourceId half = m_project->featureSources().add(made);
        made.name = "taken up";
        const SourceId taken = m_project->featureSources().add(made);
        const FeatureScope other{m_source, addSweep(run, m_source, 1000)};
        m_project->featureColumns().put(run, other, table);
        m_project->featureContexts().put(
            *other.sweep, 0, std::vector<std::string>(10, "hidden words"));
        m_project->labels().add({.feature = {m_source, 4}, .run = run, .text = "hidden label"});
        FeatureBrowser browser = m_project->featureBrowser();
        QVERIFY(browser.open({m_source, 4}).labels.empty());
        QCOMPARE(browser.count({.labelWords = "hidden"}), 0u);
        QCOMPARE(browser.count({.labelled = true}), 1u);
        QVERIFY(sentenceOf([&] { browser.count({.scopes = {other}}); }).contains("any more"));
        {
            ProjectReader reader(path());
            QCOMPARE(reader.featureBrowser().count({.labelWords = "hidden"}), 0u);
            QCOMPARE(reader.featureSources().list().size(), 1u);
            QVERIFY(sentenceOf([&] {
                reader.labels().add({.feature = {m_source, 3}, .text = "x"});
            }).contains("can only be read"));
        }
        const RunId next = begin(); // uses a source that another run is still making
        addSweep(next, taken, 5);
        m_project->commitRun(next);

        reopen(); // `run` was never committed
        QVERIFY(!m_project->run(run));
        QVERIFY(!m_project->featureSources().get(half) && m_project->featureSources().get(taken));
        QCOMPARE(m_project->featureSources().sweeps(taken).size(), 1u);
        QCOMPARE(m_project->featureSources().sweeps(m_source).size(), 1u);
        QCOMPARE(m_project->featureSources().sweeps(m_source).front().id, *scope.sweep);
        QCOMPARE(rows("feature_context"), 0);
        QCOMPARE(rows("label"), 1);
        QCOMPARE(rows("feature_column"), 16);
        FeatureBrowser after = m_project->featureBrowser();
        QCOMPARE(after.count({.labelWords = "mine"}), 1u);
        QCOMPARE(after.open({m_source, 8}).number(Count), static_cast<double>(table.count[8]));
    }

    void failedRunsKeepNothingButTheReason()
    {
        const RunId run = begin();
        FeatureSource made = sourceNamed("failed", 8);
        made.run = run;
        m_project->featureSources().add(made);
        const FeatureScope scope{m_source, addSweep(run, m_source, 1000)};
        m_project->featureColumns().put(run, scope, randomTable(latents, 1000, 1));
        m_project->featureContexts().put(*scope.sweep, 0, std::vector<std::string>{"words"});
        m_project->labels().add({.feature = {m_source, 4}, .run = run, .text = "label"});
        m_project->failRun(run, "The disk was full.");
        for (const char* table :
            {"result", "feature_sweep", "feature_column", "feature_context", "label"})
            QCOMPARE(rows(table), 0);
        QCOMPARE(m_project->featureSources().list().size(), 1u);
        QVERIFY(m_project->run(run)->failure == "The disk was full.");
    }

    void whatBelongsToASourceGoesWithIt()
    {
        const FeatureScope scope = sweepOf(m_source, randomTable(latents, 1000, 1));
        const SourceId other = m_project->featureSources().add(sourceNamed("other", 10));
        for (const SourceId source : {m_source, other}) {
            const FeatureKey key{source, 3};
            const LabelId label = m_project->labels().add({.feature = key, .text = "gone words"});
            m_project->labels().addScore({.label = label, .scorer = "fuzzing"});
            const ListId list = m_project->featureLists().add({.name = "l"});
            m_project->featureLists().put(list, {.feature = key, .note = ""});
            m_project->featureLists().tag(key, "t");
            m_project->notes().add(
                {.targetKind = "feature", .target = packed(key), .text = "a note"});
            QCOMPARE(m_project->featureBrowser().open(key).notes.size(), 1u);
        }
        m_project->featureSources().remove(m_source);
        for (const char* table : {"feature_sweep", "feature_column", "result"})
            QCOMPARE(rows(table), 0);
        for (const char* table :
            {"label", "label_score", "feature_list_item", "feature_tag", "note"})
            QCOMPARE(rows(table), 1);
        QCOMPARE(rows("feature_list"), 2);
        FeatureBrowser browser = m_project->featureBrowser();
        QVERIFY(browser.find({.labelWords = "gone"}) == std::vector<FeatureKey>({{other, 3}}));
        QVERIFY(sentenceOf([&] { browser.find({.scopes = {scope}}); }).contains("not in the"));

        m_project->models().remove(ModelId{1});
        for (const char* table : {"feature_source", "label", "label_score", "feature_tag", "note"})
            QCOMPARE(rows(table), 0);
        QCOMPARE(browser.count({}), 0u);
    }

    void copiesAreWhole()
    {
        sweepOf(m_source, randomTable(latents, 1000, 1));
        const LabelId gone = m_project->labels().add({.feature = {m_source, 2}, .text = "old"});
        m_project->labels().add({.feature = {m_source, 3}, .text = "about mills"});
        m_project->labels().remove(gone);
        m_project->compact();
        const std::filesystem::path copy = m_folder->filePath("b.microtome").toStdString();
        m_project->saveAs(copy);
        for (const auto& file : {path(), copy}) {
            std::optional<Project> opened;
            if (file == copy)
                opened.emplace(Project::open(copy));
            Project& project = opened ? *opened : *m_project;
            QVERIFY(project.verify().empty());
            FeatureBrowser browser = project.featureBrowser();
            QVERIFY(
                browser.find({.labelWords = "mills"}) == std::vector<FeatureKey>({{m_source, 3}}));
            QCOMPARE(
                browser.count({.filters = {{Count, Compare::AtLeast, 0}}}), std::size_t{latents});
        }
    }
};

QTEST_GUILESS_MAIN(TestFeatures)
#include "tst_features.moc"
