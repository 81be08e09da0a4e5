#include "core/text/regex.h"
#include "core/work/error.h"

#include <QElapsedTimer>
#include <QtTest>

using microtome::Error;
using microtome::text::pcreSyntax;
using microtome::text::Regex;

class TestTokenizerRegex : public QObject {
    Q_OBJECT
private slots:
    void translates_data();
    void translates();
    void finds();
    void refusesPatterns_data();
    void refusesPatterns();
    void endsHostileSearches_data();
    void endsHostileSearches();
};

void TestTokenizerRegex::translates_data()
{
    QTest::addColumn<QString>("oniguruma");
    QTest::addColumn<QString>("pcre");
    QTest::newRow("plain") << R"( ?\p{L}+|\d)"
                           << R"( ?\p{L}+|\d)";
    QTest::newRow("space") << R"(\s+(?!\S)|[^\s])"
                           << R"(\p{White_Space}+(?!\P{White_Space})|[^\p{White_Space}])";
    QTest::newRow("script") << R"(\p{Han}\P{^Greek})"
                            << R"(\p{sc:Han}\P{^sc:Greek})";
    QTest::newRow("category") << R"(\p{Letter}\p{Lu})"
                              << R"(\p{L}\p{Lu})";
    QTest::newRow("hexadecimal") << R"(\h[\h_])"
                                 << R"([0-9a-fA-F][0-9a-fA-F_])";
    QTest::newRow("options") << R"((?i:a)(?m-i:.)(?=b)(?<!c))"
                             << R"((?i:a)(?s-i:.)(?=b)(?<!c))";
    QTest::newRow("escapes") << R"(\\s[\]\\])"
                             << R"(\\s[\]\\])";
    QTest::newRow("bracket first") << "[]a]s"
                                   << "[]a]s";
}

void TestTokenizerRegex::translates()
{
    QFETCH(QString, oniguruma);
    QFETCH(QString, pcre);
    QCOMPARE(QString::fromStdString(pcreSyntax(oniguruma.toStdString())), pcre);
}

void TestTokenizerRegex::finds()
{
    const Regex regex(R"(\w+)");
    const std::string text = std::string(1000, ' ') + "été";
    Regex::Matcher matcher(regex, text.size());
    Regex::Matcher::Match match;
    QVERIFY(matcher.find(text, 3, match));
    QCOMPARE(match.begin, std::size_t(1000));
    QCOMPARE(match.end, text.size());
    QVERIFY(!matcher.find(text, text.size(), match));
}

void TestTokenizerRegex::refusesPatterns_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::newRow("open group") << "(";
    QTest::newRow("open class") << "[a";
    QTest::newRow("nested class") << "[a[b]]";
    QTest::newRow("intersection") << "[a-z&&b]";
    QTest::newRow("recursion") << "(a(?1)|a)";
    QTest::newRow("whole recursion") << "a(?R)?";
    QTest::newRow("call by name") << R"((?<x>a\g<x>?))";
    QTest::newRow("verb") << "(*NO_JIT)a";
    QTest::newRow("unknown property") << R"(\p{Nonsense})";
    QTest::newRow("backslash at the end") << "a\\";
    QTest::newRow("single bytes") << R"(\C)";
    QTest::newRow("long") << QString(70000, 'a');
    QTest::newRow("deep") << QString(5000, '(') + QString(5000, ')');
    QTest::newRow("vast") << "(((a{1,1000}){1,1000}){1,1000}){1,1000}";
}

void TestTokenizerRegex::refusesPatterns()
{
    QFETCH(QString, pattern);
    QVERIFY_EXCEPTION_THROWN(Regex(pattern.toStdString()), Error);
}

void TestTokenizerRegex::endsHostileSearches_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::newRow("nested repeats") << "(a+)+[^a]";
    QTest::newRow("alternatives") << "(a|aa)+[^a]";
    QTest::newRow("optional, often") << "(?:a?){64}a{64}[^a]";
    QTest::newRow("moved begin") << "(?=a+\\K)";
}

void TestTokenizerRegex::endsHostileSearches()
{
    QFETCH(QString, pattern);
    const std::string text(200'000, 'a');
    QElapsedTimer timer;
    timer.start();
    const auto search = [&] {
        const Regex regex(pattern.toStdString());
        Regex::Matcher matcher(regex, text.size());
        Regex::Matcher::Match match;
        matcher.find(text, 0, match);
    };
    QVERIFY_EXCEPTION_THROWN(search(), Error);
    QVERIFY(timer.elapsed() < 60'000);
}

QTEST_GUILESS_MAIN(TestTokenizerRegex)
#include "tst_tokenizer_regex.moc"
