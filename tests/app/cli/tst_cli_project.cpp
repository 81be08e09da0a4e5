#include "tests/app/cli/folders.h"
#include "tests/app/cli/program.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;
namespace fs = std::filesystem;

/// `--project`, and the commands about a project file.
class TestCliProject : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_file = m_folder.filePath("study.microtome");

    json act(const char* action) const
    {
        return cli({"project", action, "--project", m_file, "--json"}).json();
    }

private slots:
    void keptAndFound_data();
    void keptAndFound();
    void whatDiffersIsComputed();
    void failuresAreNotKept();
    void info();
    void compact();
    void damage();
    void notAProject();
};

void TestCliProject::keptAndFound_data()
{
    QTest::addColumn<QStringList>("words");
    const QString text = "Clara bought lemon and Clara";
    QTest::newRow("run") << QStringList{"run", "--text", text};
    QTest::newRow("generate") << QStringList{"generate", "--text", text, "--n", "3"};
    QTest::newRow("lens") << QStringList{"lens", "--kind", "logit", "--text", text};
    QTest::newRow("heads") << QStringList{"heads", "--text", text};
    QTest::newRow("atlas") << QStringList{"heads", "--synthetic", "--repeated", "9"};
    QTest::newRow("dla") << QStringList{"dla", "--text", text, "--answer", "bought"};
    QTest::newRow("patch") << QStringList{"patch", "--clean", text, "--corrupt",
        "Clara found lemon and Clara", "--answer", "bought", "--wrong", "found"};
    QTest::newRow("patch pairs") << QStringList{
        "patch", "--pairs", inductionPairs(), "--sweep", "head_out"};
}

void TestCliProject::keptAndFound()
{
    QFETCH(QStringList, words);
    words += QStringList{"--model", induction(), "--json"};
    const auto plain = cli(words).json();
    words += QStringList{"--project", m_file};
    const auto first = cli(words);
    QVERIFY2(first.code == 0, first.says());
    const auto again = cli(words);
    QVERIFY2(again.code == 0, again.says());
    json a = first.json();
    json b = again.json();
    QCOMPARE(a.at("project").at("found"), json(false));
    QCOMPARE(b.at("project").at("found"), json(true));
    QCOMPARE(a.at("project").at("run"), b.at("project").at("run"));
    a.erase("project");
    b.erase("project");
    QCOMPARE(b, a);
    QCOMPARE(a, plain);
    words.removeOne("--json");
    QVERIFY(!cli(words).out.isEmpty());
}

void TestCliProject::whatDiffersIsComputed()
{
    const auto found = [&](const QStringList& more) {
        const auto finished
            = cli(QStringList{"run", "--model", golden("gpt2-plain"), "--project", m_file, "--json"}
                + more);
        return finished.json().at("project").at("found").get<bool>();
    };
    const QString edits = m_folder.filePath("edits.json");
    writeText(edits.toStdString(),
        R"({"edits": [{"site": "blocks.0.hook_resid_post", "op": "scale", "value": 0.5}]})");
    QVERIFY(!found({"--ids", "1,2,3"}));
    QVERIFY(!found({"--ids", "1,2,4"}));
    QVERIFY(!found({"--ids", "1,2,3", "--edits", edits}));
    QVERIFY(!found({"--ids", "1,2,3", "--dtype", "bf16"}));
    QVERIFY(!found({"--ids", "1,2,3", "--top", "3"}));
    QVERIFY(found({"--ids", "1,2,3"}));
    QVERIFY(found({"--ids", "1,2,3", "--edits", edits}));
    writeText(edits.toStdString(),
        R"({"edits": [{"site": "blocks.0.hook_resid_post", "op": "scale", "value": 0.25}]})");
    QVERIFY(!found({"--ids", "1,2,3", "--edits", edits}));
}

void TestCliProject::failuresAreNotKept()
{
    const json before = act("info");
    QVERIFY(cli({"run", "--model", golden("gpt2-plain"), "--ids", "999", "--project", m_file})
                .refused());
    QCOMPARE(act("info").at("runs"), before.at("runs"));
    QCOMPARE(
        QDir(m_folder.path()).entryList({"*-wal", "*-shm", "*.part"}, QDir::Files), QStringList());
}

void TestCliProject::info()
{
    const json document = act("info");
    QCOMPARE(document.at("version"), json(2));
    QVERIFY(document.at("runs") >= 8);
    QCOMPARE(document.at("kinds").at("heads"), json(2));
    QCOMPARE(document.at("bytes").get<std::uintmax_t>(), fs::file_size(m_file.toStdString()));
    QVERIFY(document.at("problems").empty());
    const auto verified = cli({"project", "verify", m_file});
    QVERIFY2(verified.code == 0, verified.says());
    QVERIFY(verified.out.contains("none"));
}

void TestCliProject::compact()
{
    const json document = act("compact");
    QVERIFY(document.at("bytes") <= document.at("bytes_before"));
    QCOMPARE(document.at("runs"), act("info").at("runs"));
    QVERIFY(document.at("problems").empty());
}

void TestCliProject::damage()
{
    const fs::path damaged = m_folder.filePath("damaged.microtome").toStdString();
    fs::copy_file(m_file.toStdString(), damaged);
    std::fstream file(damaged, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(fs::file_size(damaged));
    for (std::streamoff at = size / 3; at < size; at += 256) {
        file.seekp(at);
        file.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    }
    file.close();
    const QString name = QString::fromStdString(damaged.string());
    const auto verified = cli({"project", "verify", name, "--json"});
    QCOMPARE(verified.code, 1);
    QVERIFY2(verified.err.count('\n') == 1, verified.says());
    const auto repaired = cli({"project", "repair", name, "--json"});
    QVERIFY2(repaired.code == 0, repaired.says());
    QVERIFY(repaired.json().at("problems").empty());
    QVERIFY(fs::exists(damaged.string() + ".damaged"));
    QCOMPARE(cli({"project", "verify", name}).code, 0);
    fs::resize_file(damaged, 5000);
    const auto cut = cli({"project", "verify", name});
    QCOMPARE(cut.code, 1);
    QVERIFY2(cut.err.count('\n') == 1, cut.says());
}

void TestCliProject::notAProject()
{
    const QString file = m_folder.filePath("text.microtome");
    writeText(file.toStdString(), "This is a text.");
    for (const char* action : {"info", "verify", "repair", "compact"}) {
        const auto finished = cli({"project", action, file});
        QVERIFY2(finished.refused(), finished.says());
    }
    const auto kept
        = cli({"run", "--model", golden("gpt2-plain"), "--ids", "1", "--project", file});
    QVERIFY2(kept.refused(), kept.says());
    QFile same(file);
    QVERIFY(same.open(QIODevice::ReadOnly));
    QCOMPARE(same.readAll(), QByteArray("This is a text."));
}

QTEST_GUILESS_MAIN(TestCliProject)
#include "tst_cli_project.moc"
