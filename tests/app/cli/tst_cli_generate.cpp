#include "tests/app/cli/folders.h"
#include "tests/app/cli/program.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;

/// `tokenize` and `generate`.
class TestCliGenerate : public QObject {
    Q_OBJECT

private:
    static QByteArray story()
    {
        QFile file(shared("models/stories260K/greedy-200.txt"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private slots:
    void tokenize();
    void tokenizeLines();
    void tokenizerOnlyFolder();
    void bytesThatAreNoCharacter();
    void greedyStory_data();
    void greedyStory();
    void greedyStoryInABatch();
    void document();
    void sampling();
    void batchIsSingleRuns();
    void idsWithoutTokenizer();
    void contextEnds();
    void edited();
};

void TestCliGenerate::tokenize()
{
    const QString text = "Clara bought  lemon";
    const auto finished = cli({"tokenize", "--model", induction(), "--text", text, "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    QCOMPARE(document.at("ids").size(), 4u);
    QCOMPARE(document.at("pieces"), json({"<s>", "Clara", "bought", "lemon"}));
    QCOMPARE(document.at("offsets"), json({{0, 0}, {0, 5}, {6, 12}, {14, 19}}));
    const auto bare
        = cli({"tokenize", "--model", induction(), "--text", text, "--json", "--no-bos"}).json();
    QCOMPARE(bare.at("pieces"), json({"Clara", "bought", "lemon"}));
    const auto back = cli({"tokenize", "--model", induction(), "--json", "--decode",
        idList(document.at("ids").get<std::vector<TokenId>>())});
    QCOMPARE(back.json().at("text").get<std::string>(), std::string("Clara bought lemon"));
    const auto table = cli({"tokenize", "--model", induction(), "--text", text});
    QCOMPARE(table.out.count('\n'), 5);
    QVERIFY(table.out.contains("\"lemon\""));
}

void TestCliGenerate::tokenizeLines()
{
    const QByteArray lines = "Clara bought\n\nlemon";
    const auto finished
        = cli({"tokenize", "--model", induction(), "--file", "-", "--lines", "--json"}, lines);
    QVERIFY2(finished.code == 0, finished.says());
    const auto objects = finished.out.trimmed().split('\n');
    QCOMPARE(objects.size(), 3);
    const std::size_t sizes[]{3, 1, 2};
    for (int i = 0; i < 3; ++i) {
        const json document = json::parse(objects[i].toStdString());
        QCOMPARE(document.at("ids").size(), sizes[i]);
        QCOMPARE(document.at("pieces").size(), sizes[i]);
        QCOMPARE(document.at("offsets").size(), sizes[i]);
    }
    QCOMPARE(
        cli({"tokenize", "--model", induction(), "--file", "-", "--lines"}, lines).out.count('\n'),
        3);
}

void TestCliGenerate::tokenizerOnlyFolder()
{
    const QString gpt2 = shared("tokenizers/gpt2");
    if (gpt2.isEmpty())
        QSKIP("The shared data is not here, so GPT-2's tokenizer is not tried.");
    const auto finished = cli({"tokenize", "--model", gpt2, "--text", "Hello world!", "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    QCOMPARE(finished.json().at("ids"), json({15496, 995, 0}));
    QCOMPARE(finished.json().at("pieces"), json({"Hello", " world", "!"}));
    QVERIFY(cli({"info", "--model", gpt2}).refused());
}

void TestCliGenerate::bytesThatAreNoCharacter()
{
    const QString gpt2 = shared("tokenizers/gpt2");
    if (gpt2.isEmpty())
        QSKIP("The shared data is not here, so GPT-2's tokenizer is not tried.");
    const auto emoji
        = cli({"tokenize", "--model", gpt2, "--json", "--text", QString::fromUtf8("🙃")}).json();
    std::string pieces;
    for (const auto& piece : emoji.at("pieces"))
        pieces += piece.get<std::string>();
    QCOMPARE(pieces, std::string("<0xF0><0x9F><0x99><0x83>"));
    const auto finished = cli({"tokenize", "--model", gpt2, "--json", "--file", "-"},
        "a\xff"
        "b");
    QVERIFY2(finished.code == 0, finished.says());
    QVERIFY(!finished.json().is_discarded());
}

void TestCliGenerate::greedyStory_data()
{
    QTest::addColumn<QStringList>("more");
    QTest::newRow("cached") << QStringList();
    QTest::newRow("uncached") << QStringList{"--no-cache"};
    QTest::newRow("one thread") << QStringList{"--threads", "1"};
}

/// What llama2.c wrote with this model at temperature 0, byte for byte.
void TestCliGenerate::greedyStory()
{
    QFETCH(QStringList, more);
    if (story().isEmpty())
        QSKIP("The shared data is not here, so the story of stories260K is not told.");
    const auto finished = cli(QStringList{"generate", "--model", shared("models/stories260K"),
                                  "--text", "", "--n", "200", "--temperature", "0"}
        + more);
    QVERIFY2(finished.code == 0, finished.says());
    QCOMPARE(finished.out, story());
    QVERIFY(finished.err.isEmpty());
}

void TestCliGenerate::greedyStoryInABatch()
{
    if (story().isEmpty())
        QSKIP("The shared data is not here, so the story of stories260K is not told.");
    const auto finished = cli({"generate", "--model", shared("models/stories260K"), "--file", "-",
                                  "--lines", "--n", "200", "--json"},
        "Lily and Ben\n\nThe dog was\n\n");
    QVERIFY2(finished.code == 0, finished.says());
    const auto objects = finished.out.trimmed().split('\n');
    QCOMPARE(objects.size(), 4);
    for (const int i : {1, 3})
        QCOMPARE(QByteArray::fromStdString(
                     json::parse(objects[i].toStdString()).at("text").get<std::string>()),
            story());
    // A prompt with text goes on with a space where the model says so.
    const auto alone = cli({"generate", "--model", shared("models/stories260K"), "--text",
        "The dog was", "--n", "200"});
    QCOMPARE(QByteArray::fromStdString(
                 json::parse(objects[2].toStdString()).at("text").get<std::string>()),
        alone.out);
    QVERIFY(alone.out.startsWith(' '));
}

void TestCliGenerate::document()
{
    const auto finished = cli({"generate", "--model", induction(), "--text",
        "Clara bought lemon and David found anchor and Clara", "--n", "3", "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    QCOMPARE(document.at("text").get<std::string>(), std::string(" bought lemon and"));
    QCOMPARE(document.at("ids").size(), 3u);
    QCOMPARE(document.at("logprobs").size(), 3u);
    QVERIFY(std::abs(std::exp(document.at("logprobs")[0].get<double>()) - 0.995) < 0.002);
    QCOMPARE(document.at("prompt").at("ids").size(), 10u);
    const auto none
        = cli({"generate", "--model", induction(), "--text", "Clara", "--n", "0", "--json"}).json();
    QCOMPARE(none.at("text").get<std::string>(), std::string());
    QVERIFY(none.at("ids").empty());
}

void TestCliGenerate::sampling()
{
    const QStringList hot{"generate", "--model", golden("llama-plain"), "--ids", "3,4", "--n", "12",
        "--json", "--temperature", "2", "--seed"};
    const auto first = cli(hot + QStringList{"1"});
    QVERIFY2(first.code == 0, first.says());
    QCOMPARE(cli(hot + QStringList{"1"}).out, first.out);
    QVERIFY(cli(hot + QStringList{"2"}).out != first.out);
    QVERIFY(cli(hot + QStringList{"1", "--no-cache"}).json().at("ids") == first.json().at("ids"));
    // Drawing from a single token is greedy.
    const auto greedy = cli(
        {"generate", "--model", golden("llama-plain"), "--ids", "3,4", "--n", "12", "--json"});
    QCOMPARE(cli(hot + QStringList{"1", "--top-k", "1"}).json().at("ids"), greedy.json().at("ids"));
    QCOMPARE(cli(hot + QStringList{"1", "--top-p", "0.000001"}).json().at("ids"),
        greedy.json().at("ids"));
}

void TestCliGenerate::batchIsSingleRuns()
{
    const QByteArrayList prompts{
        "Clara bought lemon and Clara", "key in", "castle dock harbour and castle"};
    const auto batch
        = cli({"generate", "--model", induction(), "--file", "-", "--lines", "--n", "5"},
            prompts.join('\n') + '\n');
    QVERIFY2(batch.code == 0, batch.says());
    QByteArray singles;
    for (const QByteArray& prompt : prompts)
        singles
            += cli({"generate", "--model", induction(), "--text", prompt, "--n", "5"}).out + '\n';
    QCOMPARE(batch.out, singles);
}

void TestCliGenerate::idsWithoutTokenizer()
{
    const auto finished = cli(
        {"generate", "--model", golden("gpt2-plain"), "--ids", "1,2", "--n", "3", "--no-stop"});
    QVERIFY2(finished.code == 0, finished.says());
    const auto document = cli({"generate", "--model", golden("gpt2-plain"), "--ids", "1,2", "--n",
                                  "3", "--no-stop", "--json"})
                              .json();
    QVERIFY(document.at("text").is_null());
    QCOMPARE(finished.out, idList(document.at("ids").get<std::vector<TokenId>>()).toUtf8() + '\n');
}

void TestCliGenerate::contextEnds()
{
    const auto finished = cli({"generate", "--model", golden("gpt2-plain"), "--ids", "1,2", "--n",
        "100", "--no-stop", "--json"}); // context 32
    QVERIFY2(finished.code == 0, finished.says());
    QCOMPARE(finished.json().at("ids").size(), 31u);
    QVERIFY2(finished.err.contains("32"), finished.says());
}

void TestCliGenerate::edited()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath("edits.json");
    const QStringList words{"generate", "--model", induction(), "--text",
        "Clara bought lemon and David found anchor and Clara", "--n", "3", "--edits", file};
    // Without its induction head the model does not repeat what it has read.
    writeText(file.toStdString(),
        R"({"edits": [{"site": "blocks.1.attn.hook_z", "op": "zero", "index": {"head": 0}}]})");
    const auto finished = cli(words);
    QVERIFY2(finished.code == 0, finished.says());
    QVERIFY(!finished.out.startsWith(" bought lemon"));
    QCOMPARE(cli(words + QStringList{"--no-cache"}).out, finished.out);
}

QTEST_GUILESS_MAIN(TestCliGenerate)
#include "tst_cli_generate.moc"
