#include "core/work/sha256.h"

#include <QtTest>

using microtome::sha256;
using microtome::Sha256;

class TestSha256 : public QObject {
    Q_OBJECT
private slots:
    void vectors_data();
    void vectors();
    void partsGiveTheWhole();
    void goesOnAfterADigest();
};

// FIPS 180-4 examples and NIST's long message; the lengths around a block were made with sha256sum.
void TestSha256::vectors_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("digest");
    const auto row = [](const char* name, const QByteArray& text, const char* digest) {
        QTest::newRow(name) << text << QByteArray(digest);
    };
    row("empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    row("abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    row("two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    row("55", QByteArray(55, 'a'),
        "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    row("64", QByteArray(64, 'a'),
        "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
    row("million", QByteArray(1000000, 'a'),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void TestSha256::vectors()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, digest);
    QCOMPARE(QByteArray::fromStdString(sha256(std::string_view(text.data(), size_t(text.size())))),
        digest);
}

void TestSha256::partsGiveTheWhole()
{
    const std::string text(1000, 'x');
    for (std::size_t step : {1, 7, 63, 64, 65, 200}) {
        Sha256 sum;
        for (std::size_t i = 0; i < text.size(); i += step)
            sum.add(std::string_view(text).substr(i, step));
        QCOMPARE(sum.hex(), sha256(text));
    }
}

void TestSha256::goesOnAfterADigest()
{
    Sha256 sum;
    sum.add("a");
    QCOMPARE(sum.hex(), sha256("a"));
    sum.add("bc");
    QCOMPARE(sum.hex(), sha256("abc"));
}

QTEST_GUILESS_MAIN(TestSha256)
#include "tst_sha256.moc"
