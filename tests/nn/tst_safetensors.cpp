#include "core/model/safetensors.h"

#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

using namespace microtome;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const json sound = {{"a", {{"dtype", "F32"}, {"shape", {2, 3}}, {"data_offsets", {0, 24}}}},
    {"b", {{"dtype", "F16"}, {"shape", {4}}, {"data_offsets", {24, 32}}}}};

std::string file(const std::string& header, std::size_t data = 32, std::uint64_t length = 0,
    bool lie = false)
{
    const std::uint64_t n = lie ? length : header.size();
    std::string bytes(reinterpret_cast<const char*>(&n), 8);
    return bytes + header + std::string(data, '\0');
}

} // namespace

/// The reader of safetensors files, which believes nothing.
class TestSafeTensors : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    fs::path m_path = fs::path(m_folder.path().toStdString()) / "x.safetensors";

    void put(const std::string& bytes) const
    {
        std::ofstream(m_path, std::ios::binary | std::ios::trunc) << bytes;
    }

    /// The sentence with which the bytes are refused; empty when they are taken.
    std::string refusal(const std::string& bytes) const
    {
        put(bytes);
        try {
            SafeTensors::open(m_path);
        } catch (const Error& e) {
            return e.what();
        }
        return {};
    }

    void mustRefuse(const std::string& bytes, const std::string& story) const
    {
        const auto sentence = refusal(bytes);
        QVERIFY2(!sentence.empty(), (story + " was taken").c_str());
        QVERIFY2(sentence.ends_with('.') && sentence.find('\n') == std::string::npos
                && sentence.size() < 300,
            (story + ": " + sentence).c_str());
    }

private slots:
    void soundFiles();
    void everyFieldWrong();
    void lyingLengths();
    void cutShort();
    void damagedHeaders();
    void holesAndOverlaps();
    void everyType();
    void everyByteChanged();
    void notFiles();
    void writing();
};

void TestSafeTensors::soundFiles()
{
    QCOMPARE(refusal(file(sound.dump())), std::string());
    json more = sound;
    more["__metadata__"] = {{"format", "pt"}, {"odd", 3}};
    more["scalar"] = {{"dtype", "F32"}, {"shape", json::array()}, {"data_offsets", {32, 36}}};
    more["none"] = {{"dtype", "F32"}, {"shape", {0, 5}}, {"data_offsets", {36, 36}}};
    put(file(more.dump() + "   ", 36));
    const auto open = SafeTensors::open(m_path);
    QCOMPARE(open->entries().size(), std::size_t(4));
    QCOMPARE(open->metadata().at("format"), std::string("pt"));
    QCOMPARE(open->matrix("a").rows(), std::size_t(2));
    QCOMPARE(open->matrix("scalar").size(), std::size_t(1));
    QVERIFY(open->matrix("none").empty());
    QVERIFY_THROWS_EXCEPTION(Error, open->matrix("c"));
    QCOMPARE(refusal(file("{}", 0)), std::string());
}

void TestSafeTensors::everyFieldWrong()
{
    const json huge = 9223372036854775808ULL, whole = 18446744073709551615ULL;
    const std::vector<json> never {json(), true, "F32 ", "", -1, 1.5, json::array(), json::object(),
        "F4", "f32", json::array({1}), huge, whole, 1e300};
    for (const json& wrong : never) {
        json h = sound;
        h["a"]["dtype"] = wrong;
        mustRefuse(file(h.dump()), "dtype " + wrong.dump());
        h = sound;
        h["a"] = wrong;
        mustRefuse(file(h.dump()), "entry " + wrong.dump());
        if (wrong.is_array())
            continue;
        for (const char* field : {"shape", "data_offsets"}) {
            h = sound;
            h["a"][field] = wrong;
            mustRefuse(file(h.dump()), std::string(field) + " " + wrong.dump());
            for (const std::size_t i : {0u, 1u}) {
                h = sound;
                h["a"][field][i] = wrong;
                mustRefuse(file(h.dump()), std::string(field) + " number " + wrong.dump());
            }
        }
    }
    for (const char* field : {"dtype", "shape", "data_offsets"}) {
        json h = sound;
        h["a"].erase(field);
        mustRefuse(file(h.dump()), std::string("no ") + field);
    }
    for (const json& shape : {json {2}, json {3, 3}, json {2, 3, 2}, json {4294967296ULL, 4294967296ULL},
             json {2305843009213693952ULL, 4}, json {4611686018427387904ULL, 4, 0},
             json {4611686018427387904ULL, 4611686018427387904ULL}, json::array()}) {
        json h = sound;
        h["a"]["shape"] = shape;
        mustRefuse(file(h.dump()), "shape " + shape.dump());
    }
    for (const json& offsets : {json {24, 0}, json {0, 25}, json {0, 23}, json {1, 25}, json {0, 24, 24},
             json {0}, json {32, 56}, json {4611686018427387904ULL, 4611686018427387928ULL}}) {
        json h = sound;
        h["a"]["data_offsets"] = offsets;
        mustRefuse(file(h.dump()), "offsets " + offsets.dump());
    }
}

void TestSafeTensors::lyingLengths()
{
    const auto header = sound.dump();
    for (const std::uint64_t length :
        {std::uint64_t(0), std::uint64_t(1), header.size() - 1, header.size() + 1,
            header.size() + 32, header.size() + 33, std::uint64_t(100'000'000),
            std::uint64_t(100'000'001), std::uint64_t(1) << 32, std::uint64_t(1) << 62,
            std::uint64_t(1) << 63, ~std::uint64_t(0), ~std::uint64_t(0) - 7})
        mustRefuse(file(header, 32, length, true), "length " + std::to_string(length));
}

void TestSafeTensors::cutShort()
{
    const auto whole = file(sound.dump());
    for (std::size_t n = 0; n < whole.size(); ++n)
        mustRefuse(whole.substr(0, n), "cut to " + std::to_string(n));
    mustRefuse(whole + '\0', "one byte more");
}

void TestSafeTensors::damagedHeaders()
{
    const auto twice = R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},)"
                       R"("a":{"dtype":"F32","shape":[4],"data_offsets":[16,32]}})";
    mustRefuse(file(twice), "a name twice");
    for (const char* text : {"", "null", "[]", "3", "\"a\"", "{", "{\"a\"}", "{} {}", "\xff\xfe",
             "{\"a\":NaN}", "{\"\xc3\x28\":1}"})
        mustRefuse(file(text), std::string("header ") + text);
    for (const std::size_t depth : {6u, 1000u, 200000u}) {
        mustRefuse(file(std::string(depth, '[')), "open brackets");
        mustRefuse(file(std::string(depth, '[') + std::string(depth, ']')), "brackets");
        std::string objects;
        for (std::size_t i = 0; i < depth; ++i)
            objects += "{\"a\":";
        mustRefuse(file(objects + "1" + std::string(depth, '}')), "objects");
        mustRefuse(file("{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}"),
            "an entry of brackets");
    }
    json many = sound;
    many["a"]["shape"] = json::array();
    for (int i = 0; i < 100000; ++i)
        many["a"]["shape"].push_back(1);
    mustRefuse(file(many.dump()), "a hundred thousand dimensions");
    json named = sound;
    named[std::string(100000, 'n')] = 1;
    mustRefuse(file(named.dump()), "a long name");
}

void TestSafeTensors::holesAndOverlaps()
{
    json h = sound;
    h["b"]["data_offsets"] = {26, 34};
    mustRefuse(file(h.dump(), 34), "a hole");
    h["b"]["data_offsets"] = {20, 28};
    mustRefuse(file(h.dump(), 28), "an overlap");
    h = sound;
    h["c"] = h["b"];
    mustRefuse(file(h.dump()), "the same bytes twice");
    h = sound;
    h["a"]["data_offsets"] = {8, 32};
    h["b"]["data_offsets"] = {0, 8};
    QCOMPARE(refusal(file(h.dump())), std::string()); // any order is sound
    h = {{"b", {{"dtype", "F16"}, {"shape", {4}}, {"data_offsets", {3, 11}}}}};
    mustRefuse(file(h.dump(), 11), "a hole at the beginning");
}

void TestSafeTensors::everyType()
{
    const std::vector<std::uint16_t> halves {0x3c00, 0xc000, 0x0001, 0x7c00, 0x8000, 0x7bff};
    const std::vector<std::uint16_t> brains {0x3f80, 0xc000, 0x0001, 0x7f80, 0x8000, 0x7f7f};
    const std::vector<std::int64_t> whole {1, -2, 3, 4, 5, 1 << 24};
    const std::vector<double> wide {1, -2, 1e-300, 1e300, 0.5, 3};
    std::string header = json {{"i8", {{"dtype", "I8"}, {"shape", {1}}, {"data_offsets", {0, 1}}}},
        {"f16", {{"dtype", "F16"}, {"shape", {2, 3}}, {"data_offsets", {1, 13}}}},
        {"bf16", {{"dtype", "BF16"}, {"shape", {6}}, {"data_offsets", {13, 25}}}},
        {"i64", {{"dtype", "I64"}, {"shape", {6}}, {"data_offsets", {25, 73}}}},
        {"f64", {{"dtype", "F64"}, {"shape", {6}}, {"data_offsets", {73, 121}}}}}
                             .dump();
    std::string bytes = file(header, 1); // every tensor behind the first lies at an odd address
    const auto append = [&](const auto& v) {
        bytes.append(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(v[0]));
    };
    append(halves);
    append(brains);
    append(whole);
    append(wide);
    put(bytes);
    const auto open = SafeTensors::open(m_path);
    const Matrix f16 = open->matrix("f16"), bf16 = open->matrix("bf16");
    QCOMPARE(f16(0, 0), 1.f);
    QCOMPARE(f16(0, 1), -2.f);
    QCOMPARE(f16(0, 2), std::ldexp(1.f, -24));
    QVERIFY(std::isinf(f16(1, 0)));
    QVERIFY(f16(1, 1) == 0 && std::signbit(f16(1, 1)));
    QCOMPARE(f16(1, 2), 65504.f);
    QCOMPARE(bf16(0, 1), -2.f);
    QVERIFY(std::isinf(bf16(0, 3)));
    QCOMPARE(open->matrix("i64")(0, 5), 16777216.f);
    QCOMPARE(open->matrix("f64")(0, 4), 0.5f);
    QVERIFY_THROWS_EXCEPTION(Error, open->matrix("i8"));
}

/// Any byte of the header and its length changed to any of some others: taken or refused, never worse.
void TestSafeTensors::everyByteChanged()
{
    const auto whole = file(sound.dump());
    const std::vector<int> changes {0, 1, ' ', '"', '0', '9', '{', '}', '[', ']', ',', '-', 'e', 127, 255};
    int refused = 0;
    for (std::size_t i = 0; i < whole.size() - 32; ++i)
        for (const int c : changes) {
            auto bytes = whole;
            bytes[i] = static_cast<char>(c);
            refused += !refusal(bytes).empty();
        }
    QVERIFY(refused > 1500);
}

void TestSafeTensors::notFiles()
{
    const fs::path home = m_folder.path().toStdString();
    QVERIFY_THROWS_EXCEPTION(Error, SafeTensors::open(home));
    QVERIFY_THROWS_EXCEPTION(Error, SafeTensors::open(home / "nothing.safetensors"));
    QVERIFY_THROWS_EXCEPTION(Error, SafeTensors::open("/dev/zero"));
    QVERIFY_THROWS_EXCEPTION(Error, SafeTensors::open(""));
    QVERIFY_THROWS_EXCEPTION(Error, SafeTensors::open(std::string(5000, 'x')));
}

void TestSafeTensors::writing()
{
    const std::vector<float> values {1, 2, 3, 4, 5, 6};
    const auto bytes = std::as_bytes(std::span(values));
    writeSafeTensors(m_path, {{"x", "F32", {2, 3}, bytes}}, {{"by", "a test"}});
    const auto open = SafeTensors::open(m_path);
    QCOMPARE(open->matrix("x")(1, 2), 6.f);
    QCOMPARE(open->metadata().at("by"), std::string("a test"));
    QVERIFY(!fs::exists(m_path.string() + ".part"));
    const fs::path nowhere = fs::path(m_folder.path().toStdString()) / "no" / "y.safetensors";
    QVERIFY_THROWS_EXCEPTION(Error, writeSafeTensors(nowhere, {{"x", "F32", {6}, bytes}}));
    const fs::path folder = fs::path(m_folder.path().toStdString()) / "folder";
    fs::create_directories(folder / "in");
    QVERIFY_THROWS_EXCEPTION(Error, writeSafeTensors(folder, {{"x", "F32", {6}, bytes}}));
    QVERIFY(!fs::exists(folder.string() + ".part"));
}

QTEST_GUILESS_MAIN(TestSafeTensors)
#include "tst_safetensors.moc"
