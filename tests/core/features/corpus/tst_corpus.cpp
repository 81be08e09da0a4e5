#include "core/features/corpus/corpus.h"
#include "core/features/corpus/corpuswriter.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <set>

using namespace microtome;
using namespace microtome::test;

class TestCorpus : public QObject {
    Q_OBJECT

private slots:
    void holdsWhatWasWritten()
    {
        std::mt19937_64 random(1);
        for (const std::size_t documents : {0, 1, 2, 40}) {
            const Folder folder;
            const Text text = randomText(random, documents, 30);
            const Corpus corpus = writeCorpus(folder / "c", text);
            const auto ids = text.ids();
            QCOMPARE(corpus.tokens(), std::uint64_t(ids.size()));
            QCOMPARE(corpus.documents(), std::uint64_t(documents));
            QCOMPARE(corpus.vocabulary(), text.vocabulary);
            QCOMPARE(corpus.tokenizerHash(), hashOf('a'));
            std::uint64_t token = 0;
            for (std::size_t d = 0; d < documents; ++d) {
                const TokenRange range = corpus.document(d);
                QCOMPARE(range, (TokenRange{token, token + text.documents[d].size()}));
                for (const std::uint32_t id : text.documents[d]) {
                    QCOMPARE(corpus.id(token), id);
                    QCOMPARE(corpus.documentOf(token), std::uint64_t(d));
                    QCOMPARE(corpus.documentOf(token, d / 2), std::uint64_t(d));
                    ++token;
                }
            }
            corpus.verify();
        }
    }

    void hashTellsContentApart()
    {
        const Folder folder;
        const std::vector<Text> texts{{{{1, 2}, {3}}}, {{{1}, {2, 3}}}, {{{1, 2, 3}}},
            {{{1, 2, 3}, {}}}, {{{1, 2}, {4}}}, {{{1, 2}, {3}}, 51}};
        std::set<std::string> hashes;
        for (std::size_t i = 0; i < texts.size(); ++i)
            hashes.insert(writeCorpus(folder / std::to_string(i), texts[i]).hash());
        QCOMPARE(hashes.size(), texts.size());
        QVERIFY(hashes.contains(writeCorpus(folder / "again", texts[0]).hash()));
    }

    void impossibleCorporaAreRefused()
    {
        const Folder folder;
        QVERIFY(sentence([&] { CorpusWriter(folder / "c", "abc", 5); }).contains("64 digits"));
        QVERIFY(sentence([&] {
            CorpusWriter(folder / "c", hashOf('a'), 1U << 22);
        }).contains("vocabulary"));
        CorpusWriter writer(folder / "c", hashOf('a'), 5);
        QVERIFY(sentence([&] {
            writer.add(std::vector<std::uint32_t>{4, 5});
        }).contains("Token id 5"));
        QVERIFY(sentence([&] {
            CorpusWriter(folder / "no" / "c", hashOf('a'), 5);
        }).contains("Cannot write"));
        QVERIFY(sentence([&] { Corpus(folder / "none"); }).contains("Cannot read"));
    }

    void nothingIsThereBeforeItIsFinished()
    {
        const Folder folder;
        {
            CorpusWriter writer(folder / "c", hashOf('a'), 5);
            writer.add(std::vector<std::uint32_t>{1, 2});
        }
        QVERIFY(!std::filesystem::exists(folder / "c"));
        QVERIFY(!std::filesystem::exists(folder / "c.part"));
    }

    void everyFlippedByteIsFound()
    {
        const Folder folder;
        std::mt19937_64 random(2);
        const auto path = folder / "c";
        writeCorpus(path, {{{1, 2, 3}, {}, {4, 5, 49, 0}}});
        const std::string good = contentOf(path);
        for (std::size_t at = 0; at < good.size(); ++at) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ (1 + random() % 255));
            setContent(path, bad);
            QVERIFY2(!sentence([&] { Corpus(path).verify(); }).isEmpty(),
                qPrintable(QString::number(at)));
        }
    }

    void everyTruncationIsFound()
    {
        const Folder folder;
        const auto path = folder / "c";
        writeCorpus(path, {{{1, 2, 3}, {}, {4, 5, 49, 0}}});
        const std::string good = contentOf(path);
        for (std::size_t size = 0; size < good.size(); ++size) {
            setContent(path, good.substr(0, size));
            QVERIFY(!sentence([&] { Corpus corpus(path); }).isEmpty());
        }
        setContent(path, good + '\0');
        QVERIFY(!sentence([&] { Corpus corpus(path); }).isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestCorpus)
#include "tst_corpus.moc"
