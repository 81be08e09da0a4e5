#include "tests/core/text/temporarytokenizer.h"

#include "core/work/error.h"
#include "core/work/sha256.h"

#include <QtTest>

#include <thread>

using nlohmann::json;

/// How a tokenizer is put together from the files of a folder.
class TestTokenizerFiles : public QObject {
    Q_OBJECT
private slots:
    void emptyFolderHoldsNone();
    void sentencePieceAloneIsNamed();
    void gpt2Files();
    void gpt2FilesWithSettings();
    void llamaClassesGoByTheConfig();
    void hashIsOfTheBytes();
    void wordLevel();
    void unsupportedPartsAreNamed_data();
    void unsupportedPartsAreNamed();
    void sharedByThreads();
};

namespace {

/// `a`, `b`, `Ġ`, `ab`, `Ġab` and GPT-2's special token.
void writeGpt2Files(const TemporaryTokenizer& folder)
{
    folder.write("vocab.json",
        R"({"a":0,"b":1,"\u0120":2,"ab":3,"\u0120ab":4,"<|endoftext|>":5,"<bos>":6})");
    folder.write("merges.txt", "#version: 0.2\na b\r\nĠ ab\n\n");
}

json small()
{
    return {{"added_tokens",
                {{{"id", 0}, {"content", "<s>"}, {"special", true}},
                    {{"id", 1}, {"content", "</s>"}, {"special", true}}}},
        {"model",
            {{"type", "BPE"}, {"vocab", {{"<s>", 0}, {"</s>", 1}, {"a", 2}, {"b", 3}}},
                {"merges", json::array()}}}};
}

} // namespace

void TestTokenizerFiles::emptyFolderHoldsNone()
{
    const TemporaryTokenizer folder;
    QVERIFY(!folder.open());
    folder.write("merges.txt", "a b\n");
    QVERIFY(!folder.open());
    QVERIFY(!microtome::Tokenizer::open("/no/such/folder"));
}

void TestTokenizerFiles::sentencePieceAloneIsNamed()
{
    const TemporaryTokenizer folder;
    folder.write("tokenizer.model", "\x0a");
    QVERIFY_EXCEPTION_THROWN(folder.open(), microtome::Error);
}

void TestTokenizerFiles::gpt2Files()
{
    const TemporaryTokenizer folder;
    writeGpt2Files(folder);
    const auto tokenizer = folder.open();
    const auto encoding = tokenizer->encode("ab ab<|endoftext|>b");
    QVERIFY(encoding.ids == (std::vector{3, 4, 5, 1}));
    QVERIFY(tokenizer->isSpecial(5));
    QVERIFY(!tokenizer->isSpecial(6));
    QVERIFY(!tokenizer->leading());
    QCOMPARE(tokenizer->decode(encoding.ids), std::string("ab abb"));
    QCOMPARE(tokenizer->decode(encoding.ids, false), std::string("ab ab<|endoftext|>b"));
    QCOMPARE(tokenizer->size(), std::size_t(7));
}

void TestTokenizerFiles::gpt2FilesWithSettings()
{
    const TemporaryTokenizer folder;
    writeGpt2Files(folder);
    folder.write("tokenizer_config.json",
        R"({"add_bos_token":true,"add_prefix_space":true,
            "added_tokens_decoder":{"9":{"content":"<pad>","special":true,"lstrip":true}}})");
    folder.write("special_tokens_map.json", R"({"bos_token":{"content":"<bos>"}})");
    folder.write("added_tokens.json", R"({"new":8})");
    const auto tokenizer = folder.open();
    QVERIFY(tokenizer->encode("ab").ids == (std::vector{6, 4}));
    QVERIFY(tokenizer->encode("ab", false).ids == (std::vector{4}));
    QVERIFY(tokenizer->encode("ab  <pad>new", false).ids == (std::vector{4, 9, 8}));
    QCOMPARE(*tokenizer->leading(), 6);
    QVERIFY(tokenizer->isSpecial(6) && tokenizer->isSpecial(9) && !tokenizer->isSpecial(8));
    QCOMPARE(tokenizer->size(), std::size_t(10));
    folder.write("special_tokens_map.json", R"({"bos_token":"<unheard of>"})");
    QVERIFY_EXCEPTION_THROWN(folder.open(), microtome::Error);
}

void TestTokenizerFiles::llamaClassesGoByTheConfig()
{
    const TemporaryTokenizer folder;
    QVERIFY(folder.open(small())->encode("ab").ids == (std::vector{2, 3}));
    const auto with = [&](const char* config) {
        folder.write("tokenizer_config.json", config);
        return folder.open()->encode("ab").ids;
    };
    QVERIFY(with(R"({"tokenizer_class":"LlamaTokenizer","bos_token":"<s>"})")
        == (std::vector{0, 2, 3}));
    QVERIFY(with(R"({"tokenizer_class":"LlamaTokenizerFast","add_bos_token":false,
        "add_eos_token":true,"eos_token":{"content":"</s>"}})")
        == (std::vector{2, 3, 1}));
    QVERIFY(with(R"({"tokenizer_class":"PreTrainedTokenizerFast","add_bos_token":true})")
        == (std::vector{2, 3}));
}

void TestTokenizerFiles::hashIsOfTheBytes()
{
    const TemporaryTokenizer folder;
    const std::string text = small().dump();
    folder.write("tokenizer.json", text);
    QCOMPARE(folder.open()->hash(), microtome::sha256(text));
    folder.write("tokenizer.json", text + "\n");
    QCOMPARE(folder.open()->hash(), microtome::sha256(text + "\n"));

    const TemporaryTokenizer gpt2;
    writeGpt2Files(gpt2);
    const std::string before = gpt2.open()->hash();
    gpt2.write("merges.txt", "a b\n");
    QVERIFY(gpt2.open()->hash() != before);
}

void TestTokenizerFiles::wordLevel()
{
    const TemporaryTokenizer folder;
    json file{{"pre_tokenizer", {{"type", "WhitespaceSplit"}}},
        {"model",
            {{"type", "WordLevel"}, {"unk_token", "?"},
                {"vocab", {{"?", 0}, {"one", 1}, {"two", 2}}}}}};
    const auto tokenizer = folder.open(file);
    const auto encoding = tokenizer->encode(" one three  two ");
    QVERIFY(encoding.ids == (std::vector{1, 0, 2}));
    QCOMPARE(encoding.offsets[2].begin, std::size_t(12));
    QCOMPARE(encoding.offsets[2].end, std::size_t(15));
    QCOMPARE(tokenizer->decode(std::vector{1, 2}), std::string("one two"));
    file["model"]["unk_token"] = "none";
    QVERIFY_EXCEPTION_THROWN(folder.open(file)->encode("three"), microtome::Error);
}

void TestTokenizerFiles::unsupportedPartsAreNamed_data()
{
    QTest::addColumn<QString>("part");
    QTest::addColumn<QString>("name");
    QTest::newRow("model") << "model"
                           << "SomeModel";
    QTest::newRow("normalizer") << "normalizer"
                                << "SomeNormalizer";
    QTest::newRow("pre-tokenizer") << "pre_tokenizer"
                                   << "SomePreTokenizer";
    QTest::newRow("post-processor") << "post_processor"
                                    << "SomePostProcessor";
    QTest::newRow("decoder") << "decoder"
                             << "SomeDecoder";
}

void TestTokenizerFiles::unsupportedPartsAreNamed()
{
    QFETCH(QString, part);
    QFETCH(QString, name);
    const TemporaryTokenizer folder;
    json file = small();
    file[part.toStdString()]["type"] = name.toStdString();
    try {
        folder.open(file);
        QFAIL("opened");
    } catch (const microtome::Error& e) {
        const QString sentence = QString::fromUtf8(e.what());
        QVERIFY2(sentence.contains(name) && sentence.contains("tokenizer.json"), e.what());
        QVERIFY2(sentence.endsWith('.'), e.what());
    }
}

void TestTokenizerFiles::sharedByThreads()
{
    const TemporaryTokenizer folder;
    writeGpt2Files(folder);
    const auto tokenizer = folder.open();
    std::string text;
    for (int i = 0; i < 2000; ++i)
        text += i % 7 ? " ab" : "b a";
    const std::vector<std::int32_t> expected = tokenizer->encode(text).ids;
    std::vector<int> right(4, 0);
    std::vector<std::thread> threads;
    for (int& count : right)
        threads.emplace_back([&] {
            for (int i = 0; i < 10; ++i)
                count += tokenizer->encode(text).ids == expected
                    && tokenizer->decode(expected) == text;
        });
    for (std::thread& thread : threads)
        thread.join();
    QVERIFY(right == std::vector<int>(4, 10));
}

QTEST_GUILESS_MAIN(TestTokenizerFiles)
#include "tst_tokenizer_files.moc"
