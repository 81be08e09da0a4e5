#include "core/features/index/latenttable.h"
#include "core/features/index/ngramcounts.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace microtome;
using namespace microtome::test;

namespace {

using Ids = std::vector<std::uint32_t>;

/// How often which n ids end where a latent fires, by the documents.
std::map<Ids, int> contexts(const Text& text, const Values& values, std::size_t n)
{
    std::map<Ids, int> counts;
    for (const auto& [token, value] : values) {
        std::size_t begin = 0;
        for (const Ids& document : text.documents) {
            if (token < begin + document.size() && token + 1 >= begin + n) {
                const auto last = document.begin() + (token - begin) + 1;
                ++counts[Ids(last - static_cast<std::ptrdiff_t>(n), last)];
                break;
            }
            begin += document.size();
            if (token < begin)
                break;
        }
    }
    return counts;
}

std::pair<Ids, int> commonest(const std::map<Ids, int>& counts)
{
    std::pair<Ids, int> best{{}, 0};
    for (const auto& [ids, count] : counts) // by ascending ids
        if (count > best.second)
            best = {ids, count};
    return best;
}

bool near(double a, double b)
{
    return std::abs(a - b) <= 1e-6 * (1 + std::abs(b));
}

} // namespace

class TestLatentTable : public QObject {
    Q_OBJECT

private slots:
    void agreesWithBruteForce()
    {
        std::mt19937_64 random(1);
        for (const std::size_t documents : {1, 5, 60}) {
            const Folder folder;
            const Text text = randomText(random, documents, 80);
            const Corpus corpus = writeCorpus(folder / "c", text);
            const auto firings = randomFirings(random, corpus.tokens(), 40);
            writeIndex(folder / "i", sourceOf(corpus, 41), firings);
            const FeatureIndex index(folder / "i");
            const LatentTable table = latentTable(index, corpus);
            QCOMPARE(table.tokens, corpus.tokens());
            QCOMPARE(table.topTrigramShare.size(), std::size_t(41));
            for (std::uint32_t l = 0; l < 41; ++l) {
                const Values values = valuesOf(firings, l);
                const auto n = static_cast<double>(values.size());
                const ValueNumbers numbers = index.numbers(l);
                QCOMPARE(table.count[l], std::uint32_t(values.size()));
                const double density = n / static_cast<double>(corpus.tokens());
                QVERIFY(near(table.density[l], density));
                QVERIFY(near(table.logDensity[l], std::log10(density + 1e-10)));
                QVERIFY(table.max[l] == numbers.max && table.min[l] == numbers.min
                    && table.skew[l] == numbers.skew && table.q50[l] == numbers.q50
                    && table.q90[l] == numbers.q90 && table.q99[l] == numbers.q99);
                double mean = 0, variance = 0;
                for (const auto& [token, value] : values)
                    mean += value / n;
                for (const auto& [token, value] : values)
                    variance += (value - mean) * (value - mean) / n;
                QVERIFY(near(table.mean[l], mean));
                QVERIFY(near(table.deviation[l], std::sqrt(variance)));

                const auto single = contexts(text, values, 1);
                double entropy = 0;
                for (const auto& [ids, count] : single)
                    entropy -= count / n * std::log2(count / n);
                QVERIFY(near(table.tokenEntropy[l], entropy));
                const auto [ids, count] = commonest(single);
                QVERIFY(values.empty() || table.topToken[l] == ids[0]);
                QVERIFY(near(table.topTokenShare[l], values.empty() ? 0 : count / n));
                const auto two = commonest(contexts(text, values, 2));
                QVERIFY(two.first.empty() || std::ranges::equal(table.topBigram[l], two.first));
                QVERIFY(near(table.topBigramShare[l], values.empty() ? 0 : two.second / n));
                const auto three = commonest(contexts(text, values, 3));
                QVERIFY(
                    three.first.empty() || std::ranges::equal(table.topTrigram[l], three.first));
                QVERIFY(near(table.topTrigramShare[l], values.empty() ? 0 : three.second / n));
            }
        }
    }

    void ngramsOfDenseLatentsAreSampled()
    {
        // 0 1 0 1 ... : every second firing would always see the same; every third does not.
        const Folder folder;
        Text text{{Ids(140000)}};
        for (std::size_t i = 0; i < text.documents[0].size(); ++i)
            text.documents[0][i] = i % 2;
        const Corpus corpus = writeCorpus(folder / "c", text);
        std::vector<Firing> firings;
        for (std::uint32_t token = 0; token < corpus.tokens(); ++token)
            firings.push_back({token, 0, 1});
        writeIndex(folder / "i", sourceOf(corpus, 1), firings);
        const LatentTable table = latentTable(FeatureIndex(folder / "i"), corpus);
        QCOMPARE(table.topTokenShare[0], 0.5F);
        QCOMPARE(table.tokenEntropy[0], 1.0F);
        QVERIFY(std::abs(table.topBigramShare[0] - 0.5F) < 1e-4F);
        QVERIFY(std::abs(table.topTrigramShare[0] - 0.5F) < 1e-4F);
    }

    void keysOfNgramsKeepTheIds()
    {
        const std::array<std::uint32_t, 3> largest{
            largestVocabulary - 1, largestVocabulary - 1, largestVocabulary - 1};
        const std::vector<std::array<std::uint32_t, 3>> all{
            largest, {0, 0, 0}, {1, 2, 3}, {largestVocabulary - 1, 0, 7}};
        for (const auto& ids : all) {
            QVERIFY(ngramIds(ngramKey(ids)) == ids);
            NgramCounts counts;
            counts.begin(1);
            counts.add(ngramKey(ids));
            counts.add(ngramKey(ids));
            QCOMPARE(counts.top().key, ngramKey(ids));
            QCOMPARE(counts.top().count, 2U);
        }
        QVERIFY(ngramKey(std::array<std::uint32_t, 3>{1, 0, 0})
            > ngramKey(std::array<std::uint32_t, 3>{0, 9, 9}));
    }

    void manyNgramsAreCountedInAFullTable()
    {
        std::mt19937_64 random(2);
        NgramCounts counts;
        for (const std::size_t most : {1, 2, 7, 8, 1000, 3}) {
            counts.begin(most);
            QCOMPARE(counts.top().count, 0U);
            std::map<std::uint64_t, std::uint32_t> expected;
            while (expected.size() < most) {
                const std::uint64_t key = random() % (4 * most);
                counts.add(key);
                ++expected[key];
            }
            std::pair<std::uint64_t, std::uint32_t> best{0, 0};
            for (const auto& [key, count] : expected)
                if (count > best.second)
                    best = {key, count};
            QCOMPARE(counts.top().key, best.first);
            QCOMPARE(counts.top().count, best.second);
        }
    }
};

QTEST_GUILESS_MAIN(TestLatentTable)
#include "tst_latenttable.moc"
