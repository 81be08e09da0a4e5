#include "core/nn/directions/fastlogits.h"
#include "core/nn/directions/fastneighbours.h"
#include "tests/core/features/directions/planted.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <cmath>

using namespace microtome;

namespace {

bool close(double a, double b, double within)
{
    return std::abs(a - b) <= within * std::max(1.0, std::abs(b));
}

/// The same latents in the same order, cosines to the last bits.
void compare(const NeighbourTable& fast, const NeighbourTable& plain)
{
    QCOMPARE(fast.most, plain.most);
    QCOMPARE(fast.found, plain.found);
    for (std::size_t i = 0; i < plain.count(); ++i)
        for (std::size_t r = 0; r < plain.of(i).size(); ++r) {
            const Neighbour &a = fast.of(i)[r], &b = plain.of(i)[r];
            const bool tied = std::abs(a.cosine - b.cosine) < 1e-7F;
            QVERIFY(close(a.cosine, b.cosine, 1e-7));
            QVERIFY2(a.latent == b.latent || tied, std::to_string(i).c_str());
        }
}

/// Latents that write nothing, are equal and opposite, among random ones.
Matrix withOddRows(Draws& draws, std::size_t n, std::size_t d)
{
    const Matrix random = test::randomMatrix(draws, n, d);
    std::vector<float> values(random.values().begin(), random.values().end());
    const auto row
        = [&](std::size_t i) { return values.begin() + static_cast<std::ptrdiff_t>(i * d); };
    for (std::size_t i = 3; i + 5 < n; i += 97) {
        std::fill_n(row(i), d, 0.0F);
        std::copy_n(row(i + 1), d, row(i + 2)); // equal to the last bit
        std::transform(row(i + 1), row(i + 2), row(i + 3), [](float x) { return -2 * x; });
    }
    return {n, d, std::move(values)};
}

} // namespace

/// Products in tiles against the plain formulas.
class TestDirectionsFast : public QObject {
    Q_OBJECT

private slots:
    void neighboursOfOne_data()
    {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("most");
        QTest::newRow("one") << 1 << 16;
        QTest::newRow("fewer than asked for") << 9 << 16;
        QTest::newRow("a tile") << 256 << 16;
        QTest::newRow("tiles and a rest") << 1100 << 16;
        QTest::newRow("most of all") << 300 << 299;
        QTest::newRow("none") << 20 << 0;
    }
    void neighboursOfOne()
    {
        QFETCH(int, n);
        QFETCH(int, most);
        Draws draws(2);
        const Directions d{{withOddRows(draws, static_cast<std::size_t>(n), 20)}};
        const auto count = static_cast<std::size_t>(most);
        compare(neighboursFast(d, count), neighbours(d, count));
    }

    void equalLatentsComeByNumber()
    {
        // 40 latents in 5 directions, so that all cosines are many times tied.
        std::vector<float> values;
        for (int i = 0; i < 40; ++i)
            for (int j = 0; j < 5; ++j)
                values.push_back(i % 5 == j ? static_cast<float>(1 << (i % 3)) : 0.0F);
        const Directions d{{Matrix(40, 5, values)}};
        const NeighbourTable fast = neighboursFast(d, 10), plain = neighbours(d, 10);
        QCOMPARE(fast.entries, plain.entries);
        QCOMPARE(fast.of(0)[0], (Neighbour{5, 1}));
        QCOMPARE(fast.of(0)[7], (Neighbour{1, 0}));
    }

    void ofSeveralPlacesAndBetweenTwo()
    {
        Draws draws(3);
        const auto some = [&](std::size_t n) {
            return Directions{{withOddRows(draws, n, 7), withOddRows(draws, n, 12)}};
        };
        const Directions a = some(700), b = some(1300);
        compare(neighboursFast(a, 16), neighbours(a, 16));
        compare(neighboursFast(a, b, 16), neighbours(a, b, 16));
        QVERIFY_THROWS_EXCEPTION(
            Error, neighboursFast(a, Directions{{test::randomMatrix(draws, 4, 19)}}, 16));
    }

    void logits_data()
    {
        QTest::addColumn<bool>("centred");
        QTest::addColumn<bool>("gain");
        QTest::newRow("layer norm") << true << true;
        QTest::newRow("rms norm") << false << true;
        QTest::newRow("no norm") << false << false;
    }
    void logits()
    {
        QFETCH(bool, centred);
        QFETCH(bool, gain);
        Draws draws(4);
        ReadOutWeights weights;
        weights.unembedding = test::randomMatrix(draws, 1500, 24);
        if (gain)
            for (int i = 0; i < 24; ++i)
                weights.gain.push_back(1 + static_cast<float>(test::bell(draws)) / 4);
        weights.centred = centred;
        const Matrix decoder = withOddRows(draws, 700, 24); // more than one tile
        const auto plain = logitTable(decoder, weights);
        const auto fast = logitTableFast(decoder, weights);
        QCOMPARE(fast.size(), plain.size());
        for (std::size_t i = 0; i < plain.size(); ++i) {
            for (std::size_t r = 0; r < 20; ++r) {
                for (const auto end : {&LatentLogits::promoted, &LatentLogits::suppressed}) {
                    const ReadOut::Entry a = (fast[i].*end)[r], b = (plain[i].*end)[r];
                    QVERIFY(close(a.logit, b.logit, 1e-5));
                    QVERIFY(a.id == b.id || std::abs(a.logit - b.logit) < 1e-4F);
                }
            }
            QVERIFY(close(fast[i].deviation, plain[i].deviation, 1e-5));
            QVERIFY(close(fast[i].skew, plain[i].skew, 1e-4));
            QVERIFY(close(fast[i].kurtosis, plain[i].kurtosis, 1e-4));
            std::uint32_t tokens = 0;
            int moved = 0;
            for (std::size_t b = 0; b < 50; ++b) {
                tokens += fast[i].histogram[b];
                moved += std::abs(static_cast<int>(fast[i].histogram[b])
                    - static_cast<int>(plain[i].histogram[b]));
            }
            QCOMPARE(tokens, 1500U);
            QVERIFY(moved <= 4);
        }
        QCOMPARE(fast[3].deviation, 0.0); // writes nothing
    }

    void stop()
    {
        Draws draws(6);
        const Matrix m = test::randomMatrix(draws, 600, 8);
        const auto stop = std::make_shared<std::atomic<bool>>(false);
        const Progress progress(
            [&](double fraction, const std::string&) { *stop = fraction > 0.3; }, stop);
        QVERIFY_THROWS_EXCEPTION(Cancelled, neighboursFast({{m}}, 16, progress));
        *stop = false;
        ReadOutWeights weights;
        weights.unembedding = test::randomMatrix(draws, 50, 8);
        QVERIFY_THROWS_EXCEPTION(Cancelled, logitTableFast(m, weights, {}, progress));
    }
};

QTEST_GUILESS_MAIN(TestDirectionsFast)
#include "tst_directions_fast.moc"
