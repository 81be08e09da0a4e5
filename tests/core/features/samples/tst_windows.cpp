#include "core/features/samples/draws.h"
#include "core/features/samples/windows.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace microtome;
using namespace microtome::test;

class TestWindows : public QObject {
    Q_OBJECT

private slots:
    void everyTokenIsInOneWindow()
    {
        std::mt19937_64 random(1);
        for (const std::size_t documents : {0, 1, 30}) {
            const Folder folder;
            const Text text = randomText(random, documents, 100);
            const Corpus corpus = writeCorpus(folder / "c", text);
            for (const std::uint32_t width : {1U, 7U, 32U, 1000U}) {
                const Windows windows(corpus, {width, 3, 0.4, 5});
                std::uint64_t token = 0, explaining = 0, scoring = 0;
                for (std::uint64_t w = 0; w < windows.count(); ++w) {
                    const TokenRange range = windows.range(w);
                    QCOMPARE(range.begin, token);
                    QVERIFY(range.size() >= 1 && range.size() <= width);
                    const TokenRange document = corpus.document(windows.document(w));
                    QVERIFY(range.begin >= document.begin && range.end <= document.end);
                    QVERIFY(range.size() == width || range.end == document.end);
                    for (; token < range.end; ++token)
                        QCOMPARE(windows.windowOf(token, corpus.documentOf(token)), w);
                    QVERIFY(windows.in(w, Split::All));
                    QVERIFY(windows.in(w, Split::Explaining) != windows.in(w, Split::Scoring));
                    explaining += windows.in(w, Split::Explaining);
                    scoring += windows.in(w, Split::Scoring);
                }
                QCOMPARE(token, corpus.tokens());
                QCOMPARE(windows.count(Split::Explaining), explaining);
                QCOMPARE(windows.count(Split::Scoring), scoring);
                QCOMPARE(windows.count(Split::All), windows.count());
            }
        }
    }

    void stretchesStayTogetherAndShareIsKept()
    {
        std::mt19937_64 random(2);
        const Folder folder;
        const Corpus corpus = writeCorpus(folder / "c", randomText(random, 40, 2000));
        const Windows windows(corpus, {8, 4, 0.3, 5});
        std::uint64_t w = 0;
        for (std::uint64_t d = 0; d < corpus.documents(); ++d)
            for (std::uint64_t i = 0; 8 * i < corpus.document(d).size(); ++i, ++w)
                if (i % 4 != 0)
                    QCOMPARE(windows.in(w, Split::Scoring), windows.in(w - 1, Split::Scoring));
        const double share = static_cast<double>(windows.count(Split::Explaining))
            / static_cast<double>(windows.count());
        QVERIFY(share > 0.25 && share < 0.35);
        QCOMPARE(Windows(corpus, {8, 4, 0, 5}).count(Split::Explaining), std::uint64_t(0));
        QCOMPARE(Windows(corpus, {8, 4, 1, 5}).count(Split::Scoring), std::uint64_t(0));
    }

    void theSameTextIsOnOneSide()
    {
        std::mt19937_64 random(3);
        Text text = randomText(random, 30, 300);
        const Text once = text;
        text.documents.insert(text.documents.end(), once.documents.begin(), once.documents.end());
        const Folder folder;
        const Corpus corpus = writeCorpus(folder / "c", text);
        const Windows windows(corpus, {16, 2});
        const std::uint64_t half = windows.count() / 2;
        for (std::uint64_t w = 0; w < half; ++w)
            QCOMPARE(windows.in(w, Split::Scoring), windows.in(half + w, Split::Scoring));
        QVERIFY(windows.count(Split::Scoring) > 0 && windows.count(Split::Explaining) > 0);
    }

    void splitsOfOtherSeedsDiffer()
    {
        std::mt19937_64 random(4);
        const Folder folder;
        const Corpus corpus = writeCorpus(folder / "c", randomText(random, 30, 300));
        const auto sides = [&](std::uint64_t seed) {
            const Windows windows(corpus, {4, 1, 0.5, seed});
            std::vector<bool> all;
            for (std::uint64_t w = 0; w < windows.count(); ++w)
                all.push_back(windows.in(w, Split::Scoring));
            return all;
        };
        QVERIFY(sides(1) == sides(1));
        QVERIFY(sides(1) != sides(2));
    }

    void senselessSettingsAreRefused()
    {
        const Folder folder;
        const Corpus corpus = writeCorpus(folder / "c", {});
        for (const WindowSettings& settings : {WindowSettings{0, 8, 0.5, 1},
                 WindowSettings{32, 0, 0.5, 1}, WindowSettings{32, 8, -0.1, 1},
                 WindowSettings{32, 8, 1.1, 1}, WindowSettings{32, 8, std::nan(""), 1}})
            QVERIFY(!sentence([&] { Windows(corpus, settings).count(); }).isEmpty());
        QCOMPARE(Windows(corpus).count(), std::uint64_t(0));
    }

    void drawsAreEvenAndDistinct()
    {
        Draws draws(7);
        std::vector<int> counts(10);
        for (int i = 0; i < 20000; ++i) {
            const auto chosen = draws.some(10, 3);
            QCOMPARE(chosen.size(), std::size_t(3));
            QVERIFY(std::ranges::is_sorted(chosen) && chosen[0] < chosen[1] && chosen[1] < chosen[2]
                && chosen[2] < 10);
            for (const std::uint64_t c : chosen)
                ++counts[c];
        }
        for (const int count : counts) // 6,000 expected, deviation 65
            QVERIFY(std::abs(count - 6000) < 330);
        QCOMPARE(draws.some(3, 5), (std::vector<std::uint64_t>{0, 1, 2}));
        QVERIFY(draws.some(0, 5).empty());
        QVERIFY(draws.some(5, 0).empty());
        // SplitMix64's own first numbers for the seed 1234567.
        Draws known(1234567);
        QCOMPARE(known.next(), std::uint64_t(6457827717110365317ULL));
        QCOMPARE(known.next(), std::uint64_t(3203168211198807973ULL));
    }
};

QTEST_GUILESS_MAIN(TestWindows)
#include "tst_windows.moc"
