#include "core/features/corpus/corpustext.h"
#include "tests/core/features/sparsedata.h"
#include "tests/wordtokenizer.h"

#include <QTest>

using namespace microtome;
using namespace microtome::test;

/// Text as a corpus.
class TestCorpusText : public QObject {
    Q_OBJECT

private:
    const Folder m_folder;
    const WordTokenizer m_tokenizer{60};

    Corpus made(const std::string& text, const CorpusTextSettings& settings = {})
    {
        setContent(m_folder / "text", text);
        writeCorpusFromText(
            m_folder / "text", m_tokenizer, hashOf('a'), 60, m_folder / "corpus", settings);
        return Corpus(m_folder / "corpus");
    }

    std::string document(const Corpus& corpus, std::uint64_t i)
    {
        std::vector<std::int32_t> ids;
        for (const std::uint32_t id : corpus.ids(corpus.document(i)))
            ids.push_back(static_cast<std::int32_t>(id));
        return m_tokenizer.decode(ids);
    }

private slots:
    void readsLines()
    {
        const Corpus corpus = made("the cat\r\n\nthe mat");
        QCOMPARE(corpus.documents(), std::uint64_t(2));
        QCOMPARE(document(corpus, 0), std::string("the cat"));
        QCOMPARE(document(corpus, 1), std::string("the mat"));
        QCOMPARE(corpus.id(0), 0U); // the tokenizer's BOS
        QCOMPARE(corpus.tokenizerHash(), hashOf('a'));
    }

    void readsParagraphs()
    {
        CorpusTextSettings settings;
        settings.documents = Documents::Paragraphs;
        const Corpus corpus = made("\n\nthe cat\nthe mat\n\n\nthe cat\n", settings);
        QCOMPARE(corpus.documents(), std::uint64_t(2));
        QCOMPARE(document(corpus, 0).find("mat") != std::string::npos, true);
        QCOMPARE(document(corpus, 1), std::string("the cat"));
    }

    void readsAFile()
    {
        CorpusTextSettings settings;
        settings.documents = Documents::File;
        QCOMPARE(made("the cat\n\nthe mat\n", settings).documents(), std::uint64_t(1));
    }

    void endsWhereEnoughWasRead()
    {
        CorpusTextSettings settings;
        settings.mostTokens = 4;
        const Corpus corpus = made("the cat\nthe mat\nthe cat\nthe mat\n", settings);
        QCOMPARE(corpus.documents(), std::uint64_t(2));
    }

    void refusesNothing()
    {
        QVERIFY(sentence([&] { made("\n\n"); }).contains("no text"));
        QVERIFY(sentence([&] {
            writeCorpusFromText(
                m_folder / "absent", m_tokenizer, hashOf('a'), 60, m_folder / "corpus");
        }).contains("Cannot read"));
    }
};

QTEST_GUILESS_MAIN(TestCorpusText)
#include "tst_corpustext.moc"
