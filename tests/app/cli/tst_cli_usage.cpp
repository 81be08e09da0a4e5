#include "tests/app/cli/folders.h"
#include "tests/app/cli/program.h"

#include <QTemporaryDir>
#include <QTest>

using namespace microtome;
using namespace microtome::test;

/// Words on the command line: help, wrong usage, and where results go.
class TestCliUsage : public QObject {
    Q_OBJECT

private slots:
    void helpAndVersion();
    void everyCommandHasHelp_data();
    void everyCommandHasHelp();
    void wrongUsage_data();
    void wrongUsage();
    void cannotBeDone_data();
    void cannotBeDone();
    void unusualTexts_data();
    void unusualTexts();
    void outIsWholeOrNotThere();
    void closedPipe();
    void fullDisk();
    void threadsOfOpenMp();
};

/// OMP_NUM_THREADS is obeyed, --threads stands above it; a BLAS with threads of its own allows one.
void TestCliUsage::threadsOfOpenMp()
{
    for (const auto& [options, wanted] : {std::pair {"", 3}, std::pair {"--threads 2", 2}}) {
        const auto finished = shell(QString("OMP_NUM_THREADS=3 $CLI info --json --model '%1' %2")
                                        .arg(induction(), options));
        QVERIFY2(finished.code == 0, finished.says());
        const auto document = finished.json();
        const bool own
            = document.at("blas").get<std::string>().find("own threads") != std::string::npos;
        QCOMPARE(document.at("threads").get<int>(), own ? 1 : wanted);
    }
}

void TestCliUsage::helpAndVersion()
{
    const auto version = cli({"--version"});
    QCOMPARE(version.code, 0);
    QVERIFY(version.out.startsWith("microtome-cli "));
    QVERIFY(version.err.isEmpty());
    const auto help = cli({"--help"});
    QCOMPARE(help.code, 0);
    for (const char* command :
        {"info", "tokenize", "run", "generate", "lens", "heads", "dla", "patch", "project"})
        QVERIFY2(help.out.contains(command), command);
}

void TestCliUsage::everyCommandHasHelp_data()
{
    QTest::addColumn<QStringList>("command");
    for (const char* name :
        {"info", "tokenize", "run", "generate", "lens", "heads", "dla", "patch", "project"})
        QTest::newRow(name) << QStringList{name};
    for (const char* name : {"info", "verify", "repair", "compact"})
        QTest::addRow("project %s", name) << QStringList{"project", name};
}

void TestCliUsage::everyCommandHasHelp()
{
    QFETCH(QStringList, command);
    const auto help = cli(command + QStringList{"--help"});
    QCOMPARE(help.code, 0);
    if (command.size() == 1) {
        QVERIFY(help.out.contains("Example"));
        QVERIFY(help.out.contains("microtome-cli " + command[0].toUtf8()));
    }
    QVERIFY(
        help.out.contains(command[0] == "project" && command.size() == 1 ? "verify" : "--json"));
}

void TestCliUsage::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    const QString model = golden("gpt2-plain");
    const auto row
        = [](const char* name, const QStringList& arguments) { QTest::newRow(name) << arguments; };
    row("nothing", {});
    row("unknown command", {"conjure"});
    row("unknown option", {"info", "--model", model, "--conjure"});
    row("no model", {"info"});
    row("model without value", {"info", "--model"});
    row("no prompt", {"run", "--model", model});
    row("two prompts", {"run", "--model", model, "--ids", "1", "--text", "a"});
    row("ids are words", {"run", "--model", model, "--ids", "one,two"});
    row("ids end in a comma", {"run", "--model", model, "--ids", "1,2,"});
    row("ids are empty", {"run", "--model", model, "--ids", ""});
    row("id beyond 32 bits", {"run", "--model", model, "--ids", "99999999999"});
    row("unknown site",
        {"run", "--model", model, "--ids", "1", "--want", "blocks.0.hook_conjured"});
    row("unknown device", {"info", "--model", model, "--device", "abacus"});
    row("unknown dtype", {"info", "--model", model, "--dtype", "f8"});
    row("threads are words", {"info", "--model", model, "--threads", "many"});
    row("checkpoint is a path", {"info", "--model", model, "--checkpoint", "../gpt2-plain"});
    row("unknown lens", {"lens", "--kind", "magnifying", "--model", model, "--ids", "1"});
    row("top 0", {"lens", "--kind", "logit", "--model", model, "--ids", "1", "--top", "0"});
    row("text and synthetic", {"heads", "--model", model, "--ids", "1", "--synthetic"});
    row("neither text nor synthetic", {"heads", "--model", model});
    row("dla without answer", {"dla", "--model", model, "--ids", "1,2"});
    row("patch without prompts", {"patch", "--model", model, "--answer-id", "1"});
    row("patch without answer",
        {"patch", "--model", model, "--clean-ids", "1", "--corrupt-ids", "2"});
    row("patch with pairs and prompts",
        {"patch", "--model", model, "--pairs", "x.csv", "--clean-ids", "1"});
    row("unknown sweep",
        {"patch", "--model", model, "--clean-ids", "1", "--corrupt-ids", "2", "--answer-id", "1",
            "--sweep", "floor"});
    row("unknown metric",
        {"patch", "--model", model, "--clean-ids", "1", "--corrupt-ids", "2", "--metric", "taste"});
    row("direction without vector",
        {"patch", "--model", model, "--clean-ids", "1", "--corrupt-ids", "2", "--metric",
            "direction"});
    row("lines without file", {"generate", "--model", model, "--ids", "1", "--lines"});
    row("negative count", {"generate", "--model", model, "--ids", "1", "--n", "-1"});
    row("top-p above 1", {"generate", "--model", model, "--ids", "1", "--top-p", "1.5"});
    row("tokenize nothing", {"tokenize", "--model", model});
    row("project without action", {"project"});
    row("project without file", {"project", "info"});
}

void TestCliUsage::wrongUsage()
{
    QFETCH(QStringList, arguments);
    const auto finished = cli(arguments);
    QCOMPARE(finished.code, 2);
    QVERIFY(finished.out.isEmpty());
    QVERIFY(!finished.err.isEmpty());
}

void TestCliUsage::cannotBeDone_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("says");
    const QString model = golden("gpt2-plain");
    const auto row = [](const char* name, const QStringList& arguments, const char* says) {
        QTest::newRow(name) << arguments << QString(says);
    };
    row("no such model", {"info", "--model", "/nowhere/at-all"}, "/nowhere/at-all");
    row("no such checkpoint", {"info", "--model", model, "--checkpoint", "step7"}, "step7");
    row("no tokenizer", {"run", "--model", model, "--text", "Hello"}, "--ids");
    row("no tokenizer, generate", {"generate", "--model", model, "--text", ""}, "--ids");
    row("no tokenizer, answer", {"dla", "--model", model, "--ids", "1,2", "--answer", " x"},
        "--answer-id");
    row("no tokenizer, tokenize", {"tokenize", "--model", model, "--text", "Hello"},
        "tokenizer.json");
    row("id beyond the vocabulary", {"run", "--model", model, "--ids", "1,61"}, "61");
    row("negative id", {"run", "--model", model, "--ids", "-1"}, "-1");
    row("too long", {"run", "--model", model, "--ids", QString("1,").repeated(32) + "1"}, "33");
    row("answer beyond the vocabulary",
        {"dla", "--model", model, "--ids", "1,2", "--answer-id", "61"}, "61");
    row("position beyond the prompt",
        {"dla", "--model", model, "--ids", "1,2", "--answer-id", "1", "--position", "2"}, "2");
    row("layer that is not there",
        {"run", "--model", model, "--ids", "1", "--want", "blocks.9.hook_resid_post", "--out",
            "/tmp/never-written.safetensors"},
        "blocks.9.hook_resid_post");
    row("tuned lens", {"lens", "--kind", "tuned", "--model", model, "--ids", "1"}, "tuned");
    row("jacobian lens", {"lens", "--kind", "jacobian", "--model", model, "--ids", "1"},
        "jacobian");
    row("unequal prompts",
        {"patch", "--model", model, "--clean-ids", "1,2", "--corrupt-ids", "2", "--answer-id", "1"},
        "equally many");
    row("no such file", {"generate", "--model", induction(), "--file", "/nowhere/text"},
        "/nowhere/text");
    row("no such project", {"project", "info", "--project", "/nowhere/p.microtome"},
        "/nowhere/p.microtome");
    row("no such folder for the result", {"info", "--model", model, "--out", "/nowhere/info.json"},
        "/nowhere");
    row("no such edits", {"run", "--model", model, "--ids", "1", "--edits", "/nowhere/e.json"},
        "/nowhere/e.json");
    row("no such pairs", {"patch", "--model", induction(), "--pairs", "/nowhere/p.csv"},
        "/nowhere/p.csv");
    row("id that cannot be decoded", {"tokenize", "--model", induction(), "--decode", "110"},
        "110");
}

void TestCliUsage::cannotBeDone()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, says);
    const auto finished = cli(arguments);
    QVERIFY2(finished.refused(), finished.says());
    QVERIFY2(finished.err.contains(says.toUtf8()), finished.says());
}

void TestCliUsage::unusualTexts_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("empty") << QString();
    QTest::newRow("brackets") << "[Clara,bought]";
    QTest::newRow("braces") << "{}";
    QTest::newRow("dashes") << "--json";
    QTest::newRow("quotes") << "\"Clara\" 'bought'";
    QTest::newRow("spaces") << "  Clara  ";
    QTest::newRow("percent") << "%%";
    QTest::newRow("beyond ASCII") << QString::fromUtf8("Clara größer 木 🙂");
}

/// What stands behind --text is the text, whatever it looks like.
void TestCliUsage::unusualTexts()
{
    QFETCH(QString, text);
    const auto finished = cli({"tokenize", "--model", induction(), "--text", text, "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    QCOMPARE(finished.json().at("text").get<std::string>(), text.toStdString());
    const auto fromFile
        = cli({"tokenize", "--model", induction(), "--file", "-", "--json"}, text.toUtf8());
    QCOMPARE(fromFile.out, finished.out);
}

void TestCliUsage::outIsWholeOrNotThere()
{
    const QTemporaryDir folder;
    const QString out = folder.filePath("result.json");
    const QStringList good{"info", "--model", golden("gpt2-plain"), "--json", "--out", out};
    const auto finished = cli(good);
    QVERIFY2(finished.code == 0, finished.says());
    QFile file(out);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), finished.out);

    // A failure leaves what was there, and nothing beside it.
    const auto failed
        = cli({"run", "--model", golden("gpt2-plain"), "--ids", "1,999", "--out", out});
    QVERIFY2(failed.refused(), failed.says());
    file.seek(0);
    QCOMPARE(file.readAll(), finished.out);
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{"result.json"});

    // Where nothing can be written: a folder of that name, a file in place of the folder.
    QDir(folder.path()).mkdir("taken");
    for (const QString& place : {folder.filePath("taken"), out + "/below.json"})
        for (const QStringList& words : {QStringList{"info"}, QStringList{"run", "--ids", "1,2"}}) {
            const auto refused
                = cli(words + QStringList{"--model", golden("gpt2-plain"), "--out", place});
            QVERIFY2(refused.refused(), refused.says());
        }
    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name),
        (QStringList{"result.json", "taken"}));
}

void TestCliUsage::closedPipe()
{
    const QTemporaryDir folder;
    writeText(folder.filePath("long").toStdString(), std::string(400000, '\n'));
    const auto finished
        = shell(QString("\"$CLI\" tokenize --model %1 --file %2 --lines --json | head -c 1; "
                        "exit ${PIPESTATUS[0]}")
                    .arg(induction(), folder.filePath("long")));
    QCOMPARE(finished.code, 1);
    QVERIFY2(finished.err.contains("pipe") && finished.err.count('\n') == 1, finished.says());
}

void TestCliUsage::fullDisk()
{
    const auto finished
        = shell(QString("\"$CLI\" info --model %1 > /dev/full").arg(golden("gpt2-plain")));
    QVERIFY2(finished.refused(), finished.says());
}

QTEST_GUILESS_MAIN(TestCliUsage)
#include "tst_cli_usage.moc"
