#include "core/nn/train/batches.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace microtome;
using namespace microtome::nn;

namespace {

constexpr int documents = 5000;

/// Document d is 2 to 9 times the token d.
Corpus numbered()
{
    Corpus corpus(documents + 1); // one more stands behind each
    for (int d = 0; d < documents; ++d)
        corpus.add(std::vector<TokenId>(static_cast<std::size_t>(2 + d * 7 % 8), d));
    return corpus;
}

/// The documents of the next epoch in the order in which they come, each as often as it does.
std::vector<std::int64_t> epoch(Batches& batches, bool packed)
{
    std::vector<std::int64_t> order;
    const auto number = batches.cursor().epoch;
    while (batches.cursor().epoch == number) {
        const Batch batch = batches.next();
        for (std::int64_t i = 0; i < batch.rows * batch.width; ++i)
            if (const auto id = batch.ids[static_cast<std::size_t>(i)];
                id < documents && (packed || i % batch.width == 0))
                order.push_back(id);
    }
    return order;
}

} // namespace

/// The order in which documents are trained on.
class TestBatches : public QObject {
    Q_OBJECT

private slots:
    void paddedRowsFollowTheFile()
    {
        const Corpus corpus = numbered();
        Batches batches(corpus,
            {.sequence = 16,
                .batchTokens = 64,
                .packed = false,
                .fileOrder = true,
                .eos = documents});
        const auto first = epoch(batches, false);
        QCOMPARE(first.size(), std::size_t(documents));
        QCOMPARE(std::set(first.begin(), first.end()).size(), std::size_t(documents));
        // Some batches' documents are sorted by length together and drawn; that is as far as any
        // one gets from its place.
        std::int64_t farthest = 0;
        for (std::int64_t i = 0; i < documents; ++i)
            farthest = std::max(farthest, std::abs(first[static_cast<std::size_t>(i)] - i));
        QVERIFY2(farthest > 20 && farthest < 700, qPrintable(QString::number(farthest)));
        const auto second = epoch(batches, false); // drawn
        std::int64_t moved = 0;
        for (std::int64_t i = 0; i < documents; ++i)
            moved += std::abs(second[static_cast<std::size_t>(i)] - i) > 700;
        QVERIFY(moved > documents / 2);
    }

    void packedRowsFollowTheFile()
    {
        const Corpus corpus = numbered();
        Batches batches(
            corpus, {.sequence = 16, .batchTokens = 64, .fileOrder = true, .eos = documents});
        const auto first = epoch(batches, true);
        QVERIFY(std::is_sorted(first.begin(), first.end() - 64)); // the last batch has both epochs
        QVERIFY(!std::ranges::is_sorted(epoch(batches, true)));
    }

    void otherwiseTheyAreDrawn()
    {
        const Corpus corpus = numbered();
        for (const bool packed : {true, false}) {
            Batches batches(
                corpus, {.sequence = 16, .batchTokens = 64, .packed = packed, .eos = documents});
            const auto first = epoch(batches, packed);
            QVERIFY(!std::is_sorted(first.begin(), first.begin() + documents / 4));
        }
    }

    /// A resumed training goes on with the batches that would have come.
    void aPlaceIsFoundAgain()
    {
        const Corpus corpus = numbered();
        for (const bool packed : {true, false}) {
            const RowSettings settings{.sequence = 16,
                .batchTokens = 64,
                .packed = packed,
                .fileOrder = true,
                .eos = documents};
            Batches all(corpus, settings);
            for (int i = 0; i < 600; ++i) { // into the second epoch
                const auto cursor = all.cursor();
                const Batch batch = all.next();
                if (i % 50 != 0)
                    continue;
                Batches resumed(corpus, settings);
                resumed.seek(cursor);
                QCOMPARE(resumed.next().ids, batch.ids);
            }
            QVERIFY(all.cursor().epoch > 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestBatches)
#include "tst_batches.moc"
