#include "core/features/samples/contexttable.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace microtome;
using namespace microtome::test;

namespace {

using Ids = std::vector<std::uint32_t>;

struct Expected {
    std::uint32_t firings = 0;
    std::uint64_t occurrences = 0;
    double sum = 0;
    float max = -1e30F;
};

} // namespace

class TestContextTable : public QObject {
    Q_OBJECT

private slots:
    void agreesWithBruteForce()
    {
        std::mt19937_64 random(1);
        for (const std::size_t documents : {1, 25}) {
            const Folder folder;
            const Text text = randomText(random, documents, 90);
            const Corpus corpus = writeCorpus(folder / "c", text);
            auto firings = randomFirings(random, corpus.tokens(), 8);
            for (Firing& firing : firings)
                if (firing.latent == 2)
                    firing.value = -firing.value;
            writeIndex(folder / "i", sourceOf(corpus, 9), firings);
            const FeatureIndex index(folder / "i");
            for (std::uint32_t latent = 0; latent < 9; ++latent)
                for (std::size_t n = 1; n <= 3; ++n)
                    compare(text, index, corpus, latent, n);
        }
    }

    void senselessLengthsAreRefused()
    {
        const Folder folder;
        const Corpus corpus = writeCorpus(folder / "c", {{{1, 2}}});
        writeIndex(folder / "i", sourceOf(corpus, 1), {{0, 0, 1}});
        const FeatureIndex index(folder / "i");
        QVERIFY(!sentence([&] { contextTable(index, corpus, 0, 0, 1); }).isEmpty());
        QVERIFY(!sentence([&] { contextTable(index, corpus, 0, 4, 1); }).isEmpty());
        QVERIFY(contextTable(index, corpus, 0, 2, 9).empty()); // the first token has none before it
    }

private:
    void compare(const Text& text, const FeatureIndex& index, const Corpus& corpus,
        std::uint32_t latent, std::size_t n)
    {
        std::map<std::uint32_t, float> values;
        for (const auto& [token, value] : valuesOf(index, latent))
            values[token] = value;
        std::map<Ids, Expected> expected;
        std::uint32_t begin = 0;
        for (const Ids& document : text.documents) {
            for (std::size_t end = n; end <= document.size(); ++end) {
                const auto last = document.begin() + static_cast<std::ptrdiff_t>(end);
                Expected& e = expected[Ids(last - static_cast<std::ptrdiff_t>(n), last)];
                ++e.occurrences;
                const auto fires = values.find(begin + static_cast<std::uint32_t>(end) - 1);
                if (fires == values.end())
                    continue;
                ++e.firings;
                e.sum += fires->second;
                e.max = std::max(e.max, fires->second);
            }
            begin += static_cast<std::uint32_t>(document.size());
        }
        std::vector<std::pair<Ids, Expected>> order;
        for (const auto& entry : expected)
            if (entry.second.firings > 0)
                order.push_back(entry);
        std::ranges::stable_sort(order,
            [](const auto& a, const auto& b) { return a.second.firings > b.second.firings; });
        for (const std::size_t most : {std::size_t(4), order.size() + 5}) {
            const auto rows = contextTable(index, corpus, latent, n, most);
            QCOMPARE(rows.size(), std::min(most, order.size()));
            for (std::size_t i = 0; i < rows.size(); ++i) {
                QCOMPARE(rows[i].ids, order[i].first);
                const Expected& e = order[i].second;
                QCOMPARE(rows[i].firings, e.firings);
                QCOMPARE(rows[i].occurrences, e.occurrences);
                QCOMPARE(rows[i].max, e.max);
                QVERIFY(std::abs(rows[i].mean - e.sum / e.firings) < 1e-9 * std::abs(e.sum));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestContextTable)
#include "tst_contexttable.moc"
