#include "core/analysis/fourier.h"
#include "core/model/safetensors.h"
#include "tests/fakemodel.h"

#include <QtTest>

#include <cmath>
#include <filesystem>
#include <numbers>

using namespace microtome;

namespace {

constexpr int p = 97;

double wave(int k, int n, double phase)
{
    return std::cos(2 * std::numbers::pi * k * n / p + phase);
}

std::vector<float> cosineRow(int k, double phase, double mean = 0)
{
    std::vector<float> row;
    for (int n = 0; n < p; ++n)
        row.push_back(static_cast<float>(mean + wave(k, n, phase)));
    return row;
}

bool near(double a, double b, double tolerance = 1e-6)
{
    return std::abs(a - b) < tolerance;
}

} // namespace

/// Fourier spectra over Z_p against closed forms, and on nets whose frequencies are published.
class TestFourier : public QObject {
    Q_OBJECT

private slots:
    void cosines()
    {
        for (int k = 1; k <= p / 2; ++k)
            for (const double mean : {0.0, 5.0}) {
                const RowSpectrum s = rowSpectrum(cosineRow(k, 0.1 * k, mean));
                QVERIFY(near(s.twoSided, 0.5));
                QVERIFY(near(s.oneSided, 1));
                QVERIFY(near(s.share, 1));
                QCOMPARE(s.key, k);
                QVERIFY(near(s.power[static_cast<std::size_t>(k)], p * p / 4.0, 1e-2));
                QVERIFY(near(s.power[0], mean * mean * p * p, 1e-2));
            }
    }

    void twoFrequencies()
    {
        // Powers 4 : 1 of two frequencies: (16 + 1) / 25.
        std::vector<float> row = cosineRow(7, 0.4);
        for (int n = 0; n < p; ++n)
            row[static_cast<std::size_t>(n)] += static_cast<float>(2 * wave(30, n, 1));
        const RowSpectrum s = rowSpectrum(row);
        QVERIFY(near(s.oneSided, 17.0 / 25));
        QVERIFY(near(s.twoSided, 17.0 / 50));
        QCOMPARE(s.key, 30);
        QVERIFY(near(s.share, 0.8));
    }

    void noiseAndNothing()
    {
        FakeRandom random(5);
        double twoSided = 0;
        double oneSided = 0;
        constexpr int rows = 2000;
        for (int i = 0; i < rows; ++i) {
            std::vector<float> row(p);
            for (float& x : row)
                x = static_cast<float>(random.normal());
            const RowSpectrum s = rowSpectrum(row);
            twoSided += s.twoSided / rows;
            oneSided += s.oneSided / rows;
        }
        // 2 / p, 4 / p up to terms of 1 / p²
        QVERIFY2(near(twoSided, 0.020, 0.001), qPrintable(QString::number(twoSided)));
        QVERIFY2(near(oneSided, 0.040, 0.002), qPrintable(QString::number(oneSided)));

        for (const std::vector<float>& row : {std::vector<float>(p, 0.0f),
                 std::vector<float>(p, 0.1f), std::vector<float>{3.0f}, std::vector<float>{}}) {
            const RowSpectrum s = rowSpectrum(row);
            QCOMPARE(s.key, 0);
            QCOMPARE(s.oneSided, 0.0);
            QCOMPARE(s.share, 0.0);
        }
    }

    void evenLengthsHaveAMiddle()
    {
        // Over Z_4 the row 1, -1, 1, -1 is frequency 2, its own mirror image.
        const RowSpectrum s = rowSpectrum(std::vector<float>{1, -1, 1, -1});
        QCOMPARE(s.key, 2);
        QVERIFY(near(s.twoSided, 1) && near(s.oneSided, 1));
        // Parseval: the sum of powers is p times the sum of squares.
        FakeRandom random(1);
        for (const std::size_t length : {2u, 5u, 12u}) {
            std::vector<float> row(length);
            double squares = 0;
            for (float& x : row) {
                x = static_cast<float>(random.normal());
                squares += static_cast<double>(x) * static_cast<double>(x);
            }
            double power = 0;
            for (const double x : rowSpectrum(row).power)
                power += x;
            QVERIFY(near(power, static_cast<double>(length) * squares));
        }
    }

    void embeddings()
    {
        std::vector<float> values; // frequency 3 with strength 1, frequency 10 with 2
        for (int n = 0; n < p; ++n)
            for (const double x : {wave(3, n, 0), wave(3, n, 1), 2 * wave(10, n, 2)})
                values.push_back(static_cast<float>(x + 1));
        const auto shares = embeddingSpectrum({p, 3, values});
        QCOMPARE(shares.size(), std::size_t(49));
        QVERIFY(near(shares[3], 1.0 / 3) && near(shares[10], 2.0 / 3) && near(shares[4], 0));
    }

    void neurons()
    {
        std::vector<float> values;
        for (int a = 0; a < p; ++a)
            for (int b = 0; b < p; ++b) {
                values.push_back(static_cast<float>(wave(5, a, 0) + 2 * wave(9, b, 1)));
                values.push_back(static_cast<float>(3 + wave(11, a + b, 0.5)));
                values.push_back(0);
            }
        const auto spectra = neuronSpectra({std::size_t(p) * p, 3, values}, p);
        QCOMPARE(spectra.size(), std::size_t(3));
        QCOMPARE(spectra[0].a.key, 5);
        QCOMPARE(spectra[0].b.key, 9);
        QVERIFY(near(spectra[0].a.oneSided, 1) && near(spectra[0].b.oneSided, 1));
        QCOMPARE(spectra[0].sum.key, 0);
        QVERIFY(near(spectra[0].deviation, std::sqrt(2.5)));
        QCOMPARE(spectra[1].a.key, 0);
        QCOMPARE(spectra[1].b.key, 0);
        QCOMPARE(spectra[1].sum.key, 11);
        QVERIFY(near(spectra[1].sum.twoSided, 0.5));
        QCOMPARE(spectra[2].deviation, 0.0);
        QVERIFY_THROWS_EXCEPTION(Error, neuronSpectra({4, 1, {1, 2, 3, 4}}, 3));
    }

    void pairsOfAModel()
    {
        const auto model = FakeModel::small();
        PairTask task{{10, 11, 12, 13}, {1, 2, 3}, Position(0), Position(1)};
        QCOMPARE(task.idsOf(2, 1), (std::vector<TokenId>{12, 11, 3}));
        const Site post{Point::MlpPost, Layer(1), {}};
        const Site logits{Point::Logits, {}, {}};
        const Matrix values = pairValues(*model, task, post);
        const Matrix answers = pairValues(*model, task, logits);
        QCOMPARE(values.rows(), std::size_t(16));
        std::size_t right = 0;
        for (int a = 0; a < 4; ++a)
            for (int b = 0; b < 4; ++b) {
                const Trace run = model->run({task.idsOf(a, b), {post, logits}, {}, {}, false, {}});
                const auto row = static_cast<std::size_t>(4 * a + b);
                const Matrix expected = run.at(post);
                for (std::size_t i = 0; i < values.columns(); ++i)
                    QCOMPARE(values(row, i), expected(2, i));
                const auto all = run.at(logits).row(2);
                const auto top = std::max_element(all.begin(), all.end()) - all.begin();
                right += top == 10 + (a + b) % 4;
            }
        QCOMPARE(sumAccuracy(answers, task), static_cast<double>(right) / 16);

        task.b = Position(0);
        QVERIFY_THROWS_EXCEPTION(Error, pairValues(*model, task, post));
        task.b = Position(3);
        QVERIFY_THROWS_EXCEPTION(Error, pairValues(*model, task, post));
        task.b = Position(1);
        QVERIFY_THROWS_EXCEPTION(Error, pairValues(*model, task, {Point::MlpPost, Layer(9), {}}));
        QVERIFY_THROWS_EXCEPTION(Error, pairValues(*model, task, {Point::Pattern, Layer(0), {}}));
    }

    void publishedNets_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QList<int>>("keys");
        QTest::newRow("clock") << "clock" << QList<int>{13, 16, 21};
        QTest::newRow("pizza") << "pizza" << QList<int>{3, 15, 17};
    }

    /// Addition mod 59; the embedding is stored as [128, 59].
    void publishedNets()
    {
        QFETCH(QString, name);
        QFETCH(QList<int>, keys);
        const auto file = std::filesystem::path(MICROTOME_SHARED_DATA) / "models/modular-addition"
            / (name.toStdString() + ".safetensors");
        if (!std::filesystem::exists(file))
            QSKIP("The folder of shared data with modular-addition is not here.");
        const auto tensors = SafeTensors::open(file);
        const std::string embed = tensors->entries().contains("embed.W_E") ? "embed.W_E" : "W_E";
        const Matrix stored = tensors->matrix(embed);
        QCOMPARE(stored.columns(), std::size_t(59));
        std::vector<float> turned;
        for (std::size_t n = 0; n < 59; ++n)
            for (std::size_t d = 0; d < stored.rows(); ++d)
                turned.push_back(stored(d, n));
        const auto shares = embeddingSpectrum({59, stored.rows(), turned});
        std::vector<int> order(shares.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = static_cast<int>(i);
        std::sort(order.begin() + 1, order.end(), [&](int x, int y) {
            return shares[static_cast<std::size_t>(x)] > shares[static_cast<std::size_t>(y)];
        });
        QList<int> top{order[1], order[2], order[3]};
        std::sort(top.begin(), top.end());
        QCOMPARE(top, keys);
    }
};

QTEST_GUILESS_MAIN(TestFourier)
#include "tst_fourier.moc"
