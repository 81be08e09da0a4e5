#include "core/features/directions/logitsummary.h"
#include "tests/core/features/coder/plaincoder.h"
#include "tests/core/features/directions/planted.h"

#include <QTest>

#include <algorithm>
#include <limits>
#include <numeric>

using namespace microtome;

namespace {

/// Ids and logits of an end of the table.
std::vector<std::pair<int, float>> pairs(const std::vector<ReadOut::Entry>& entries)
{
    std::vector<std::pair<int, float>> made;
    for (const auto& entry : entries)
        made.push_back({entry.id, entry.logit});
    return made;
}

using Pairs = std::vector<std::pair<int, float>>;

ReadOutWeights byHand()
{
    ReadOutWeights weights;
    weights.unembedding = rows({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 1, 1}});
    weights.gain = {1, 2, 1};
    return weights;
}

bool close(double a, double b, double within = 1e-12)
{
    return std::abs(a - b) <= within * std::max(1.0, std::abs(b));
}

} // namespace

/// What directions do to the logits by themselves.
class TestLogitTable : public QObject {
    Q_OBJECT

private slots:
    void behindALayerNorm()
    {
        ReadOutWeights weights = byHand();
        weights.centred = true;
        // (1, 2, 6) - 3 = (-2, -1, 3); times the gain (-2, -2, 3); logits -2, -2, 3, -1, mean -0.5
        const auto table = logitTable(rows({{1, 2, 6}}), weights, {.most = 2, .bins = 5});
        QCOMPARE(table.size(), std::size_t(1));
        QCOMPARE(pairs(table[0].promoted), (Pairs{{2, 3.5F}, {3, -0.5F}}));
        QCOMPARE(pairs(table[0].suppressed), (Pairs{{0, -1.5F}, {1, -1.5F}})); // ties by id
        QCOMPARE(table[0].histogram, (std::vector<std::uint32_t>{2, 1, 0, 0, 1}));
        QCOMPARE(table[0].least, -1.5F);
        QCOMPARE(table[0].greatest, 3.5F);
        QVERIFY(close(table[0].deviation, std::sqrt(4.25)));
        QVERIFY(close(table[0].skew, 9 / std::pow(4.25, 1.5)));
        QVERIFY(close(table[0].kurtosis, 40.0625 / (4.25 * 4.25)));
    }

    void behindAnRmsNormAndNone()
    {
        // (1, 4, 6): logits 1, 4, 6, 11, mean 5.5
        ReadOutWeights weights = byHand();
        const auto rms = logitTable(rows({{1, 2, 6}}), weights, {.most = 9});
        QCOMPARE(pairs(rms[0].promoted), (Pairs{{3, 5.5F}, {2, 0.5F}, {1, -1.5F}, {0, -4.5F}}));
        weights.gain.clear(); // 1, 2, 6, 9, mean 4.5
        const auto none = logitTable(rows({{1, 2, 6}}), weights, {.most = 1});
        QCOMPARE(pairs(none[0].promoted), (Pairs{{3, 4.5F}}));
        QCOMPARE(pairs(none[0].suppressed), (Pairs{{0, -3.5F}}));
    }

    void ofALatentWithoutEffect()
    {
        ReadOutWeights weights = byHand();
        weights.centred = true;
        // What is the same in every coordinate does not pass a LayerNorm.
        for (const Matrix& decoder : {rows({{0, 0, 0}}), rows({{7, 7, 7}})}) {
            const LatentLogits made = logitTable(decoder, weights)[0];
            QCOMPARE(made.deviation, 0.0);
            QCOMPARE(made.skew, 0.0);
            QCOMPARE(made.kurtosis, 0.0);
            QCOMPARE(made.histogram[0], 4U);
        }
    }

    /// One pass over logits against sorting them.
    void summary_data()
    {
        QTest::addColumn<int>("vocabulary");
        for (const int n : {1, 2, 19, 511, 512, 513, 5000})
            QTest::newRow(std::to_string(n).c_str()) << n;
    }
    void summary()
    {
        QFETCH(int, vocabulary);
        Draws draws(static_cast<std::uint64_t>(vocabulary));
        const auto n = static_cast<std::size_t>(vocabulary);
        ReadOutWeights weights;
        weights.unembedding = test::randomMatrix(draws, n, 1);
        const LogitTableSettings settings{.most = 20, .bins = 50};
        const LatentLogits plain = logitTable(rows({{1}}), weights, settings)[0];
        std::vector<float> logits(
            weights.unembedding.values().begin(), weights.unembedding.values().end());
        const LatentLogits made = summarised(logits, settings);
        QCOMPARE(made.promoted.size(), std::min<std::size_t>(20, n));
        for (std::size_t i = 0; i < made.promoted.size(); ++i) {
            QCOMPARE(made.promoted[i].id, plain.promoted[i].id);
            QCOMPARE(made.suppressed[i].id, plain.suppressed[i].id);
            QVERIFY(close(made.promoted[i].logit, plain.promoted[i].logit, 1e-6));
        }
        QVERIFY(close(made.deviation, plain.deviation, 1e-6));
        QVERIFY(close(made.skew, plain.skew, 1e-5));
        QVERIFY(close(made.kurtosis, plain.kurtosis, 1e-5));
        QVERIFY(close(std::accumulate(logits.begin(), logits.end(), 0.0), 0, 1e-6 * vocabulary));
        int moved = 0;
        std::uint32_t all = 0;
        for (std::size_t i = 0; i < 50; ++i) {
            moved += std::abs(
                static_cast<int>(made.histogram[i]) - static_cast<int>(plain.histogram[i]));
            all += made.histogram[i];
        }
        QCOMPARE(all, static_cast<std::uint32_t>(n));
        QVERIFY2(moved <= 2, std::to_string(moved).c_str()); // at an edge between two bins
    }

    void equalLogitsByTheirIds()
    {
        std::vector<float> logits(2000, 1);
        logits[700] = logits[1500] = logits[3] = 5;
        const LatentLogits made = summarised(logits, {.most = 4, .bins = 2});
        std::vector<int> top, bottom;
        for (const auto& entry : made.promoted)
            top.push_back(entry.id);
        for (const auto& entry : made.suppressed)
            bottom.push_back(entry.id);
        QCOMPARE(top, (std::vector<int>{3, 700, 1500, 0}));
        QCOMPARE(bottom, (std::vector<int>{0, 1, 2, 4}));
        QCOMPARE(made.histogram, (std::vector<std::uint32_t>{1997, 3}));
    }

    void whatDoesNotFit()
    {
        const ReadOutWeights weights = byHand();
        QVERIFY_THROWS_EXCEPTION(Error, logitTable(rows({{1, 2}}), weights));
        QVERIFY_THROWS_EXCEPTION(Error, logitTable({}, weights));
        QVERIFY_THROWS_EXCEPTION(Error, logitTable(rows({{1, 2, 3}}), {}));
        QVERIFY_THROWS_EXCEPTION(Error, logitTable(rows({{1, 2, 3}}), weights, {.bins = 0}));
        for (const float bad :
            {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            std::vector<float> logits{1, bad, 2};
            QVERIFY_THROWS_EXCEPTION(Error, summarised(logits, {}));
        }
    }
};

QTEST_GUILESS_MAIN(TestLogitTable)
#include "tst_logittable.moc"
