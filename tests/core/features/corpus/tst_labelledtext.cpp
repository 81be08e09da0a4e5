#include "core/features/corpus/labelledtext.h"
#include "tests/core/features/sparsedata.h"
#include "tests/wordtokenizer.h"

#include <QTest>

using namespace microtome;
using namespace microtome::test;

/// Labelled text as a corpus and its labels.
class TestLabelledText : public QObject {
    Q_OBJECT

private:
    const Folder m_folder;
    const WordTokenizer m_tokenizer{60};

    LabelledTokens made(const std::string& text)
    {
        setContent(m_folder / "text", text);
        return writeLabelledCorpus(
            m_folder / "text", m_tokenizer, hashOf('a'), 60, m_folder / "corpus");
    }

private slots:
    /// BOS is no word; the second document goes on where the first ends.
    void countsOn()
    {
        const std::string line
            = R"({"text": "the cat", "tokens": ["the", "cat"], "labels": {"part": {"noun": [1], "article": [0]}}})";
        const auto labels = made(line + "\n\n" + line + "\n");
        const Corpus corpus(m_folder / "corpus");
        QCOMPARE(corpus.documents(), std::uint64_t(2));
        for (const auto& [name, word] :
            {std::pair("part:noun", " cat"), std::pair("part:article", "the")}) {
            std::string all;
            for (const std::uint32_t token : labels.at(name))
                all += m_tokenizer.bytes(static_cast<std::int32_t>(corpus.id(token)));
            QCOMPARE(all, std::string(word) + word);
        }
        QVERIFY(labels.at("part:noun").back() > corpus.document(1).begin);
    }

    /// A word of several tokens: all of them have its label.
    void coversSeveralTokens()
    {
        const auto labels = made(
            R"({"text": "the xyz cat", "tokens": ["the", "xyz", "cat"], "labels": {"kind": {"odd": [1]}}})"
            "\n");
        QCOMPARE(labels.at("kind:odd").size(), std::size_t(3)); // x, y, z, not the space before
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("why");
        QTest::newRow("not json") << "the cat\n"
                                  << "Line 1";
        QTest::newRow("no tokens") << R"({"text": "the cat"})"
                                   << "Line 1";
        QTest::newRow("other tokens") << R"({"text": "the cat", "tokens": ["dog"], "labels": {}})"
                                      << "not in its text";
        QTest::newRow("far label")
            << R"({"text": "the", "tokens": ["the"], "labels": {"a": {"b": [7]}}})"
            << "does not have";
        QTest::newRow("negative label")
            << R"({"text": "the", "tokens": ["the"], "labels": {"a": {"b": ["x"]}}})"
            << "Line 1";
        QTest::newRow("nothing") << "\n\n"
                                 << "no text";
    }

    void refuses()
    {
        QFETCH(QString, text);
        QFETCH(QString, why);
        const QString said = sentence([&] { made(text.toStdString()); });
        QVERIFY2(said.contains(why), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(TestLabelledText)
#include "tst_labelledtext.moc"
