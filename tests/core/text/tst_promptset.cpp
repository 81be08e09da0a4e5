#include "core/text/promptset.h"
#include "core/work/error.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

using namespace microtome;

namespace {

/// The sentence a set is refused with.
std::string refusal(const std::string& content, const PromptColumns& columns = {},
    const PromptSetLimits& limits = {})
{
    try {
        parsePromptSet(content, "set.csv", columns, limits);
    } catch (const Error& e) {
        return e.what();
    }
    return {};
}

} // namespace

class TestPromptSet : public QObject {
    Q_OBJECT

private slots:
    void csv()
    {
        const PromptSet set = parsePromptSet("\xef\xbb\xbfnote,clean,answer,wrong,corrupted\r\n"
                                             "x,\"a, \"\"b\"\"\r\nc\", d,,e\r\n"
                                             "\r\n"
                                             "\"\",f,\"\",\"h,\", \n",
            "set.csv");
        QCOMPARE(set.items.size(), std::size_t(2));
        QVERIFY(set.hasCorrupted && set.hasAnswer && set.hasWrong && !set.truncated);
        QCOMPARE(set.items[0].clean.text, std::string("a, \"b\"\r\nc"));
        QCOMPARE(set.items[0].answer.text, std::string(" d")); // spaces count
        QVERIFY(set.items[0].wrong.empty());
        QCOMPARE(set.items[0].line, std::size_t(2));
        QCOMPARE(set.items[1].line, std::size_t(5));
        QCOMPARE(set.items[1].wrong.text, std::string("h,"));
        QCOMPARE(set.items[1].corrupted.text, std::string(" "));
        const PromptSet last = parsePromptSet("clean\nno newline at the end", "set.csv");
        QCOMPARE(last.items[0].clean.text, std::string("no newline at the end"));
        QVERIFY(!last.hasAnswer);
    }

    void columns()
    {
        const auto columns = PromptColumns::parse("clean=prompt:id,answer=target:id,wrong=other");
        const PromptSet set
            = parsePromptSet("target,prompt,other\n7,\"[1, 2,3]\",x\n8 9,4 5,\n", "s.csv", columns);
        QCOMPARE(set.items[0].clean.ids, (std::vector<std::int32_t>{1, 2, 3}));
        QVERIFY(set.items[0].clean.byIds);
        QCOMPARE(set.items[1].answer.ids, (std::vector<std::int32_t>{8, 9}));
        QCOMPARE(set.items[0].wrong.text, std::string("x"));
        QVERIFY_EXCEPTION_THROWN(PromptColumns::parse("prompt=clean"), Error);
        QVERIFY_EXCEPTION_THROWN(PromptColumns::parse("clean"), Error);
        QVERIFY_EXCEPTION_THROWN(PromptColumns::parse("clean=:id"), Error);
        QVERIFY(refusal("clean\n1 x\n", PromptColumns::parse("clean=clean:id")).find("line 2")
            != std::string::npos);
        QVERIFY(!refusal("clean\n-1\n", PromptColumns::parse("clean=clean:id")).empty());
        QVERIFY(!refusal("clean\n99999999999\n", PromptColumns::parse("clean=clean:id")).empty());
    }

    void jsonLines()
    {
        const PromptSet set = parsePromptSet(
            "{\"clean\": \"a\\nb\", \"answer\": \" c\", \"more\": {}}\r\n\n{\"clean\": \"d\"}",
            "s.jsonl");
        QCOMPARE(set.items.size(), std::size_t(2));
        QCOMPARE(set.items[0].clean.text, std::string("a\nb"));
        QCOMPARE(set.items[1].line, std::size_t(3));
        QVERIFY(set.hasAnswer && !set.hasWrong);
        const PromptSet ids = parsePromptSet("{\"clean\": [5, 6], \"answer\": 7}", "s.jsonl",
            PromptColumns::parse("clean=clean:id,answer=answer:id"));
        QCOMPARE(ids.items[0].clean.ids, (std::vector<std::int32_t>{5, 6}));
        QCOMPARE(ids.items[0].answer.ids, (std::vector<std::int32_t>{7}));
        QVERIFY(refusal("{\"clean\": \"a\"}\n{\"clean\": ").find("line 2") != std::string::npos);
        QVERIFY(refusal("{\"clean\": \"a\"}\n[]").find("line 2") != std::string::npos);
        QVERIFY(refusal("{\"other\": 1}").find("--columns") != std::string::npos);
        QVERIFY(!refusal("{\"clean\": {\"a\": 1}}").empty());
    }

    void refusals()
    {
        QVERIFY(!refusal("").empty());
        QVERIFY(!refusal("\n \n").empty());
        QVERIFY(!refusal("clean,answer\n").empty());
        QVERIFY(refusal("prompt\na\n").find("--columns") != std::string::npos);
        QVERIFY(refusal("clean,answer\na\n").find("line 2") != std::string::npos);
        QVERIFY(refusal("clean,answer\na,b\n\"c,d\n").find("line 3") != std::string::npos);
        QVERIFY(refusal("clean\n\"a\"b\n").find("line 2") != std::string::npos);
        QVERIFY(refusal("clean\na\"b\n").find("line 2") != std::string::npos);
        QVERIFY(refusal("clean,answer\n,b\n").find("empty") != std::string::npos);
        QVERIFY(refusal("clean,clean\na,b\n").find("twice") != std::string::npos);
        QVERIFY(refusal("clean\n\xff\xfe\n").find("UTF-8") != std::string::npos);
        PromptSetLimits small;
        small.cellBytes = 10;
        QVERIFY(!refusal("clean\n\"aaaaaaaaaaaaaaaaa\"\n", {}, small).empty());
        QVERIFY(!refusal("clean\naaaaaaaaaaaaaaaaaaa\n", {}, small).empty());
        PromptSetLimits two;
        two.items = 2;
        const PromptSet cut = parsePromptSet("clean\na\nb\nc\n", "s.csv", {}, two);
        QCOMPARE(cut.items.size(), std::size_t(2));
        QVERIFY(cut.truncated);
    }

    void files()
    {
        QTemporaryDir dir;
        const std::filesystem::path path = dir.filePath("pairs.csv").toStdString();
        std::ofstream(path) << "clean,corrupted\na,b\n";
        QCOMPARE(readPromptSet(path).items[0].corrupted.text, std::string("b"));
        PromptSetLimits tiny;
        tiny.fileBytes = 4;
        QVERIFY_EXCEPTION_THROWN(readPromptSet(path, {}, tiny), Error);
        QVERIFY_EXCEPTION_THROWN(readPromptSet(path.string() + ".none"), Error);
        std::ofstream(path).close();
        QVERIFY_EXCEPTION_THROWN(readPromptSet(path), Error);
    }
};

QTEST_GUILESS_MAIN(TestPromptSet)
#include "tst_promptset.moc"
