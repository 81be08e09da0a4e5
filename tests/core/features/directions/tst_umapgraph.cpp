#include "core/features/directions/umapcurve.h"
#include "core/features/directions/umapgraph.h"
#include "tests/core/features/directions/planted.h"
#include "tests/core/features/directions/umapgolden.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>

using namespace microtome;

namespace {

bool close(double a, double b, double within)
{
    return std::abs(a - b) <= within;
}

} // namespace

/// The fuzzy graph and the curve of UMAP against umap-learn's.
class TestUmapGraph : public QObject {
    Q_OBJECT

private slots:
    void curve_data()
    {
        QTest::addColumn<double>("minDistance");
        QTest::addColumn<double>("spread");
        QTest::addColumn<double>("a");
        QTest::addColumn<double>("b");
        // umap-learn 0.5.12, find_ab_params
        QTest::newRow("usual") << 0.1 << 1.0 << 1.5769434602697652 << 0.8950608778515733;
        QTest::newRow("loose") << 0.5 << 1.0 << 0.5830300203414425 << 1.3341669924314914;
        QTest::newRow("tight") << 0.0 << 1.0 << 1.93280839734315 << 0.7904949732233831;
        QTest::newRow("wide") << 0.1 << 2.0 << 0.5446605399418663 << 0.8420554268341789;
    }
    void curve()
    {
        QFETCH(double, minDistance);
        QFETCH(double, spread);
        QFETCH(double, a);
        QFETCH(double, b);
        const UmapCurve made = fitUmapCurve(minDistance, spread);
        QVERIFY2(close(made.a, a, 1e-5), std::to_string(made.a).c_str());
        QVERIFY2(close(made.b, b, 1e-5), std::to_string(made.b).c_str());
    }

    void curveOfNothing()
    {
        QVERIFY_THROWS_EXCEPTION(Error, fitUmapCurve(-0.1));
        QVERIFY_THROWS_EXCEPTION(Error, fitUmapCurve(0.1, 0));
        QVERIFY_THROWS_EXCEPTION(Error, fitUmapCurve(4, 1));
        QVERIFY_THROWS_EXCEPTION(Error, fitUmapCurve(std::nan(""), 1));
    }

    void asUmapLearn()
    {
        const Directions d{{test::plantedClusters(3, 3, 8, 5, 0.4)}};
        const NeighbourTable table = neighbours(d, 5);
        for (std::size_t i = 0; i < d.count(); ++i) {
            std::vector<double> distances;
            for (const Neighbour& one : table.of(i))
                distances.push_back(1 - static_cast<double>(one.cosine));
            const LocalScale scale = smoothDistances(distances, 6, 1);
            QVERIFY(close(scale.nearest, test::goldenNearest[i], 1e-6));
            QVERIFY(close(scale.width, test::goldenWidths[i], 1e-4 * test::goldenWidths[i] + 1e-6));
        }
        const auto edges = fuzzyGraph(table, 6);
        QCOMPARE(edges.size(), 2 * test::goldenEdges.size());
        QVERIFY(std::is_sorted(edges.begin(), edges.end(), [](const auto& a, const auto& b) {
            return a.from < b.from || (a.from == b.from && a.to < b.to);
        }));
        std::map<std::pair<unsigned, unsigned>, float> made;
        for (const UmapEdge& edge : edges)
            made[{edge.from, edge.to}] = edge.weight;
        for (const test::GoldenEdge& edge : test::goldenEdges) {
            QVERIFY(made.contains({edge.from, edge.to}));
            QVERIFY(close(made[{edge.from, edge.to}], edge.weight, 5e-5));
            QVERIFY(close(made[{edge.to, edge.from}], edge.weight, 5e-5));
        }
    }

    /// The sum that sigma is chosen for, wherever it can be reached.
    void widthMeetsItsSum()
    {
        Draws draws(9);
        for (int round = 0; round < 100; ++round) {
            const std::size_t k = 3 + draws.below(30);
            std::vector<double> distances;
            for (std::size_t i = 1; i < k; ++i)
                distances.push_back(0.1 + 0.001 * static_cast<double>(draws.below(1000)));
            std::sort(distances.begin(), distances.end());
            const LocalScale scale = smoothDistances(distances, k, 1);
            QCOMPARE(scale.nearest, distances.front());
            double sum = 0;
            for (const double distance : distances)
                sum += std::exp(-(distance - scale.nearest) / scale.width);
            QVERIFY2(
                close(sum, std::log2(static_cast<double>(k)), 1e-4), std::to_string(sum).c_str());
        }
    }

    void whereNeighboursAreOneself()
    {
        const std::vector<double> zeros(5, 0);
        const LocalScale scale = smoothDistances(zeros, 6, 0.5);
        QCOMPARE(scale.nearest, 0.0);
        QVERIFY(scale.width >= 0.0005);
        const Directions alike{{Matrix(3, 2, {1, 0, 2, 0, 3, 0})}};
        for (const UmapEdge& edge : fuzzyGraph(neighbours(alike, 2), 3))
            QCOMPARE(edge.weight, 1.0F);
        QVERIFY(fuzzyGraph(neighbours({{Matrix(3, 2, {0, 0, 0, 0, 0, 0})}}, 2), 3).empty());
    }
};

QTEST_GUILESS_MAIN(TestUmapGraph)
#include "tst_umapgraph.moc"
