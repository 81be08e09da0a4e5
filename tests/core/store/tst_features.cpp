#include "featureproject.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace microtome;
using samples::FeatureProject;
using enum FeatureNumber;

namespace {

constexpr std::uint32_t latents = FeatureProject::latents;
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

} // namespace

class TestFeatures : public QObject {
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

    void sources()
    {
        FeatureSources sources = (*m_project)->featureSources();
        QCOMPARE(sources.add(m_project->sourceNamed("first", latents)),
            m_project->source()); // the same again
        QVERIFY(sentenceOf([&] {
            sources.add(m_project->sourceNamed("first", 7));
        }).contains("of other sizes"));
        QVERIFY(
            sentenceOf([&] { sources.add(m_project->sourceNamed("x", 0)); }).contains("0 latents"));
        QVERIFY(sentenceOf([&] {
            sources.add(m_project->sourceNamed("x", std::uint64_t{1} << 40));
        }).contains("1099511627776 latents"));
        QCOMPARE(sources.list().size(), 1u);
        QVERIFY(sources.get(m_project->source())->declared == nlohmann::json({{"k", 32}}));
        QCOMPARE(sources.get(m_project->source())->latents, std::uint64_t{latents});

        const RunId run = m_project->begin();
        FeatureSource made = m_project->sourceNamed("trained", 8);
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
        (*m_project)->commitRun(run);
        QVERIFY(sources.get(id)->kind == SourceKind::Codes);
        const auto checks = sources.checks(id);
        QCOMPARE(checks.size(), 1u);
        QVERIFY(checks[0].fvu == 0.1 && checks[0].ceReplaced == 3.5 && !checks[0].l0);
        QVERIFY(checks[0].verdict == check.verdict && checks[0].excluded == check.excluded);
        QVERIFY(sentenceOf([&] { sources.addCheck(check); }).contains("running run only"));

        (*m_project)->remove(run); // the source stays
        QVERIFY(sources.get(id) && !sources.get(id)->run && sources.checks(id).empty());
        FeatureSweep outside;
        outside.source = id;
        outside.run = m_project->begin();
        for (const char* place : {"/etc/passwd", "../x", "a/../../x"}) {
            outside.indexPath = place;
            QVERIFY(sentenceOf([&] { sources.addSweep(outside); }).contains("outside the project"));
        }
    }

    void numbersComeBack()
    {
        const LatentTable table = samples::latentTable(latents, 1000, 1);
        const FeatureScope scope = m_project->sweepOf(m_project->source(), table);
        const RunId run = m_project->begin();
        std::vector<float> norms(latents, nothing);
        norms[7] = 1.5F;
        (*m_project)->featureColumns().put(run, {m_project->source()}, DecoderNorm, norms);
        std::vector<std::int32_t> clusters(latents, -1);
        clusters[7] = 3;
        (*m_project)->featureColumns().put(run, {m_project->source()}, Cluster, clusters);
        (*m_project)->commitRun(run);

        FeatureBrowser loaded = (*m_project)->featureBrowser(); // from columns in memory
        loaded.find({.sort = Count});
        QVERIFY(loaded.column(scope, Q99) && !loaded.column(scope, Effect));
        for (const std::uint32_t latent : {0U, 7U, 8U, latents - 1}) {
            for (FeatureBrowser browser : {(*m_project)->featureBrowser(), loaded}) {
                const FeatureDetail detail = browser.open({m_project->source(), latent});
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
        QVERIFY(sentenceOf([&] {
            loaded.open({m_project->source(), latents});
        }).contains("no latent 3000"));
        QVERIFY(sentenceOf([&] { loaded.open({SourceId{9}, 0}); }).contains("not in the project"));
        QVERIFY(sentenceOf([&] {
            loaded.open({m_project->source(), 0}, SweepId{9});
        }).contains("any more"));
    }

    void rankingsComeBack()
    {
        const RunId run = m_project->begin();
        FeatureColumns columns = (*m_project)->featureColumns();
        std::vector<std::int32_t> ids;
        std::vector<float> values;
        for (std::uint32_t latent = 0; latent < latents; ++latent)
            for (std::uint32_t i = 0; i < 20; ++i) {
                ids.push_back(
                    latent == 5 && i >= 2 ? -1 : static_cast<std::int32_t>(latent * 20 + i) % 3000);
                values.push_back(static_cast<float>(latent % 30) + static_cast<float>(i) / 32);
            }
        for (const Ranking ranking : {Ranking::TopLogits, Ranking::DecoderNeighbours})
            columns.put(run, {m_project->source()}, ranking, 20, ids, values);
        std::vector<float> bounds(latents * 2, 0.5F);
        std::vector<std::int32_t> counts(latents * 50, 3);
        counts[50 * 9 + 4] = 77;
        columns.putHistogram(run, {m_project->source()}, 50, bounds, counts);
        ids[0] = static_cast<std::int32_t>(latents);
        columns.put(run, {m_project->source()}, Ranking::BottomLogits, 20, ids,
            values); // a token, no latent
        QVERIFY(sentenceOf([&] {
            columns.put(run, {m_project->source()}, Ranking::EncoderNeighbours, 20, ids, values);
        }).contains("do not fit"));
        (*m_project)->commitRun(run);
        FeatureBrowser browser = (*m_project)->featureBrowser();
        for (const std::uint32_t latent : {0U, 5U, 1234U, latents - 1}) {
            const FeatureDetail detail = browser.open({m_project->source(), latent});
            QCOMPARE(detail.topLogits.size(), latent == 5 ? 2u : 20u);
            QVERIFY(detail.topLogits == detail.decoderNeighbours);
            for (std::size_t i = 0; i < detail.topLogits.size(); ++i) {
                QCOMPARE(detail.topLogits[i].value, values[latent * 20 + i]); // exact in f16
                QCOMPARE(detail.topLogits[i].id, (latent * 20 + i) % 3000);
            }
            QVERIFY(detail.encoderNeighbours.empty() && detail.partners.empty());
        }
        const LogitHistogram histogram = browser.open({m_project->source(), 9}).logits;
        QCOMPARE(histogram.counts.size(), 50u);
        QVERIFY(histogram.counts[4] == 77 && histogram.counts[5] == 3 && histogram.least == 0.5F);
    }

    void wrongNumbersAreRefused()
    {
        const RunId run = m_project->begin();
        FeatureColumns columns = (*m_project)->featureColumns();
        const std::vector<float> few(latents - 1);
        const std::vector<float> all(latents);
        QVERIFY(sentenceOf([&] {
            columns.put(run, {m_project->source()}, Max, few);
        }).contains("do not fit"));
        QVERIFY(sentenceOf([&] {
            columns.put(run, {m_project->source()}, Count, all);
        }).contains("not fit"));
        QVERIFY(sentenceOf([&] {
            columns.put(run, {m_project->source(), SweepId{8}}, Max, all);
        }).contains("is not one of this source"));
        QVERIFY(
            sentenceOf([&] { columns.put(run, {SourceId{8}}, Max, all); }).contains("not in the"));
        QVERIFY(sentenceOf([&] {
            columns.put(RunId{99}, {m_project->source()}, Max, all);
        }).contains("running"));
        const FeatureScope scope{
            m_project->source(), m_project->addSweep(run, m_project->source(), 1000)};
        QVERIFY(sentenceOf([&] {
            columns.put(run, scope, samples::latentTable(latents, 999, 1));
        }).contains("another corpus"));
        LatentTable table = samples::latentTable(latents, 1000, 1);
        table.topTrigram.pop_back();
        QVERIFY(sentenceOf([&] { columns.put(run, scope, table); }).contains("do not fit"));
        (*m_project)->commitRun(run);
        QCOMPARE(m_project->rows("feature_column"), 0); // all of it or nothing
        QVERIFY((*m_project)->results(run).empty());
    }

    void theNewestDoneRunCounts()
    {
        FeatureColumns columns = (*m_project)->featureColumns();
        const auto effect = [&] {
            return (*m_project)->featureBrowser().open({m_project->source(), 3}).number(Effect);
        };
        const RunId first = m_project->begin();
        columns.put(first, {m_project->source()}, Effect, std::vector<float>(latents, 1));
        columns.put(
            first, {m_project->source()}, Effect, std::vector<float>(latents, 2)); // replaces
        QVERIFY(std::isnan(effect()));
        (*m_project)->commitRun(first);
        QCOMPARE(effect(), 2.0);
        FeatureBrowser browser = (*m_project)->featureBrowser();
        QCOMPARE(browser.column({m_project->source()}, Effect)->at(3), 2.0);
        const RunId second = m_project->begin();
        columns.put(second, {m_project->source()}, Effect, std::vector<float>(latents, 3));
        QCOMPARE(effect(), 2.0);
        (*m_project)->commitRun(second);
        QCOMPARE(effect(), 3.0);
        QCOMPARE(browser.column({m_project->source()}, Effect)->at(3), 3.0); // not what was kept
        (*m_project)->remove(second);
        QCOMPARE(browser.column({m_project->source()}, Effect)->at(3), 2.0);
        (*m_project)->remove(first);
        QVERIFY(!browser.column({m_project->source()}, Effect));
        QCOMPARE(m_project->rows("feature_column") + m_project->rows("result"), 0);
    }
};

QTEST_GUILESS_MAIN(TestFeatures)
#include "tst_features.moc"
