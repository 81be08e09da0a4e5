#include "tests/core/text/temporarytokenizer.h"

#include "core/work/error.h"

#include <QElapsedTimer>
#include <QtTest>

#include <random>

using microtome::Error;
using nlohmann::json;

/// Damaged and hostile files and texts: a sentence, never a crash, never without bounds.
class TestTokenizerHostile : public QObject {
    Q_OBJECT
private slots:
    void truncatedAnywhere();
    void everyValueInTurnWrong();
    void flippedBytes();
    void wrongFiles_data();
    void wrongFiles();
    void wrongGpt2Files_data();
    void wrongGpt2Files();
    void deepNesting();
    void manyValues();
    void hugeFile();
    void growingNormaliser();
    void hostileTexts();
    void longTexts();

private:
    TemporaryTokenizer m_folder;
};

namespace {

/// A tokenizer with a part of every kind.
json whole()
{
    return json::parse(R"({"version": "1.0",
      "added_tokens": [{"id": 0, "content": "<s>", "single_word": false, "lstrip": true,
        "rstrip": false, "normalized": false, "special": true}],
      "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"},
        {"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        {"type": "Strip", "strip_left": true, "strip_right": false}]},
      "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "\\s+|\\w+"}, "behavior": "Isolated", "invert": false},
        {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true},
        {"type": "Digits", "individual_digits": true},
        {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}]},
      "post_processor": {"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A"}}],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}},
      "decoder": {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
        {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
      "model": {"type": "BPE", "dropout": null, "unk_token": "<s>", "fuse_unk": true,
        "byte_fallback": true, "continuing_subword_prefix": "", "end_of_word_suffix": "",
        "vocab": {"<s>": 0, "a": 1, "b": 2, "ab": 3, "<0x0A>": 4}, "merges": ["a b", ["a", "b"]]}})");
}

/// Opens and uses a tokenizer; true when that went without an Error. Anything else fails the test.
bool survives(const TemporaryTokenizer& folder)
{
    try {
        const auto tokenizer = folder.open();
        if (!tokenizer)
            return false;
        const auto encoding = tokenizer->encode("ab a\nb <s> ab\xFF 1é");
        const std::string text = tokenizer->decode(encoding.ids, false);
        for (const auto& [begin, end] : encoding.offsets)
            if (begin > end || end > 18)
                throw std::logic_error("an offset lies outside of the text");
        return true;
    } catch (const Error& e) {
        const QString sentence = QString::fromUtf8(e.what());
        if (!sentence.endsWith('.') || sentence.size() < 20 || sentence.toStdString() != e.what())
            throw std::logic_error("not a sentence: " + sentence.toStdString());
        return false;
    }
}

} // namespace

void TestTokenizerHostile::truncatedAnywhere()
{
    const std::string text = whole().dump();
    for (std::size_t size = 0; size < text.size(); size += 5) {
        m_folder.write("tokenizer.json", text.substr(0, size));
        QVERIFY2(!survives(m_folder), text.substr(0, size).c_str());
    }
    m_folder.write("tokenizer.json", text);
    QVERIFY(survives(m_folder));
}

void TestTokenizerHostile::everyValueInTurnWrong()
{
    const json flat = whole().flatten();
    const std::vector<json> wrong{nullptr, true, -1, 3000000000, std::uint64_t(-1), 1e300, "", "x",
        std::string(100000, 'y'), "\\", json::array(), json::object(), {{"type", 1}},
        json::array({json::array({1})})};
    int refused = 0;
    for (const auto& [path, value] : flat.items()) {
        for (const json& other : wrong) {
            json file = whole();
            file[json::json_pointer(path)] = other;
            m_folder.write("tokenizer.json", file.dump());
            refused += survives(m_folder) ? 0 : 1;
        }
        json file = whole();
        const json::json_pointer pointer(path);
        if (file[pointer.parent_pointer()].is_object()) {
            file[pointer.parent_pointer()].erase(pointer.back());
            m_folder.write("tokenizer.json", file.dump());
            survives(m_folder);
        }
    }
    QVERIFY(refused > int(flat.size()) * 5);
}

void TestTokenizerHostile::flippedBytes()
{
    const std::string text = whole().dump();
    std::mt19937 random(3);
    for (int i = 0; i < 1500; ++i) {
        std::string damaged = text;
        for (int k = 0; k < 1 + i % 3; ++k)
            damaged[random() % damaged.size()] = char(random());
        m_folder.write("tokenizer.json", damaged);
        survives(m_folder);
    }
}

void TestTokenizerHostile::wrongFiles_data()
{
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value");
    QTest::newRow("huge id") << "/model/vocab/a"
                             << "4294967296";
    QTest::newRow("large id") << "/model/vocab/a"
                              << "2147483647";
    QTest::newRow("negative id") << "/model/vocab/a"
                                 << "-1";
    QTest::newRow("fractional id") << "/model/vocab/a"
                                   << "1.5";
    QTest::newRow("huge added id") << "/added_tokens/0/id"
                                   << "1000000000000";
    QTest::newRow("unknown left") << "/model/merges/0"
                                  << "\"z b\"";
    QTest::newRow("unknown merger") << "/model/merges/0"
                                    << "\"b a\"";
    QTest::newRow("three parts") << "/model/merges/0"
                                 << "[\"a\",\"b\",\"c\"]";
    QTest::newRow("no parts") << "/model/merges/0"
                              << "\"ab\"";
    QTest::newRow("random merges") << "/model/dropout"
                                   << "0.1";
    QTest::newRow("template id") << "/post_processor/special_tokens/<s>/ids/0"
                                 << "77";
    QTest::newRow("template name") << "/post_processor/single/0/SpecialToken/id"
                                   << "\"<t>\"";
    QTest::newRow("text twice") << "/post_processor/single/0"
                                << R"({"Sequence":{"id":"A"}})";
    QTest::newRow("no text") << "/post_processor/single"
                             << "[]";
    QTest::newRow("catastrophe") << "/pre_tokenizer/pretokenizers/0/pattern/Regex"
                                 << R"("(")";
    QTest::newRow("long content") << "/normalizer/normalizers/1/prepend"
                                  << "\"" + QString(5000, 'x') + "\"";
    QTest::newRow("two characters") << "/decoder/decoders/3/content"
                                    << "\"ab\"";
    QTest::newRow("not an object") << ""
                                   << "[1,2]";
    QTest::newRow("null") << ""
                          << "null";
    QTest::newRow("no model") << ""
                              << "{\"version\":\"1.0\"}";
}

void TestTokenizerHostile::wrongFiles()
{
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    json file = whole();
    file[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
    m_folder.write("tokenizer.json", file.dump());
    QVERIFY(!survives(m_folder));
}

void TestTokenizerHostile::wrongGpt2Files_data()
{
    QTest::addColumn<QByteArray>("vocabulary");
    QTest::addColumn<QByteArray>("merges");
    QTest::addColumn<QByteArray>("config");
    const QByteArray good = R"({"a":0,"b":1,"ab":2})";
    QTest::newRow("empty") << QByteArray() << QByteArray() << QByteArray("{}");
    QTest::newRow("no tokens") << QByteArray("{}") << QByteArray() << QByteArray("{}");
    QTest::newRow("list") << QByteArray("[]") << QByteArray("a b\n") << QByteArray("{}");
    QTest::newRow("one part") << good << QByteArray("a\n") << QByteArray("{}");
    QTest::newRow("binary") << good << QByteArray("\0\xFF \xFE\n", 5) << QByteArray("{}");
    QTest::newRow("config list") << good << QByteArray("a b\n") << QByteArray("[]");
    QTest::newRow("config id") << good << QByteArray("a b\n")
                               << QByteArray(R"({"added_tokens_decoder":{"-4":{"content":"x"}}})");
    QTest::newRow("config type") << good << QByteArray("a b\n")
                                 << QByteArray(R"({"add_bos_token":"yes"})");
}

void TestTokenizerHostile::wrongGpt2Files()
{
    QFETCH(QByteArray, vocabulary);
    QFETCH(QByteArray, merges);
    QFETCH(QByteArray, config);
    const TemporaryTokenizer folder;
    folder.write("vocab.json", vocabulary.toStdString());
    folder.write("merges.txt", merges.toStdString());
    folder.write("tokenizer_config.json", config.toStdString());
    QVERIFY(!survives(folder));
}

void TestTokenizerHostile::deepNesting()
{
    std::string text = R"({"model":{"type":"BPE","vocab":{},"merges":[]},"normalizer":)";
    for (int i = 0; i < 100000; ++i)
        text += R"({"type":"Sequence","normalizers":[)";
    m_folder.write("tokenizer.json", text);
    QVERIFY(!survives(m_folder));
    m_folder.write("tokenizer.json", std::string(10'000'000, '['));
    QVERIFY(!survives(m_folder));
}

void TestTokenizerHostile::manyValues()
{
    std::string text = R"({"model":[0)";
    for (int i = 0; i < 9'000'000; ++i)
        text += ",0";
    m_folder.write("tokenizer.json", text + "]}");
    QElapsedTimer timer;
    timer.start();
    QVERIFY(!survives(m_folder));
    QVERIFY(timer.elapsed() < 20'000);
}

void TestTokenizerHostile::hugeFile()
{
    const TemporaryTokenizer folder;
    folder.write("tokenizer.json", std::string((std::size_t(128) << 20) + 1, ' '));
    QVERIFY(!survives(folder));
}

// Each step makes the text a thousand times as long.
void TestTokenizerHostile::growingNormaliser()
{
    json step{
        {"type", "Replace"}, {"pattern", {{"Regex", "."}}}, {"content", std::string(1000, 'a')}};
    json file = whole();
    file["normalizer"]["normalizers"] = {step, step, step, step};
    QVERIFY_EXCEPTION_THROWN(m_folder.open(file)->encode("a"), Error);
    file = whole();
    file["decoder"]["decoders"] = {step, step, step, step};
    const auto tokenizer = m_folder.open(file);
    QVERIFY_EXCEPTION_THROWN(tokenizer->decode(std::vector{1}), Error);
    QVERIFY_EXCEPTION_THROWN(tokenizer->bytes(1), Error);
}

void TestTokenizerHostile::hostileTexts()
{
    const auto tokenizer = m_folder.open(whole());
    std::mt19937 random(5);
    for (int i = 0; i < 2000; ++i) {
        std::string text;
        for (std::size_t k = random() % 40; k > 0; --k)
            text += i % 2 ? char(random()) : "ab \xE2\x96\x81\xCC\x81<s>\n\0"[random() % 14];
        const auto encoding = tokenizer->encode(text);
        QCOMPARE(encoding.ids.size(), encoding.offsets.size());
        for (const auto& [begin, end] : encoding.offsets)
            QVERIFY(begin <= end && end <= text.size());
        tokenizer->decode(encoding.ids, false);
    }
}

void TestTokenizerHostile::longTexts()
{
    json file = whole();
    file["pre_tokenizer"] = nullptr;
    const auto tokenizer = m_folder.open(file);
    QElapsedTimer timer;
    timer.start();
    std::string word;
    for (int i = 0; i < 500'000; ++i)
        word += "ab";
    const auto encoding = tokenizer->encode(word, false);
    QVERIFY(std::count(encoding.ids.begin(), encoding.ids.end(), 3) == 500'000);
    QVERIFY(timer.elapsed() < 20'000);

    std::string marks = "a";
    for (int i = 0; i < 100'000; ++i)
        marks += i % 2 ? "\u0301" : "\u0323";
    QVERIFY_EXCEPTION_THROWN(tokenizer->encode(marks), Error);
    QVERIFY_EXCEPTION_THROWN(
        tokenizer->encode(std::string((std::size_t(32) << 20) + 1, 'a')), Error);
    QVERIFY(timer.elapsed() < 60'000);
}

QTEST_GUILESS_MAIN(TestTokenizerHostile)
#include "tst_tokenizer_hostile.moc"
