#include "tests/core/text/temporarytokenizer.h"

#include <QElapsedTimer>
#include <QtTest>

using microtome::Tokenizer;
using nlohmann::json;

/// Real tokenizers against vectors made by others.
class TestTokenizerReal : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void vectors_data();
    void vectors();
    void longText();
    void megabyteThereAndBack_data();
    void megabyteThereAndBack();
    void roundTrip_data();
    void roundTrip();
    void facts();
};

namespace {

const QString shared = QStringLiteral(MICROTOME_SHARED_DATA "/");

std::string contents(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw std::runtime_error("missing: " + path.toStdString());
    return file.readAll().toStdString();
}

std::unique_ptr<const Tokenizer> tokenizer(const QString& path)
{
    return Tokenizer::open((shared + path).toStdString());
}

} // namespace

void TestTokenizerReal::initTestCase()
{
    if (!QFileInfo::exists(shared + "tokenizers"))
        QSKIP("The shared data with real tokenizers is not on this machine.");
}

void TestTokenizerReal::vectors_data()
{
    QTest::addColumn<QString>("folder");
    QTest::newRow("gpt-2") << "tokenizers/gpt2";
    QTest::newRow("phi-3") << "tokenizers/phi-3";
}

// llama.cpp's vectors: strings between separator lines, ids (without BOS) a line.
void TestTokenizerReal::vectors()
{
    QFETCH(QString, folder);
    const QString base = shared + "tokenizers/vectors/" + QTest::currentDataTag();
    const QString input = QString::fromStdString(contents(base + ".inp"));
    const QStringList texts = input.split("\n__ggml_vocab_test__\n");
    const QStringList lines = QString::fromStdString(contents(base + ".out")).split('\n');
    QCOMPARE(texts.size(), 46 + (texts.last().isEmpty() ? 1 : 0));
    const auto open = tokenizer(folder);
    for (qsizetype i = 0; i < 46; ++i) {
        std::vector<std::int32_t> expected;
        for (const QString& id : lines[i].split(' ', Qt::SkipEmptyParts))
            expected.push_back(id.toInt());
        const std::vector<std::int32_t> ids = open->encode(texts[i].toStdString(), false).ids;
        QVERIFY2(ids == expected, texts[i].toUtf8() + ": " + shown(ids));
    }
}

void TestTokenizerReal::longText()
{
    const json file = json::parse(contents(shared + "tokenizers/gpt2-long/gpt2.json"));
    const auto open = tokenizer("tokenizers/gpt2");
    const auto encoding = open->encode(file["text"].get<std::string>(), false);
    QVERIFY(encoding.ids == file["token_ids"].get<std::vector<std::int32_t>>());
    QVERIFY(encoding.ids.size() > 100);
    const std::vector<std::string> spellings = file["bpe_tokens"];
    QCOMPARE(spellings.size(), encoding.ids.size());
    for (std::size_t i = 0; i < spellings.size(); ++i)
        QCOMPARE(open->spelling(encoding.ids[i]), spellings[i]);
    QCOMPARE(open->decode(encoding.ids), file["decoded_text"].get<std::string>());
}

void TestTokenizerReal::megabyteThereAndBack_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("file");
    const QString wiki = "wikitext2/word_language_model/data/wikitext-2/valid.txt";
    for (const char* name : {"gpt2", "neox", "phi-2"})
        QTest::newRow(name) << QStringLiteral("tokenizers/") + name << wiki;
    // Wikitext says "<unk>", a special token of Phi-3 behind which the text begins anew.
    QTest::newRow("phi-3") << "tokenizers/phi-3"
                           << "classic-books/frances-hodgson-burnett.txt";
}

// All of the text is in NFC already, so NeoX's normaliser leaves it alone.
void TestTokenizerReal::megabyteThereAndBack()
{
    QFETCH(QString, folder);
    QFETCH(QString, file);
    const std::string text = contents(shared + "text/" + file);
    QVERIFY(text.size() > 1'000'000);
    const auto open = tokenizer(folder);
    QElapsedTimer timer;
    timer.start();
    const auto encoding = open->encode(text, false);
    qInfo() << text.size() << "bytes," << encoding.ids.size() << "ids," << timer.elapsed() << "ms";
    QVERIFY(open->decode(encoding.ids, false) == text);
    std::size_t reached = 0;
    for (const auto& [begin, end] : encoding.offsets) {
        QCOMPARE(begin, reached);
        reached = end;
    }
    QCOMPARE(reached, text.size());
}

void TestTokenizerReal::roundTrip_data()
{
    QTest::addColumn<QString>("folder");
    QTest::addColumn<int>("size");
    QTest::newRow("stories260K") << "models/stories260K" << 512;
    QTest::newRow("babyllama105") << "models/babyllama105" << 105;
}

void TestTokenizerReal::roundTrip()
{
    QFETCH(QString, folder);
    QFETCH(int, size);
    const auto open = tokenizer(folder);
    QCOMPARE(open->size(), std::size_t(size));
    const json stories
        = json::parse(contents(shared + "text/tinystories-1000/tinystories_1000.json"));
    int compared = 0;
    for (const json& story : stories) {
        const std::string whole = story;
        const std::string text = whole.substr(0, whole.find('\n'));
        const auto encoding = open->encode(text);
        QCOMPARE(encoding.ids.front(), 1);
        // Characters that the smaller vocabulary lacks become <unk>, id 0.
        if (std::count(encoding.ids.begin(), encoding.ids.end(), 0) > 0)
            continue;
        QCOMPARE(open->decode(encoding.ids), text);
        ++compared;
    }
    QVERIFY(compared > 500);
}

void TestTokenizerReal::facts()
{
    const auto neox = tokenizer("tokenizers/neox");
    const auto gpt2 = tokenizer("tokenizers/gpt2");
    const auto stories = tokenizer("models/stories260K");
    QCOMPARE(gpt2->size(), std::size_t(50257));
    QCOMPARE(neox->size(), std::size_t(50277));
    QVERIFY(gpt2->isSpecial(50256));
    QVERIFY(!gpt2->isSpecial(50255));
    QVERIFY(!gpt2->leading());
    QCOMPARE(*stories->leading(), 1);
    QCOMPARE(*gpt2->idOf("ĠMary"), gpt2->encode(" Mary", false).ids.at(0));
    QCOMPARE(gpt2->bytes(*gpt2->idOf("ĠMary")), std::string(" Mary"));
    QCOMPARE(gpt2->bytes(*gpt2->idOf("Ċ")), std::string("\n"));
    QCOMPARE(gpt2->bytes(*gpt2->idOf("âĢ")), std::string("\xE2\x80"));
    QCOMPARE(gpt2->bytes(50256), std::string("<|endoftext|>"));
    QCOMPARE(stories->bytes(*stories->idOf("<0x0A>")), std::string("\n"));
    QCOMPARE(stories->bytes(*stories->idOf("▁the")), std::string(" the"));
    QCOMPARE(stories->spelling(*stories->idOf("▁the")), std::string("▁the"));
    QVERIFY(!gpt2->idOf("no such token"));
    for (std::int32_t id : {-1, 50257, INT32_MAX, INT32_MIN}) {
        QVERIFY(gpt2->spelling(id).empty());
        QVERIFY(gpt2->bytes(id).empty());
        QVERIFY(!gpt2->isSpecial(id));
        QVERIFY(gpt2->decode(std::vector{id}).empty());
    }
}

QTEST_GUILESS_MAIN(TestTokenizerReal)
#include "tst_tokenizer_real.moc"
