#include "core/store/reader.h"
#include "featureproject.h"

#include <QTest>

using namespace microtome;
using samples::FeatureProject;
using enum FeatureNumber;

namespace {

constexpr std::uint32_t latents = FeatureProject::latents;

template <class F> QString sentenceOf(F&& function)
{
    try {
        function();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

} // namespace

class TestFeatureLife : public QObject {
    Q_OBJECT

private:
    std::optional<FeatureProject> m_project;

private slots:
    void init() { m_project.emplace(); }
    void cleanup()
    {
        const auto problems = (*m_project)->verify();
        QVERIFY2(problems.empty(), problems.empty() ? "" : problems.front().c_str());
    }

    void aSweepMadeAnewTakesThePlaceOfTheOld()
    {
        RunKey key;
        key.kind = "again";
        for (const unsigned seed : {1U, 2U}) {
            const RunId run = (*m_project)->beginRun(key, "test");
            const FeatureScope scope{
                m_project->source(), m_project->addSweep(run, m_project->source(), 1000)};
            (*m_project)
                ->featureColumns()
                .put(run, scope, samples::latentTable(latents, 1000, seed));
            (*m_project)->commitRun(run);
        }
        QCOMPARE((*m_project)->featureSources().sweeps(m_project->source()).size(), 1u);
        QCOMPARE((*m_project)->featureBrowser().open({m_project->source(), 1}).number(Count),
            static_cast<double>(samples::latentTable(latents, 1000, 2).count[1]));
        QCOMPARE(m_project->rows("feature_column"), 16);
    }

    void interruptedRunsLeaveNothing()
    {
        const LatentTable table = samples::latentTable(latents, 1000, 1);
        const FeatureScope scope = m_project->sweepOf(m_project->source(), table);
        (*m_project)->labels().add({.feature = {m_project->source(), 3}, .text = "mine"});

        const RunId run = m_project->begin();
        FeatureSource made = m_project->sourceNamed("half made", 8);
        made.run = run;
        const SourceId half = (*m_project)->featureSources().add(made);
        made.name = "taken up";
        const SourceId taken = (*m_project)->featureSources().add(made);
        const FeatureScope other{
            m_project->source(), m_project->addSweep(run, m_project->source(), 1000)};
        (*m_project)->featureColumns().put(run, other, table);
        (*m_project)
            ->featureContexts()
            .put(*other.sweep, 0, std::vector<std::string>(10, "hidden words"));
        (*m_project)
            ->labels()
            .add({.feature = {m_project->source(), 4}, .run = run, .text = "hidden label"});
        FeatureBrowser browser = (*m_project)->featureBrowser();
        QVERIFY(browser.open({m_project->source(), 4}).labels.empty());
        QCOMPARE(browser.count({.labelWords = "hidden"}), 0u);
        QCOMPARE(browser.count({.labelled = true}), 1u);
        QVERIFY(sentenceOf([&] { browser.count({.scopes = {other}}); }).contains("any more"));
        {
            ProjectReader reader(m_project->path());
            QCOMPARE(reader.featureBrowser().count({.labelWords = "hidden"}), 0u);
            QCOMPARE(reader.featureSources().list().size(), 1u);
            QVERIFY(sentenceOf([&] {
                reader.labels().add({.feature = {m_project->source(), 3}, .text = "x"});
            }).contains("can only be read"));
        }
        const RunId next = m_project->begin(); // uses a source that another run is still making
        m_project->addSweep(next, taken, 5);
        (*m_project)->commitRun(next);

        m_project->reopen(); // `run` was never committed
        QVERIFY(!(*m_project)->run(run));
        QVERIFY(
            !(*m_project)->featureSources().get(half) && (*m_project)->featureSources().get(taken));
        QCOMPARE((*m_project)->featureSources().sweeps(taken).size(), 1u);
        QCOMPARE((*m_project)->featureSources().sweeps(m_project->source()).size(), 1u);
        QCOMPARE(
            (*m_project)->featureSources().sweeps(m_project->source()).front().id, *scope.sweep);
        QCOMPARE(m_project->rows("feature_context"), 0);
        QCOMPARE(m_project->rows("label"), 1);
        QCOMPARE(m_project->rows("feature_column"), 16);
        FeatureBrowser after = (*m_project)->featureBrowser();
        QCOMPARE(after.count({.labelWords = "mine"}), 1u);
        QCOMPARE(after.open({m_project->source(), 8}).number(Count),
            static_cast<double>(table.count[8]));
    }

    void failedRunsKeepNothingButTheReason()
    {
        const RunId run = m_project->begin();
        FeatureSource made = m_project->sourceNamed("failed", 8);
        made.run = run;
        (*m_project)->featureSources().add(made);
        const FeatureScope scope{
            m_project->source(), m_project->addSweep(run, m_project->source(), 1000)};
        (*m_project)->featureColumns().put(run, scope, samples::latentTable(latents, 1000, 1));
        (*m_project)->featureContexts().put(*scope.sweep, 0, std::vector<std::string>{"words"});
        (*m_project)
            ->labels()
            .add({.feature = {m_project->source(), 4}, .run = run, .text = "label"});
        (*m_project)->failRun(run, "The disk was full.");
        for (const char* table :
            {"result", "feature_sweep", "feature_column", "feature_context", "label"})
            QCOMPARE(m_project->rows(table), 0);
        QCOMPARE((*m_project)->featureSources().list().size(), 1u);
        QVERIFY((*m_project)->run(run)->failure == "The disk was full.");
    }

    void whatBelongsToASourceGoesWithIt()
    {
        const FeatureScope scope
            = m_project->sweepOf(m_project->source(), samples::latentTable(latents, 1000, 1));
        const SourceId other
            = (*m_project)->featureSources().add(m_project->sourceNamed("other", 10));
        for (const SourceId source : {m_project->source(), other}) {
            const FeatureKey key{source, 3};
            const LabelId label
                = (*m_project)->labels().add({.feature = key, .text = "gone words"});
            (*m_project)->labels().addScore({.label = label, .scorer = "fuzzing"});
            const ListId list = (*m_project)->featureLists().add({.name = "l"});
            (*m_project)->featureLists().put(list, {.feature = key, .note = ""});
            (*m_project)->featureLists().tag(key, "t");
            (*m_project)
                ->notes()
                .add({.targetKind = "feature", .target = packed(key), .text = "a note"});
            QCOMPARE((*m_project)->featureBrowser().open(key).notes.size(), 1u);
        }
        (*m_project)->featureSources().remove(m_project->source());
        for (const char* table : {"feature_sweep", "feature_column", "result"})
            QCOMPARE(m_project->rows(table), 0);
        for (const char* table :
            {"label", "label_score", "feature_list_item", "feature_tag", "note"})
            QCOMPARE(m_project->rows(table), 1);
        QCOMPARE(m_project->rows("feature_list"), 2);
        FeatureBrowser browser = (*m_project)->featureBrowser();
        QVERIFY(browser.find({.labelWords = "gone"}) == std::vector<FeatureKey>({{other, 3}}));
        QVERIFY(sentenceOf([&] { browser.find({.scopes = {scope}}); }).contains("not in the"));

        (*m_project)->models().remove(ModelId{1});
        for (const char* table : {"feature_source", "label", "label_score", "feature_tag", "note"})
            QCOMPARE(m_project->rows(table), 0);
        QCOMPARE(browser.count({}), 0u);
    }

    void copiesAreWhole()
    {
        m_project->sweepOf(m_project->source(), samples::latentTable(latents, 1000, 1));
        const LabelId gone
            = (*m_project)->labels().add({.feature = {m_project->source(), 2}, .text = "old"});
        (*m_project)->labels().add({.feature = {m_project->source(), 3}, .text = "about mills"});
        (*m_project)->labels().remove(gone);
        (*m_project)->compact();
        const std::filesystem::path copy = m_project->path("b.microtome");
        (*m_project)->saveAs(copy);
        for (const auto& file : {m_project->path(), copy}) {
            std::optional<Project> opened;
            if (file == copy)
                opened.emplace(Project::open(copy));
            Project& project = opened ? *opened : **m_project;
            QVERIFY(project.verify().empty());
            FeatureBrowser browser = project.featureBrowser();
            QVERIFY(browser.find({.labelWords = "mills"})
                == std::vector<FeatureKey>({{m_project->source(), 3}}));
            QCOMPARE(
                browser.count({.filters = {{Count, Compare::AtLeast, 0}}}), std::size_t{latents});
        }
    }
};

QTEST_GUILESS_MAIN(TestFeatureLife)
#include "tst_featurelife.moc"
