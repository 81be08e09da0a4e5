#include "core/analysis/average.h"
#include "core/analysis/bundle.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace microtome;

class TestAverage : public QObject {
    Q_OBJECT

private slots:
    /// Tabulated quantiles of Student's t.
    void quantiles()
    {
        const std::vector<std::array<double, 3>> table{{0.975, 1, 12.7062047362},
            {0.975, 2, 4.3026527297}, {0.975, 4, 2.7764451052}, {0.975, 9, 2.2621571628},
            {0.975, 30, 2.0422724563}, {0.975, 1000, 1.9623390808}, {0.95, 5, 2.0150483733},
            {0.995, 3, 5.8409093097}};
        for (const auto& [p, n, t] : table) {
            QVERIFY(std::abs(studentQuantile(p, n) - t) < 1e-8 * t);
            QVERIFY(std::abs(studentQuantile(1 - p, n) + t) < 1e-8 * t);
        }
        QVERIFY(std::abs(studentQuantile(0.5, 7)) < 1e-12);
        QVERIFY_EXCEPTION_THROWN(studentQuantile(1, 5), Error);
        QVERIFY_EXCEPTION_THROWN(studentQuantile(0.9, 0), Error);
    }

    void meanAndInterval()
    {
        // 1 ... 5: mean 3, s² = 2.5, half width t_{0.975,4} sqrt(2.5 / 5).
        const AveragedScore s = averageOver(5, [](std::size_t i) {
            const auto x = static_cast<float>(i + 1);
            return Matrix(1, 3, {x, 1e6f + x, i == 0 ? std::nanf("") : x});
        });
        const double half = 2.7764451052 * std::sqrt(0.5);
        QCOMPARE(s.items, std::size_t(5));
        QVERIFY(std::abs(s.mean(0, 0) - 3.f) < 1e-6f);
        QVERIFY(std::abs(static_cast<double>(s.low(0, 0)) - (3 - half)) < 1e-6);
        QVERIFY(std::abs(static_cast<double>(s.high(0, 0)) - (3 + half)) < 1e-6);
        QVERIFY(std::abs(static_cast<double>(s.high(0, 1) - s.mean(0, 1)) - half) < 0.1);
        QCOMPARE(s.mean(0, 2), 3.5f); // the NaN is left out
        const AveragedScore one = averageOver(1, [](std::size_t) { return Matrix(1, 1, {4}); });
        QCOMPARE(one.mean(0, 0), 4.f);
        QVERIFY(std::isnan(one.low(0, 0)));
        const AveragedScore back = AveragedScore::fromBundle(s.toBundle());
        QCOMPARE(back.items, s.items);
        QVERIFY(back.low == s.low);
        Average a;
        a.add(Matrix(1, 2, {1, 2}));
        QVERIFY_EXCEPTION_THROWN(a.add(Matrix(2, 1, {1, 2})), Error);
    }
};

QTEST_GUILESS_MAIN(TestAverage)
#include "tst_average.moc"
