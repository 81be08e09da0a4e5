// The offline explainer, on a made-up text in which the truth is known.
#include "core/features/interpret/english.h"
#include "core/features/interpret/explain.h"
#include "core/features/interpret/predicate/evaluate.h"
#include "core/features/interpret/selftest/explainerselftest.h"
#include "core/work/error.h"
#include "tests/core/features/interpret/storytext.h"

#include <nlohmann/json.hpp>

#include <QElapsedTimer>
#include <QTest>

#include <cmath>

using namespace microtome;
using namespace microtome::test;

namespace {

std::vector<float> ones(std::size_t count)
{
    return std::vector<float>(count, 1.0F);
}

bool scores(const Windows& windows, std::uint32_t token)
{
    const std::uint64_t document = windows.corpus().documentOf(token);
    return windows.in(windows.windowOf(token, document), Split::Scoring);
}

} // namespace

class TestExplain : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { m_story.emplace(600, 1); }

    void findsWhatIsPlanted()
    {
        QElapsedTimer timer;
        timer.start();
        const SelfTest test = explainerSelfTest(m_story->reading());
        const double each
            = static_cast<double>(timer.elapsed()) / static_cast<double>(test.cases.size());
        qInfo("%d tokens, %.0f ms for a latent", int(m_story->corpus().tokens()), each);
        QCOMPARE(test.rows.size(), std::size_t(2 * plantedKinds));
        for (const SelfTestCase& one : test.cases)
            if (!one.found || one.truth.balancedAccuracy.value < 0.99)
                qInfo("%s%s, planted %s: %.3f %s", nameOf(one.kind), one.noisy ? " (noisy)" : "",
                    one.planted.c_str(), one.truth.balancedAccuracy.value, one.sentence.c_str());
        for (const SelfTestRow& row : test.rows) {
            qInfo("%-33s %s found %d of %d, balanced accuracy %.3f, of the truth %.3f",
                nameOf(row.kind), row.noisy ? "noisy" : "clean", int(row.found), int(row.planted),
                row.balancedAccuracy, row.truth);
            QVERIFY(row.planted > 0);
            QVERIFY2(row.worst >= 0.95, nameOf(row.kind));
            QVERIFY2(row.truth >= 0.95, nameOf(row.kind));
            if (row.kind != PlantedKind::Regex) // few words end so: naming them is as short
                QVERIFY2(row.found + 1 >= row.planted, nameOf(row.kind));
        }
    }

    void saysItInEnglish()
    {
        const Predicate planted{AllOf{{{TokenIs{{m_story->id(" the")}, -1}},
            {TokenIs{{m_story->id(" walk"), m_story->id(" look")}, 0}}}}};
        const auto tokens = m_story->where(planted);
        const Explanation found = explainFirings(tokens, ones(tokens.size()), m_story->reading());
        QCOMPARE(QString::fromStdString(found.sentence),
            QString("Fires on ` walk` or ` look` after ` the`."));
        QCOMPARE(found.threshold, 0.0);
        QCOMPARE(found.scoring.precision.value, 1.0);
        QCOMPARE(found.scoring.recall.value, 1.0);
        QVERIFY(found.scoring.precision.low < 1 && found.scoring.precision.low > 0.8);
        QCOMPARE(found.scoring.firing + found.explaining.firing, tokens.size());
        QVERIFY(found.simple.size() >= 4);
        // What is stored says the same again.
        const Predicate again = predicateFrom(toJson(found.predicate));
        QCOMPARE(m_story->where(again), tokens);
    }

    void readsOnlyWhatExplains()
    {
        auto tokens = m_story->where({TokenIs{{m_story->id(" play"), m_story->id(" rest")}, 0}});
        const auto first = explainFirings(tokens, ones(tokens.size()), m_story->reading());
        // The other side of the split fires on something else altogether, and much stronger.
        std::erase_if(tokens, [&](std::uint32_t t) { return scores(m_story->windows(), t); });
        for (const std::uint32_t t : m_story->where({PieceIs{PieceKind::Number, 0}}))
            if (scores(m_story->windows(), t))
                tokens.push_back(t);
        std::ranges::sort(tokens);
        std::vector<float> strengths;
        for (const std::uint32_t t : tokens)
            strengths.push_back(scores(m_story->windows(), t) ? 50.0F : 1.0F);
        const auto second = explainFirings(tokens, strengths, m_story->reading());
        QVERIFY(toJson(first.predicate) == toJson(second.predicate));
        QCOMPARE(second.explaining.f1, 1.0);
        QCOMPARE(second.scoring.f1, 0.0);
        QVERIFY(second.scoring.balancedAccuracy.value < 0.5);
    }

    void weightsRestorePrecision()
    {
        // Fires at half of the places of a word: precision 1/2 however few of the others are drawn.
        const Predicate word{TokenIs{{m_story->id(" the")}, 0}};
        const auto all = m_story->where(word);
        std::vector<std::uint32_t> half;
        for (std::size_t i = 0; i < all.size(); i += 2)
            half.push_back(all[i]);
        const Examples exact(m_story->reading(), Split::All, half, {1U << 20, 1U << 20}, 1);
        const auto truth = agreementOf(exact, evaluate(word, m_story->reading(), exact.places()));
        QCOMPARE(truth.precision.value, double(half.size()) / double(all.size()));
        QCOMPARE(truth.firing + truth.silent, m_story->corpus().tokens());
        int inside = 0;
        double sum = 0;
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            const Examples few(m_story->reading(), Split::All, half, {300, 500}, seed);
            const auto seen = agreementOf(few, evaluate(word, m_story->reading(), few.places()));
            QCOMPARE(seen.firing, truth.firing);
            inside += seen.precision.contains(truth.precision.value);
            sum += seen.precision.value;
        }
        QVERIFY2(inside >= 45, qPrintable(QString::number(inside)));
        QVERIFY(std::abs(sum / 50 - truth.precision.value) < 0.01);
    }

    void thresholdIsPartOfTheAnswer()
    {
        // Strong on one word, weak at random.
        const auto strong = m_story->where({TokenIs{{m_story->id(" garden")}, 0}});
        std::vector<std::uint32_t> tokens = strong;
        std::mt19937_64 random(3);
        for (int i = 0; i < 3000; ++i)
            tokens.push_back(static_cast<std::uint32_t>(random() % m_story->corpus().tokens()));
        std::ranges::sort(tokens);
        tokens.erase(std::ranges::unique(tokens).begin(), tokens.end());
        std::vector<float> strengths;
        for (const std::uint32_t t : tokens)
            strengths.push_back(std::ranges::binary_search(strong, t) ? 10.0F : 1.0F);
        const auto found = explainFirings(tokens, strengths, m_story->reading());
        QCOMPARE(found.threshold, 0.3);
        QCOMPARE(found.above, 3.0F);
        QCOMPARE(found.scoring.f1, 1.0);
        QVERIFY(QString::fromStdString(found.sentence).contains("above 30 % of its largest value"));
    }

    void extremesAreAnswered()
    {
        const auto none = explainFirings({}, {}, m_story->reading());
        QVERIFY(QString::fromStdString(none.sentence).startsWith("Does not fire"));
        QVERIFY(m_story->where(none.predicate).empty());

        std::vector<std::uint32_t> one{0};
        while (scores(m_story->windows(), one[0]))
            ++one[0];
        const auto single = explainFirings(one, ones(1), m_story->reading());
        QCOMPARE(single.firing, std::uint64_t(1));
        QVERIFY(std::isnan(single.scoring.recall.value)); // nothing fires there: nothing is known
        QVERIFY(!single.sentence.empty());

        std::vector<std::uint32_t> every(m_story->corpus().tokens());
        for (std::uint32_t t = 0; t < every.size(); ++t)
            every[t] = t;
        const auto dense = explainFirings(every, ones(every.size()), m_story->reading());
        QCOMPARE(QString::fromStdString(dense.sentence), QString("Fires on every token."));
        QCOMPARE(dense.scoring.recall.value, 1.0);

        std::vector<std::uint32_t> noise;
        std::mt19937_64 random(4);
        for (std::uint32_t t = 0; t < every.size(); ++t)
            if (random() % 20 == 0)
                noise.push_back(t);
        const auto nothing = explainFirings(noise, ones(noise.size()), m_story->reading());
        QVERIFY(std::abs(nothing.scoring.balancedAccuracy.value - 0.5) < 0.05);
    }

    void worksThroughAnIndexAndWithoutText()
    {
        const auto index = m_story->index(
            {{TokenIs{{m_story->id(" rain")}, 0}}, {TokenIs{{m_story->id(" open")}, -1}}});
        const Reading bare(m_story->windows());
        const auto found = explain(*index, bare, 1);
        QCOMPARE(QString::fromStdString(found.sentence),
            QString("Fires after `#%1`.").arg(m_story->id(" open")));
        QCOMPARE(found.scoring.f1, 1.0);
        QVERIFY(sentence([&] { explain(*index, bare, 2); }).contains("no latent"));
        ExplainSettings wrong;
        wrong.thresholds = {1.5};
        QVERIFY(!sentence([&] { explain(*index, bare, 0, wrong); }).isEmpty());
        QVERIFY(sentence([&] { Reading(m_story->windows(), {"a"}); }).contains("tokenizer"));
        QVERIFY(sentence([&] {
            Reading(m_story->windows(), {}, {{"x", {9, 9}}});
        }).contains("sort"));
    }

private:
    std::optional<Story> m_story;
};

QTEST_GUILESS_MAIN(TestExplain)
#include "tst_explain.moc"
