#include "tests/core/text/temporarytokenizer.h"

#include "core/text/bytelevel.h"

#include <QtTest>

using nlohmann::json;

/// Offsets are bytes of the original text, through everything that changes it on the way.
class TestTokenizerOffsets : public QObject {
    Q_OBJECT
private slots:
    void bytesOfCharacters();
    void bytesOfFallback();
    void prependAndReplace();
    void composedCharacters();
    void lengthChangingReplacement();
    void addedTokensWithSpaces();
    void specialTokensStandForNothing();
    void brokenUtf8();

private:
    TemporaryTokenizer m_folder;
};

namespace {

using Offsets = std::vector<std::pair<std::size_t, std::size_t>>;

Offsets offsetsOf(const microtome::Encoding& encoding)
{
    Offsets offsets;
    for (const auto& [begin, end] : encoding.offsets)
        offsets.emplace_back(begin, end);
    return offsets;
}

/// A tokenizer whose vocabulary is the 256 bytes in GPT-2's alphabet.
json byteTokenizer()
{
    json vocabulary;
    for (unsigned byte = 0; byte < 256; ++byte)
        vocabulary[std::string(microtome::text::byteCharacter(static_cast<unsigned char>(byte)))]
            = byte;
    return {{"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
        {"decoder", {{"type", "ByteLevel"}}},
        {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", json::array()}}}};
}

/// SentencePiece's style: a mark in front, spaces as marks, unknown characters as bytes.
json markTokenizer()
{
    json vocabulary{{"▁", 0}, {"a", 1}, {"b", 2}, {"▁a", 3}};
    for (int byte = 0; byte < 256; ++byte)
        vocabulary[QString::asprintf("<0x%02X>", byte).toStdString()] = 10 + byte;
    const json steps = {{{"type", "Prepend"}, {"prepend", "▁"}},
        {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "▁"}}};
    return {{"normalizer", {{"type", "Sequence"}, {"normalizers", steps}}},
        {"model",
            {{"type", "BPE"}, {"vocab", vocabulary}, {"byte_fallback", true},
                {"merges", {"▁ a"}}}}};
}

} // namespace

void TestTokenizerOffsets::bytesOfCharacters()
{
    const auto encoding = m_folder.open(byteTokenizer())->encode("é x€");
    QVERIFY(encoding.ids == (std::vector{0xC3, 0xA9, 0x20, 0x78, 0xE2, 0x82, 0xAC}));
    QVERIFY(
        offsetsOf(encoding) == (Offsets{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}}));
}

void TestTokenizerOffsets::bytesOfFallback()
{
    const auto encoding = m_folder.open(markTokenizer())->encode("aé");
    QVERIFY(encoding.ids == (std::vector{3, 10 + 0xC3, 10 + 0xA9}));
    QVERIFY(offsetsOf(encoding) == (Offsets{{0, 1}, {1, 2}, {2, 3}}));
}

void TestTokenizerOffsets::prependAndReplace()
{
    const auto encoding = m_folder.open(markTokenizer())->encode("b  a");
    QVERIFY(encoding.ids == (std::vector{0, 2, 0, 3}));
    QVERIFY(offsetsOf(encoding) == (Offsets{{0, 0}, {0, 1}, {1, 2}, {2, 4}}));
}

// NFC makes e + U+0301 (3 bytes) into é (2 bytes): both tokens stand for all three.
void TestTokenizerOffsets::composedCharacters()
{
    json file = byteTokenizer();
    file["normalizer"] = {{"type", "NFC"}};
    const auto encoding = m_folder.open(file)->encode("xe\u0301y");
    QVERIFY(encoding.ids == (std::vector{0x78, 0xC3, 0xA9, 0x79}));
    QVERIFY(offsetsOf(encoding) == (Offsets{{0, 1}, {1, 4}, {1, 4}, {4, 5}}));
}

void TestTokenizerOffsets::lengthChangingReplacement()
{
    json file = byteTokenizer();
    file["normalizer"] = {{"type", "Replace"}, {"pattern", {{"Regex", "o+"}}}, {"content", "ab"}};
    const auto encoding = m_folder.open(file)->encode("xoooz");
    QVERIFY(offsetsOf(encoding) == (Offsets{{0, 1}, {1, 4}, {1, 4}, {4, 5}}));
    file["normalizer"]["content"] = "";
    QVERIFY(offsetsOf(m_folder.open(file)->encode("xoooz")) == (Offsets{{0, 1}, {4, 5}}));
}

void TestTokenizerOffsets::addedTokensWithSpaces()
{
    json file = byteTokenizer();
    file["added_tokens"] = {{{"id", 300}, {"content", "<t>"}, {"lstrip", true}, {"rstrip", true},
        {"normalized", false}, {"special", true}}};
    const auto encoding = m_folder.open(file)->encode("a  <t> b");
    QVERIFY(encoding.ids == (std::vector{0x61, 300, 0x62}));
    QVERIFY(offsetsOf(encoding) == (Offsets{{0, 1}, {1, 7}, {7, 8}}));
}

void TestTokenizerOffsets::specialTokensStandForNothing()
{
    json file = byteTokenizer();
    const auto special = [](const char* id) { return json{{"SpecialToken", {{"id", id}}}}; };
    file["post_processor"] = {{"type", "TemplateProcessing"},
        {"single", {special("B"), {{"Sequence", {{"id", "A"}}}}, special("E")}},
        {"special_tokens", {{"B", {{"ids", {1}}}}, {"E", {{"ids", {2}}}}}}};
    const auto tokenizer = m_folder.open(file);
    const auto encoding = tokenizer->encode("hi");
    QVERIFY(encoding.ids == (std::vector{1, 0x68, 0x69, 2}));
    QVERIFY(offsetsOf(encoding) == (Offsets{{0, 0}, {0, 1}, {1, 2}, {2, 2}}));
    QVERIFY(tokenizer->encode("hi", false).ids == (std::vector{0x68, 0x69}));
    QCOMPARE(*tokenizer->leading(), 1);
}

// A cut-off three-byte character and a stray byte: U+FFFD each, with the origin of what it
// replaces.
void TestTokenizerOffsets::brokenUtf8()
{
    const auto tokenizer = m_folder.open(byteTokenizer());
    const auto encoding = tokenizer->encode("a\xE2\x82z\xFF");
    QVERIFY(encoding.ids == (std::vector{0x61, 0xEF, 0xBF, 0xBD, 0x7A, 0xEF, 0xBF, 0xBD}));
    QVERIFY(offsetsOf(encoding)
        == (Offsets{{0, 1}, {1, 3}, {1, 3}, {1, 3}, {3, 4}, {4, 5}, {4, 5}, {4, 5}}));
    QCOMPARE(tokenizer->decode(encoding.ids), std::string("a\uFFFDz\uFFFD"));
}

QTEST_GUILESS_MAIN(TestTokenizerOffsets)
#include "tst_tokenizer_offsets.moc"
