#include "core/features/load/tensorfile.h"
#include "core/work/error.h"
#include "tests/core/features/load/told.h"
#include "tests/core/features/load/zipwriter.h"

#include <QtTest>

#include <filesystem>
#include <fstream>
#include <zlib.h>

using namespace microtome;
using namespace std::string_literals;

namespace {

std::string little(std::uint64_t value, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += static_cast<char>(value >> (8 * i) & 0xFF);
    return text;
}

std::string shortText(const std::string& text)
{
    return "\x8c"s + static_cast<char>(text.size()) + text;
}

std::string deflate(const std::string& plain)
{
    std::string packed(compressBound(plain.size()) + 64, '\0');
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    ::deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::uint32_t crcOf(const std::string& plain)
{
    return static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(plain.data()), plain.size()));
}

/// data.pkl of a float tensor [2, 3] over storage "0" with the parts that lie replaced.
std::string tensorPickle(const std::string& count, const std::string& offset,
    const std::string& shape, const std::string& strides)
{
    return "\x80\x02"
           "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n"s
        + "X\x01\0\0\0"
          "0X\x03\0\0\0"
          "cpu"s
        + count + "tQ" + offset + shape + strides
        + "\x89"
          "ccollections\nOrderedDict\n)RtR."s;
}

const std::string six = "K\x06", none = "K\0"s, shape23 = "K\x02K\x03\x86",
                  strides31 = "K\x03K\x01\x86";
const std::string far = "\x8a\x08"s + little(1ULL << 62, 8);

std::string torchZip(const std::string& pickle, std::size_t storage = 24)
{
    return zipOf(
        {storedMember("a/data.pkl", pickle), storedMember("a/data/0", std::string(storage, '\1'))});
}

std::string numpyArray(const std::string& header, const std::string& data)
{
    return "\x93NUMPY\x01\0"s + little(header.size(), 2) + header + data;
}

} // namespace

/// Files that lie, run code, nest or repeat are refused with one sentence.
class TestTensorFileHostile : public QObject {
    Q_OBJECT

private slots:
    void refused_data();
    void refused();
    void plainPicklesRead();
    void sharedListsStaySmall();
    void zipBombsTakeNoMemory();
    void damagedDeflateIsToldWhenAskedFor();

private:
    std::filesystem::path write(const std::string& bytes) const
    {
        const auto path = std::filesystem::path(m_folder.path().toStdString()) / "bad.pt";
        std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
        return path;
    }

    /// The sentence it is refused with; empty when it reads, every tensor in it too.
    std::string refusal(const std::string& bytes) const
    {
        const auto path = write(bytes);
        try {
            told(readTensorFile(path).value);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

    const QTemporaryDir m_folder;
};

void TestTensorFileHostile::refused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const std::string& bytes, const char* part) {
        QTest::newRow(name) << QByteArray(bytes.data(), qsizetype(bytes.size())) << QString(part);
    };
    const std::string p2 = "\x80\x02", p4 = "\x80\x04";
    const char* unknown = "which Microtome does not run or know; convert it to safetensors.";
    row("os.system", p2 + "cos\nsystem\nX\x07\0\0\0touch x\x85R."s,
        "bad.pt asks for os.system, which");
    row("os.system, protocol 4",
        p4 + shortText("os") + shortText("system") + "\x93" + shortText("id") + "\x85R.",
        "asks for os.system, which");
    row("posix.system in INST", p2 + "(X\x02\0\0\0idiposix\nsystem\n."s, "asks for posix.system");
    row("eval",
        p2
            + "c__builtin__\neval\nX\x01\0\0\0"
              "1\x85R."s,
        "asks for builtins.eval");
    row("getattr", p2 + "cbuiltins\ngetattr\n.", unknown);
    row("load from bytes", p2 + "ctorch.storage\n_load_from_bytes\nC\x01x\x85R.",
        "asks for torch.storage._load_from_bytes");
    row("dotted name", p4 + shortText("collections") + shortText("OrderedDict.__init__") + "\x93.",
        unknown);
    row("runpy", p2 + "crunpy\nrun_path\n.", "asks for runpy.run_path");
    row("known name as object", p2 + "ctorch\nfloat32\n)R.", "damaged");
    row("class that is not called", p2 + "ctorch\nFloatStorage\n)R.",
        "calls torch.FloatStorage in a way");
    row("reduce of an integer", p2 + "K\1)R.", "damaged");
    row("extension code", p2 + "\x82\x01.", "damaged");
    row("list in itself", p2 + "]q\0h\0a."s, "contains itself");
    row("dict in itself", p2 + "}q\0X\1\0\0\0ah\0s."s, "contains itself");
    row("record in itself", p2 + "cargparse\nNamespace\n)\x81q\0h\0b."s, "contains itself");
    row("dropped cycle, damaged end", p2 + "]q\0h\0a0K"s, "ends too early");
    row("deep tuples", p2 + "N" + std::string(100'000, '\x85') + ".", "200 deep");
    row("deep lists", p2 + std::string(100'000, ']') + std::string(99'999, 'a') + ".", "200 deep");
    row("many marks", p2 + std::string(1'000'000, '(') + ".", "damaged");
    row("memo out of range", p2 + "j\xff\xff\xff\xff.", "damaged");
    row("memo of nothing", p2 + "q\0."s, "damaged");
    row("empty stack", p2 + ".", "damaged");
    row("unknown code", p2 + "\xff.", "damaged");
    row("newer protocol", p2 + "\x80\x06N.", "newer protocol");
    row("text of 2^62", p4 + "\x8d" + little(1ULL << 62, 8) + "abc.", "ends too early");
    row("bytes of 2^64-1", p4 + "\x8e" + little(~0ULL, 8) + "abc.", "ends too early");
    row("negative long", p2 + "\x8b\xff\xff\xff\xff.", "damaged");
    row("frame of 2^62", p4 + "\x95" + little(1ULL << 62, 8) + "N.", "damaged");
    row("odd dict", p2 + "}(K\1u.", "damaged");
    row("append to a tuple", p2 + ")K\1a.", "damaged");
    row("state for a number", p2 + "K\1}b.", "damaged");
    row("key twice", p2 + "}(K\1NK\1Nu.", "the key 1 stands twice");
    row("malformed integer", p2 + "I12x\n.", "malformed");
    row("persistent id in a plain pickle", p2 + "K\1Q.", "refers to data outside of it");
    std::string laughs = p2 + "]q\0"s;
    for (int i = 0; i < 60; ++i)
        laughs += "]q"s + char(i + 1) + "(h" + char(i) + "h" + char(i) + "e";
    row("billion laughs", laughs + ".", "20 million values");
    std::string copies = p2 + "cbuiltins\nlist\nq\0]q\1("s;
    copies += std::string(50'000, 'N') + "eh\1\x85q\2("s;
    for (int i = 0; i < 20'000; ++i)
        copies += "h\0h\2R"s;
    row("copies without end", copies + "l.", "repeats itself");

    row("storage of 2^62", torchZip(tensorPickle(far, none, shape23, strides31)), "overflows");
    row("shorter storage", torchZip(tensorPickle(six, none, shape23, strides31), 23),
        "shorter than it says");
    row("absent storage",
        zipOf({storedMember("a/data.pkl", tensorPickle(six, none, shape23, strides31))}),
        "lacks its storage 0");
    row("offset of 2^62", torchZip(tensorPickle(six, far, shape23, strides31)),
        "beyond its storage");
    row("offset of 1", torchZip(tensorPickle(six, "K\1", shape23, strides31)),
        "beyond its storage");
    row("negative offset", torchZip(tensorPickle(six, "J\xff\xff\xff\xff", shape23, strides31)),
        "overflows");
    row("shape of 2^62", torchZip(tensorPickle(six, none, far + far + "\x86", strides31)),
        "overflows");
    row("stride of 2^62", torchZip(tensorPickle(six, none, shape23, far + "K\1\x86")),
        "beyond its storage");
    row("negative stride", torchZip(tensorPickle(six, none, shape23, "J\xff\xff\xff\xffK\1\x86")),
        "overflows");
    row("repeated 2^40 times",
        torchZip(tensorPickle(six, none, "\x8a\x06"s + little(1ULL << 40, 6) + "\x85", "K\0\x85"s)),
        "repeats a few numbers");
    row("fewer strides", torchZip(tensorPickle(six, none, shape23, "K\1\x85")), "do not fit");

    const std::string good = tensorPickle(six, none, shape23, strides31);
    const ZipMember pickle = storedMember("a/data.pkl", good),
                    data = storedMember("a/data/0", std::string(24, '\1'));
    const auto with = [&](ZipMember member) { return zipOf({pickle, data, std::move(member)}); };
    ZipMember odd = storedMember("a/x", "xyz");
    row("climbing name", with(storedMember("a/../../x", "")), "no plain path");
    row("absolute name", with(storedMember("/etc/x", "")), "no plain path");
    row("backslash", with(storedMember("a\\x", "")), "no plain path");
    row("name twice", with(storedMember("a/data/0", "x")), "stands in it twice");
    odd.begin = 0x7FFFFFFF;
    row("outside", with(odd), "lies outside");
    odd.begin = 3;
    row("not at a header", with(odd), "does not begin");
    odd.begin = 0;
    odd.name = "a/data.pkl";
    row("overlap", zipOf({pickle, data, odd}), "overlaps");
    odd = storedMember("a/x", "xyz");
    odd.size = 4;
    row("two sizes", with(odd), "two sizes");
    odd = storedMember("a/x", "xyz");
    odd.localName = "a/y";
    row("two names", with(odd), "differs from its directory");
    odd = storedMember("a/x", "xyz");
    odd.flags = 1;
    row("encrypted", with(odd), "encrypted");
    odd.flags = 0;
    odd.method = 14;
    row("LZMA", with(odd), "packed in another way");
    row("TorchScript", with(storedMember("a/constants.pkl", "x")), "TorchScript");
    row("empty zip", zipOf({}), "neither torch nor numpy");
    row("other zip", zipOf({storedMember("word/document.xml", "x")}), "neither torch nor numpy");

    const auto array
        = [&](const char* name, const std::string& header, std::size_t size, const char* part) {
              row(name, numpyArray(header, std::string(size, '\0')), part);
          };
    array("numpy objects", "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8,
        "Python objects");
    array("numpy records", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4,
        "header");
    array("numpy complex", "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8,
        "no plain number");
    array("numpy shape of 2^62",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", 4,
        "overflows");
    array("numpy shorter", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 7,
        "beyond its storage");
    array("numpy longer", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 12,
        "more bytes than");
    array("numpy code",
        "{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (2,), }", 8,
        "header");
    array("numpy negative", "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8,
        "header");
    array("numpy key twice",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8, "header");
    row("empty", "", "is empty");
}

void TestTensorFileHostile::refused()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, part);
    const QString sentence = QString::fromStdString(refusal(bytes.toStdString()));
    QVERIFY2(sentence.contains(part), qPrintable(sentence));
    QVERIFY2(sentence.startsWith("bad.pt ") && sentence.endsWith('.'), qPrintable(sentence));
}

/// What the lies above are made of reads when it is true.
void TestTensorFileHostile::plainPicklesRead()
{
    const auto value
        = readTensorFile(write(torchZip(tensorPickle(six, none, shape23, strides31)))).value;
    QVERIFY(value.tensor());
    QCOMPARE(value.tensor()->count(), std::int64_t(6));
    const auto read
        = [&](const std::string& bytes) { return told(readTensorFile(write(bytes)).value); };
    QCOMPARE(read("\x80\x02(I01\nI-5\nL7L\nF1e3\nS'a\\x41\\n'\nVq\\u00e9\np0\ng0\nNl."),
        "[True,-5,7,float 0000000000408f40,text 61410a,text 71c3a9,text 71c3a9,None]"s);
    QCOMPARE(read("\x80\x02(K\1K\2(K\3"
                  "1t."),
        "(1,2)"s);
    QCOMPARE(read("\x80\x02(K\1K\2d."), "{1:2}"s);
    QCOMPARE(read("\x80\x02(cargparse\nNamespace\nK\1o}b."), "record argparse.Namespace(1){}"s);
    QCOMPARE(read("\x80\x02]q\0h\0a0N."s), "None"s); // a cycle that was dropped
}

/// Sharing is kept and is not walked as if each were another.
void TestTensorFileHostile::sharedListsStaySmall()
{
    const auto value = readTensorFile(write("\x80\x02(]q\0h\0h\0t."s)).value;
    QCOMPARE(value.list()->size(), std::size_t(3));
    QCOMPARE(value.list()->at(0).object(), value.list()->at(2).object());
}

void TestTensorFileHostile::zipBombsTakeNoMemory()
{
    ZipMember bomb{"a.npy", deflate(std::string(2000, '\0')), 8, 0xFFFFFFF0, -1, {}, 0, 0};
    const auto sentence = refusal(zipOf({bomb}));
    QVERIFY2(sentence.find("zip bomb") != std::string::npos, sentence.c_str());

    // A true one: 64 MB of zeros in 64 KB read as a header only, until the numbers are asked for.
    const std::string plain
        = numpyArray("{'descr': '|u1', 'fortran_order': False, 'shape': (67108864,), }",
            std::string(1 << 26, '\0'));
    const std::string packed = deflate(plain);
    QVERIFY(packed.size() < 70'000);
    ZipMember big{
        "a.npy", packed, 8, static_cast<std::uint32_t>(plain.size()), -1, {}, crcOf(plain), 0};
    QElapsedTimer timer;
    timer.start();
    const auto value = readTensorFile(write(zipOf({big}))).value;
    QVERIFY(timer.elapsed() < 1000);
    QCOMPARE(value.find("a")->tensor()->count(), std::int64_t(1 << 26));
}

void TestTensorFileHostile::damagedDeflateIsToldWhenAskedFor()
{
    const std::string plain = numpyArray(
        "{'descr': '|u1', 'fortran_order': False, 'shape': (5000,), }", std::string(5000, '\7'));
    const std::uint32_t size = static_cast<std::uint32_t>(plain.size());
    const auto sentenceOf = [&](const ZipMember& member) {
        const auto value = readTensorFile(write(zipOf({member}))).value;
        try {
            value.find("a")->tensor()->floats();
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const std::string packed = deflate(plain);
    QCOMPARE(sentenceOf({"a.npy", packed, 8, size, -1, {}, crcOf(plain), 0}), ""s);
    const auto told
        = "The part a.npy of a file is damaged and cannot be inflated; download or save the file again."s;
    QCOMPARE(sentenceOf({"a.npy", packed, 8, size, -1, {}, crcOf(plain) + 1, 0}), told);
    QCOMPARE(sentenceOf(
                 {"a.npy", packed.substr(0, packed.size() - 2), 8, size, -1, {}, crcOf(plain), 0}),
        told);
    // More comes out than was declared.
    QCOMPARE(sentenceOf({"a.npy", deflate(plain + "x"), 8, size, -1, {}, crcOf(plain), 0}), told);
}

QTEST_GUILESS_MAIN(TestTensorFileHostile)
#include "tst_tensorfile_hostile.moc"
