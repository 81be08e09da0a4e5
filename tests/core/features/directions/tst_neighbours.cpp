#include "core/features/directions/nearest.h"
#include "tests/core/features/coder/plaincoder.h"
#include "tests/core/features/directions/planted.h"

#include <QTest>

#include <algorithm>
#include <atomic>

using namespace microtome;

namespace {

std::vector<std::uint32_t> latentsOf(std::span<const Neighbour> all)
{
    std::vector<std::uint32_t> latents;
    for (const Neighbour& one : all)
        latents.push_back(one.latent);
    return latents;
}

} // namespace

/// Nearest latents by cosine.
class TestNeighbours : public QObject {
    Q_OBJECT

private slots:
    void byHand()
    {
        // 0 and 2 point the same way, 1 stands across, 3 opposite, 4 is nothing.
        const Directions d{{rows({{1, 0}, {0, 3}, {5, 0}, {-2, 0}, {0, 0}})}};
        const NeighbourTable table = neighbours(d, 16);
        QCOMPARE(table.most, std::size_t(4));
        QCOMPARE(latentsOf(table.of(0)), (std::vector<std::uint32_t>{2, 1, 3}));
        QCOMPARE(table.of(0)[0].cosine, 1.0F);
        QCOMPARE(table.of(0)[2].cosine, -1.0F);
        QCOMPARE(latentsOf(table.of(1)), (std::vector<std::uint32_t>{0, 2, 3})); // ties by number
        QVERIFY(table.of(4).empty());
        QCOMPARE(latentsOf(neighbours(d, 1).of(3)), (std::vector<std::uint32_t>{1}));
        QVERIFY(neighbours(d, 0).of(0).empty());
    }

    void ofSeveralPlacesTogether()
    {
        // cos of the concatenation: (1 + 0) / (sqrt 2 sqrt 2)
        const Directions d{{rows({{1, 0}, {1, 0}}), rows({{1}, {-1}})}};
        QCOMPARE(neighbours(d, 1).of(0)[0].cosine, 0.0F);
        const Directions e{{rows({{1, 0}, {1, 0}}), rows({{1}, {0}})}};
        QVERIFY(std::abs(neighbours(e, 1).of(0)[0].cosine - 1 / std::sqrt(2.0F)) < 1e-7F);
    }

    void betweenDictionaries()
    {
        const Directions a{{rows({{1, 0}, {1, 1}})}};
        const Directions b{{rows({{0, 1}, {2, 2}, {4, 0}})}};
        const NeighbourTable table = neighbours(a, b, 2);
        QCOMPARE(latentsOf(table.of(0)), (std::vector<std::uint32_t>{2, 1}));
        QCOMPARE(latentsOf(table.of(1)), (std::vector<std::uint32_t>{1, 0}));
        QVERIFY_THROWS_EXCEPTION(Error, neighbours(a, Directions{{rows({{1, 2, 3}})}}, 2));
        const Directions split{{rows({{1}, {1}}), rows({{0}, {1}})}};
        QVERIFY_THROWS_EXCEPTION(Error, neighbours(a, split, 2));
    }

    /// Whatever the stretches in which they come, the nearest are what a sort of all gives.
    void streamed()
    {
        Draws draws(5);
        for (int round = 0; round < 200; ++round) {
            const std::size_t n = 1 + draws.below(90);
            const std::size_t most = 1 + draws.below(20);
            std::vector<float> cosines;
            std::vector<std::uint32_t> latents;
            for (std::size_t i = 0; i < n; ++i) {
                cosines.push_back(static_cast<float>(draws.below(12)) / 12); // many are equal
                latents.push_back(static_cast<std::uint32_t>(3 * i));
            }
            const auto self = static_cast<std::uint32_t>(3 * draws.below(n));
            Nearest nearest(most);
            for (std::size_t at = 0; at < n;) {
                const std::size_t some = std::min<std::size_t>(1 + draws.below(9), n - at);
                nearest.offer(std::span(cosines).subspan(at, some),
                    std::span(latents).subspan(at, some), self);
                at += some;
            }
            std::vector<Neighbour> all;
            for (std::size_t i = 0; i < n; ++i)
                if (latents[i] != self)
                    all.push_back({latents[i], cosines[i]});
            std::sort(all.begin(), all.end(), nearer);
            all.resize(std::min(most, all.size()));
            QCOMPARE(nearest.best(), all);
        }
        Nearest none(0);
        none.offer(std::vector<float>{1}, std::vector<std::uint32_t>{0});
        QVERIFY(none.best().empty());
    }

    void stops()
    {
        const auto stop = std::make_shared<std::atomic<bool>>(true);
        const Directions d{{rows({{1, 0}, {0, 1}})}};
        QVERIFY_THROWS_EXCEPTION(Cancelled, neighbours(d, 1, Progress({}, stop)));
    }
};

QTEST_GUILESS_MAIN(TestNeighbours)
#include "tst_neighbours.moc"
