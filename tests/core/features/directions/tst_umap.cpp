#include "core/features/directions/umap.h"
#include "tests/core/features/directions/planted.h"

#include <QTest>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

using namespace microtome;

namespace {

constexpr std::size_t k = 15;

/// All others in order of nearness in the picture.
std::vector<std::vector<std::uint32_t>> orderIn(const Matrix& places)
{
    std::vector<std::vector<std::uint32_t>> all(places.rows());
    for (std::size_t i = 0; i < places.rows(); ++i) {
        const auto away = [&](std::uint32_t j) {
            return std::hypot(places(i, 0) - places(j, 0), places(i, 1) - places(j, 1));
        };
        all[i].resize(places.rows());
        std::iota(all[i].begin(), all[i].end(), 0);
        std::erase(all[i], static_cast<std::uint32_t>(i));
        std::stable_sort(all[i].begin(), all[i].end(),
            [&](std::uint32_t a, std::uint32_t b) { return away(a) < away(b); });
    }
    return all;
}

struct Quality {
    double trustworthiness = 0; ///< Venna and Kaski 2001
    double preserved = 0; ///< share of the k nearest that are among the k nearest in the picture
};

Quality qualityOf(const NeighbourTable& full, const Matrix& places)
{
    const auto n = static_cast<double>(full.count());
    const auto order = orderIn(places);
    double penalty = 0, kept = 0;
    for (std::size_t i = 0; i < full.count(); ++i) {
        std::vector<std::size_t> rank(full.count());
        for (std::size_t r = 0; r < full.of(i).size(); ++r)
            rank[full.of(i)[r].latent] = r + 1;
        for (std::size_t r = 0; r < k; ++r) {
            const std::size_t own = rank[order[i][r]];
            kept += own <= k;
            penalty += own > k ? static_cast<double>(own - k) : 0;
        }
    }
    const auto near = static_cast<double>(k);
    return {1 - 2 / (n * near * (2 * n - 3 * near - 1)) * penalty, kept / (n * near)};
}

/// Two coordinates of the directions themselves, of norm 1: a poor place to begin at.
Matrix someStart(const Matrix& directions)
{
    std::vector<float> values;
    for (std::size_t i = 0; i < directions.rows(); ++i) {
        const auto row = directions.row(i);
        const double norm = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
        for (std::size_t c = 0; c < 2; ++c)
            values.push_back(static_cast<float>(static_cast<double>(row[c]) / norm));
    }
    return {directions.rows(), 2, std::move(values)};
}

} // namespace

/// The picture that UMAP makes of directions.
class TestUmap : public QObject {
    Q_OBJECT

private slots:
    /// Of the same directions umap-learn 0.5.12 (cosine, 15 neighbours, least distance 0.1, three
    /// seeds, spectral start and principal components) gave trustworthiness and preserved
    /// neighbours of at least these.
    void asGoodAsUmapLearn_data()
    {
        QTest::addColumn<bool>("ring");
        QTest::addColumn<double>("trustworthiness");
        QTest::addColumn<double>("preserved");
        QTest::newRow("clusters") << false << 0.9735 << 0.3129;
        QTest::newRow("ring") << true << 0.9950 << 0.5983;
    }
    void asGoodAsUmapLearn()
    {
        QFETCH(bool, ring);
        QFETCH(double, trustworthiness);
        QFETCH(double, preserved);
        const Matrix m = ring ? test::plantedRing(12, 1000, 32, 0.15)
                              : test::plantedClusters(11, 10, 100, 32, 0.5);
        const NeighbourTable full = neighbours({{m}}, m.rows());
        for (const std::uint64_t seed : {1, 2}) {
            UmapSettings settings;
            settings.seed = seed;
            const Matrix places = umap(full, someStart(m), settings);
            const Quality made = qualityOf(full, places);
            qInfo("trustworthiness %.4f, preserved %.4f", made.trustworthiness, made.preserved);
            QVERIFY(made.trustworthiness >= 0.95);
            QVERIFY(made.trustworthiness >= trustworthiness - 0.01);
            QVERIFY(made.preserved >= 0.95 * preserved);
        }
    }

    void groupsStayTogether()
    {
        const Matrix m = test::plantedClusters(11, 10, 100, 32, 0.5);
        const NeighbourTable table = neighbours({{m}}, 14);
        const auto order = orderIn(umap(table, someStart(m)));
        std::size_t strangers = 0;
        for (std::size_t i = 0; i < m.rows(); ++i)
            for (std::size_t r = 0; r < k; ++r)
                strangers += order[i][r] % 10 != i % 10;
        QCOMPARE(strangers, std::size_t(0));
    }

    void seedsDecide()
    {
        const Matrix m = test::plantedClusters(4, 3, 20, 8, 0.3);
        const NeighbourTable table = neighbours({{m}}, 10);
        UmapSettings settings;
        settings.neighbours = 11;
        settings.epochs = 50;
        settings.seed = 5;
        const Matrix once = umap(table, someStart(m), settings);
        QVERIFY(once == umap(table, someStart(m), settings));
        settings.seed = 6;
        QVERIFY(!(once == umap(table, someStart(m), settings)));
        settings.minDistance = 0.8;
        QVERIFY(!(once == umap(table, someStart(m), settings)));
    }

    void latentsWithoutADirectionHaveNoPlace()
    {
        const Matrix m = test::plantedClusters(4, 3, 20, 8, 0.3);
        std::vector<float> values(m.values().begin(), m.values().end());
        std::fill_n(values.begin() + 7 * 8, 8, 0.0F);
        const NeighbourTable table = neighbours({{Matrix(60, 8, values)}}, 14);
        const Matrix places = umap(table, Matrix::filled(60, 2, 0)); // all begin at one place
        std::set<std::pair<float, float>> seen;
        for (std::size_t i = 0; i < 60; ++i) {
            QCOMPARE(std::isnan(places(i, 0)), i == 7);
            QCOMPARE(std::isfinite(places(i, 1)), i != 7);
            if (i != 7)
                seen.insert({places(i, 0), places(i, 1)});
        }
        QCOMPARE(seen.size(), std::size_t(59));
    }

    void whatCannotBePlaced()
    {
        const Matrix m = test::plantedClusters(4, 3, 20, 8, 0.3);
        const NeighbourTable table = neighbours({{m}}, 14);
        const Matrix start = someStart(m);
        QVERIFY_THROWS_EXCEPTION(Error, umap(table, Matrix::filled(59, 2, 0)));
        QVERIFY_THROWS_EXCEPTION(Error, umap(table, Matrix::filled(60, 3, 0)));
        QVERIFY_THROWS_EXCEPTION(
            Error, umap(table, Matrix::filled(60, 2, std::numeric_limits<float>::infinity())));
        const auto with = [&](auto change) {
            UmapSettings settings;
            settings.epochs = 1;
            change(settings);
            return umap(table, start, settings);
        };
        QCOMPARE(with([](auto&) {}).rows(), std::size_t(60));
        QCOMPARE(with([](auto& s) { s.negatives = 0; }).rows(), std::size_t(60));
        QVERIFY_THROWS_EXCEPTION(Error, with([](auto& s) { s.neighbours = 16; }));
        QVERIFY_THROWS_EXCEPTION(Error, with([](auto& s) { s.neighbours = 1; }));
        QVERIFY_THROWS_EXCEPTION(Error, with([](auto& s) { s.epochs = -1; }));
        QVERIFY_THROWS_EXCEPTION(Error, with([](auto& s) { s.negatives = -1; }));
        QVERIFY_THROWS_EXCEPTION(Error, with([](auto& s) { s.minDistance = -1; }));
        NeighbourTable many;
        many.most = 14;
        many.found.resize(mostForUmap + 1);
        QVERIFY_THROWS_EXCEPTION(Error, umap(many, Matrix::filled(mostForUmap + 1, 2, 0)));
        QVERIFY_THROWS_EXCEPTION(
            Error, umap(neighbours({{Matrix(2, 1, {1, 2})}}, 1), Matrix::filled(2, 2, 0)));
    }

    void stops()
    {
        const Matrix m = test::plantedClusters(4, 3, 20, 8, 0.3);
        const NeighbourTable table = neighbours({{m}}, 14);
        const auto stop = std::make_shared<std::atomic<bool>>(false);
        int reports = 0;
        const Progress progress(
            [&](double fraction, const std::string&) {
                reports++;
                *stop = fraction > 0.1;
            },
            stop);
        QVERIFY_THROWS_EXCEPTION(Cancelled, umap(table, someStart(m), {}, progress));
        QVERIFY(reports > 40 && reports < 70); // of 500 epochs
    }
};

QTEST_GUILESS_MAIN(TestUmap)
#include "tst_umap.moc"
