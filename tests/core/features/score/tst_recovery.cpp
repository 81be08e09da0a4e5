#include "core/features/score/assignment.h"
#include "core/features/score/recovery.h"
#include "core/work/error.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

using namespace microtome;

namespace {

Matrix drawn(std::size_t rows, std::size_t columns, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(rows * columns);
    for (float& value : values)
        value = normal(random);
    return {rows, columns, std::move(values)};
}

double gainOf(const Matrix& gains, const std::vector<std::size_t>& columnOf)
{
    double sum = 0;
    for (std::size_t i = 0; i < columnOf.size(); ++i)
        if (columnOf[i] != none)
            sum += static_cast<double>(gains(i, columnOf[i]));
    return sum;
}

/// The best of all ways to pair rows with columns.
double bestOfAll(const Matrix& gains)
{
    const bool wide = gains.rows() <= gains.columns();
    const std::size_t few = std::min(gains.rows(), gains.columns());
    std::vector<std::size_t> order(std::max(gains.rows(), gains.columns()));
    std::iota(order.begin(), order.end(), std::size_t(0));
    double best = -1e300;
    do {
        double sum = 0;
        for (std::size_t i = 0; i < few; ++i)
            sum += static_cast<double>(wide ? gains(i, order[i]) : gains(order[i], i));
        best = std::max(best, sum);
    } while (std::next_permutation(order.begin(), order.end()));
    return best;
}

} // namespace

/// Assignment against all permutations, and the numbers of recovery on dictionaries where they are
/// known.
class TestRecovery : public QObject {
    Q_OBJECT

private slots:
    void assignsBest();
    void identicalUpToOrder();
    void turnedAway();
    void moreAndFewer();
    void refuses();
};

void TestRecovery::assignsBest()
{
    unsigned seed = 1;
    for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{1, 1}, {2, 2}, {5, 5},
             {6, 6}, {3, 6}, {6, 3}, {1, 5}, {5, 1}, {7, 7}})
        for (int again = 0; again < 5; ++again) {
            const Matrix gains = drawn(rows, columns, seed++);
            const auto columnOf = bestAssignment(gains);
            QCOMPARE(columnOf.size(), rows);
            std::set<std::size_t> taken;
            std::size_t assigned = 0;
            for (const std::size_t j : columnOf)
                if (j != none) {
                    QVERIFY(j < columns);
                    taken.insert(j);
                    ++assigned;
                }
            QCOMPARE(assigned, std::min(rows, columns));
            QCOMPARE(taken.size(), assigned);
            QVERIFY(std::abs(gainOf(gains, columnOf) - bestOfAll(gains)) < 1e-5);
        }
}

void TestRecovery::identicalUpToOrder()
{
    const Matrix truth = drawn(12, 9, 5);
    std::vector<float> values;
    for (std::size_t i = 0; i < 12; ++i)
        for (const float value : truth.row((i * 5) % 12))
            values.push_back(3 * value);
    const Recovery found = recoveryOf(truth, Matrix(12, 9, std::move(values)));
    QVERIFY(std::abs(found.mmcs - 1) < 1e-6 && std::abs(found.mmcsOfLearned - 1) < 1e-6);
    QVERIFY(std::abs(found.mcc - 1) < 1e-6);
    QCOMPARE(found.uniqueness, 1.0);
}

/// Learned features point away: their cosines are -1, which MMCS counts and MCC does not.
void TestRecovery::turnedAway()
{
    const Matrix truth(2, 2, std::vector<float>{1, 0, 0, 1});
    const Recovery found = recoveryOf(truth, Matrix(2, 2, std::vector<float>{-2, 0, 0, -1}));
    QVERIFY(std::abs(found.mmcs) < 1e-6);
    QVERIFY(std::abs(found.mcc - 1) < 1e-6);
}

void TestRecovery::moreAndFewer()
{
    // Two copies of the first direction, none of the second, one between both.
    const float half = std::sqrt(0.5f);
    const Matrix truth(2, 2, std::vector<float>{1, 0, 0, 1});
    const Recovery found
        = recoveryOf(truth, Matrix(3, 2, std::vector<float>{1, 0, 1, 0, half, half}));
    const double expected = (1 + std::sqrt(0.5)) / 2;
    QVERIFY(std::abs(found.mmcs - expected) < 1e-6);
    QVERIFY(std::abs(found.mcc - expected) < 1e-6);
    QVERIFY(std::abs(found.mmcsOfLearned - (2 + std::sqrt(0.5)) / 3) < 1e-6);
    QCOMPARE(found.uniqueness, 0.5);
    const Recovery fewer = recoveryOf(truth, Matrix(1, 2, std::vector<float>{0, 1}));
    QVERIFY(std::abs(fewer.mcc - 1) < 1e-6 && std::abs(fewer.mmcs - 0.5) < 1e-6);
    const Recovery silent = recoveryOf(truth, Matrix(2, 2, std::vector<float>{0, 0, 0, 1}));
    QVERIFY(std::abs(silent.mcc - 0.5) < 1e-6);
}

void TestRecovery::refuses()
{
    QVERIFY_EXCEPTION_THROWN(recoveryOf(drawn(2, 3, 1), drawn(2, 4, 1)), Error);
    QVERIFY_EXCEPTION_THROWN(recoveryOf(Matrix(), drawn(2, 4, 1)), Error);
}

QTEST_GUILESS_MAIN(TestRecovery)
#include "tst_recovery.moc"
