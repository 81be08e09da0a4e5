#include "core/nn/directions/principal.h"
#include "tests/core/features/directions/planted.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

using namespace microtome;

namespace {

bool close(double a, double b, double within)
{
    return std::abs(a - b) <= within * std::max(1.0, std::abs(b));
}

/// C axis of the covariance, by plain sums.
std::vector<double> times(
    const std::vector<std::vector<double>>& deviations, std::span<const float> axis)
{
    std::vector<double> made(axis.size());
    for (const auto& row : deviations) {
        const double along = std::inner_product(row.begin(), row.end(), axis.begin(), 0.0);
        for (std::size_t i = 0; i < made.size(); ++i)
            made[i] += along * row[i] / static_cast<double>(deviations.size());
    }
    return made;
}

} // namespace

/// Principal components of directions.
class TestDirectionsPrincipal : public QObject {
    Q_OBJECT

private slots:
    void byHand()
    {
        // Deviations (±3, 0) and (0, ±1) around (10, 20): variances 4.5 and 0.5.
        const Directions d{{Matrix(4, 1, {13, 7, 10, 10}), Matrix(4, 1, {20, 20, 21, 19})}};
        const auto made = principalComponents(d, {.components = 2, .unit = false});
        QVERIFY(close(made.variance[0], 4.5, 1e-12));
        QVERIFY(close(made.variance[1], 0.5, 1e-12));
        QVERIFY(close(made.share[0], 0.9, 1e-12));
        QVERIFY(close(made.whole, 5, 1e-12));
        QCOMPARE(made.mean, (std::vector<double>{10, 20}));
        QVERIFY(close(made.axes(0, 0), 1, 1e-7)); // signs: the largest number is positive
        QVERIFY(close(made.axes(1, 1), 1, 1e-7));
        QVERIFY(close(made.coordinates(0, 0), 3, 1e-6));
        QVERIFY(close(made.coordinates(3, 1), -1, 1e-6));
    }

    void eigenvectors_data()
    {
        QTest::addColumn<bool>("unit");
        QTest::addColumn<bool>("centred");
        for (const bool unit : {false, true})
            for (const bool centred : {false, true})
                QTest::newRow(
                    (std::string(unit ? "unit" : "as they are") + (centred ? ", centred" : ""))
                        .c_str())
                    << unit << centred;
    }
    void eigenvectors()
    {
        QFETCH(bool, unit);
        QFETCH(bool, centred);
        constexpr std::size_t n = 1200, d = 18, k = 6;
        const Matrix m = test::plantedClusters(5, 4, n / 4, d, 0.5);
        std::vector<float> values(m.values().begin(), m.values().end());
        std::fill_n(values.begin() + 9 * d, d, 0.0F); // a dead latent
        const Directions all{{Matrix(n, d, values)}};
        const auto made
            = principalComponents(all, {.components = k, .unit = unit, .centred = centred});
        std::vector<std::vector<double>> rows;
        const auto norms = directionNorms(all);
        for (std::size_t i = 0; i < n; ++i) {
            if (unit && norms[i] == 0)
                continue;
            const auto row = all.parts[0].row(i);
            rows.emplace_back(row.begin(), row.end());
            for (double& value : rows.back())
                value /= unit ? norms[i] : 1;
        }
        std::vector<double> mean(d);
        for (const auto& row : rows)
            for (std::size_t j = 0; centred && j < d; ++j)
                mean[j] += row[j] / static_cast<double>(rows.size());
        double whole = 0;
        for (auto& row : rows)
            for (std::size_t j = 0; j < d; ++j) {
                row[j] -= mean[j];
                whole += row[j] * row[j] / static_cast<double>(rows.size());
            }
        QVERIFY(close(made.whole, whole, 1e-10));
        for (std::size_t j = 0; j < d; ++j)
            QVERIFY(close(made.mean[j], mean[j], 1e-12));
        double before = INFINITY;
        for (std::size_t c = 0; c < k; ++c) {
            QVERIFY(made.variance[c] <= before && made.variance[c] > 0);
            before = made.variance[c];
            QVERIFY(close(made.share[c], made.variance[c] / whole, 1e-10));
            const auto axis = made.axes.row(c);
            const auto image = times(rows, axis); // C v = λ v
            for (std::size_t j = 0; j < d; ++j)
                QVERIFY(close(image[j], made.variance[c] * static_cast<double>(axis[j]), 1e-5));
            const auto largest = std::max_element(axis.begin(), axis.end(),
                [](float a, float b) { return std::abs(a) < std::abs(b); });
            QVERIFY(*largest > 0);
            for (std::size_t other = 0; other <= c; ++other)
                QVERIFY(close(
                    std::inner_product(axis.begin(), axis.end(), made.axes.row(other).begin(), 0.0),
                    other == c, 1e-6));
            const std::size_t shown = unit ? 10 : 11; // of the rows; the dead one is left out
            QVERIFY(close(made.coordinates(11, c),
                std::inner_product(rows[shown].begin(), rows[shown].end(), axis.begin(), 0.0),
                1e-5));
            if (unit)
                QCOMPARE(made.coordinates(9, c), 0.0F);
        }
        QVERIFY(principalComponents(all, {.components = k, .unit = unit, .centred = centred}).axes
            == made.axes);
    }

    void whatHasNone()
    {
        const Directions d{{Matrix(2, 2, {1, 0, 0, 1})}};
        QVERIFY_THROWS_EXCEPTION(Error, principalComponents(d, {.components = 3}));
        QVERIFY_THROWS_EXCEPTION(Error, principalComponents(d, {.components = 0}));
        QVERIFY_THROWS_EXCEPTION(Error, principalComponents(Directions{}));
        QVERIFY_THROWS_EXCEPTION(Error, principalComponents(Directions{{Matrix::filled(3, 2, 0)}}));
        QVERIFY_THROWS_EXCEPTION(
            Error, principalComponents(Directions{{Matrix::filled(1, 20000, 1)}}));
        const auto same = principalComponents(Directions{{Matrix::filled(3, 2, 1)}});
        QVERIFY(same.whole < 1e-20); // nothing varies
        const auto stop = std::make_shared<std::atomic<bool>>(true);
        QVERIFY_THROWS_EXCEPTION(Cancelled, principalComponents(d, {}, Progress({}, stop)));
    }
};

QTEST_GUILESS_MAIN(TestDirectionsPrincipal)
#include "tst_directions_principal.moc"
