#include "views/style/tokentext.h"

#include <QTest>

#include <string>

using namespace microtome;

/// What a person sees of a token's bytes.
class TokenTextTest : public QObject {
    Q_OBJECT

private slots:
    void shows_data();
    void shows();
    void neverLosesNorHangs();
};

void TokenTextTest::shows_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("special");
    QTest::addColumn<QString>("shown");
    const auto row
        = [](const char* name, const QByteArray& bytes, const QString& shown,
              bool special = false) { QTest::newRow(name) << bytes << special << shown; };
    row("word", "Mary", "Mary");
    row("leading space", " Mary", QStringLiteral("\u00b7Mary"));
    row("two spaces", "  x", QStringLiteral("\u00b7\u00b7x"));
    row("trailing space", "x ", QStringLiteral("x\u00b7"));
    row("inner space", "a b", QStringLiteral("a b"));
    row("only spaces", "  ", QStringLiteral("\u00b7\u00b7"));
    row("newline", "\n", QStringLiteral("\u23ce"));
    row("newlines", "\n\n", QStringLiteral("\u23ce\u23ce"));
    row("tab", "\tx", QStringLiteral("\u21e5x"));
    row("return", "\r", QStringLiteral("\u240d"));
    row("nul", QByteArray("\0", 1), QStringLiteral("\u2400"));
    row("delete", "\x7f", QStringLiteral("\u2421"));
    row("empty", "", QStringLiteral("\u2205"));
    row("part", "\xe2\x80", QStringLiteral("\u27e8E2 80\u27e9"));
    row("continuation", "\x99", QStringLiteral("\u27e899\u27e9"));
    row("part after text", " a\xf0\x9f", QStringLiteral("\u00b7a\u27e8F0 9F\u27e9"));
    row("text after part",
        "\xa9"
        "b",
        QStringLiteral("\u27e8A9\u27e9b"));
    row("overlong", "\xc0\xaf", QStringLiteral("\u27e8C0 AF\u27e9"));
    row("surrogate", "\xed\xa0\x80", QStringLiteral("\u27e8ED A0 80\u27e9"));
    row("beyond", "\xf4\x90\x80\x80", QStringLiteral("\u27e8F4 90 80 80\u27e9"));
    row("two bytes", "\xc3\xa9", QStringLiteral("\u00e9"));
    row("chinese", "\xe4\xbd\xa0", QStringLiteral("\u4f60"));
    row("emoji", "\xf0\x9f\x98\x80", QString::fromUtf8("\xf0\x9f\x98\x80"));
    row("no-break space", "\xc2\xa0", QStringLiteral("\u237d"));
    row("zero width", "\xe2\x80\x8b", QStringLiteral("\u27e8U+200B\u27e9"));
    row("right to left override", "\xe2\x80\xae", QStringLiteral("\u27e8U+202E\u27e9"));
    row("combining", "\xcc\x81", QStringLiteral("\u25cc\u0301"));
    row("combined", "e\xcc\x81", QStringLiteral("e\u0301"));
    row("bos llama", "<s>", "BOS", true);
    row("bos llama 3", "<|begin_of_text|>", "BOS", true);
    row("eos", "</s>", "EOS", true);
    row("other special", "<|endoftext|>", "<|endoftext|>", true);
    row("text that looks special", "<s>", "<s>");
}

void TokenTextTest::shows()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, special);
    QTEST(displayToken({bytes.constData(), static_cast<std::size_t>(bytes.size())}, special),
        "shown");
}

void TokenTextTest::neverLosesNorHangs()
{
    // Any two bytes show something, and nothing that would not be seen.
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            const std::string bytes{static_cast<char>(a), static_cast<char>(b)};
            const QString shown = displayToken(bytes, false);
            QVERIFY(!shown.isEmpty());
            for (const QChar c : shown)
                QVERIFY(c.unicode() >= 0x20 && c.category() != QChar::Other_Control);
        }
    }
}

QTEST_GUILESS_MAIN(TokenTextTest)
#include "tst_tokentext.moc"
