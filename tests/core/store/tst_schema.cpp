#include "core/store/file.h"
#include "core/store/project.h"
#include "core/store/schema.h"

#include <QTemporaryDir>
#include <QTest>

using namespace microtome;

namespace {

template <class F> QString sentenceOf(F&& function)
{
    try {
        function();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

// Versions that never were: they rename, add and fill.
const std::vector<Migration> steps{
    {.to = 3,
        .sql = "ALTER TABLE run ADD COLUMN host TEXT NOT NULL DEFAULT '';"
               "UPDATE run SET host = 'unknown';"},
    {.to = 4,
        .sql = "CREATE TABLE extra (id INTEGER PRIMARY KEY, word TEXT);"
               "INSERT INTO extra (word) SELECT title FROM run;"},
};

// The rows of an old project, as its version held them.
const char* const oldRows
    = "INSERT INTO model VALUES (1, 'tiny', '/m', 'gpt2', 'abc', 'def', '{}');"
      "INSERT INTO run (id, kind, model, edits, settings, settings_hash, engine, seed, started,"
      " status, title) VALUES (5, 'lens', 1, '[]', '{}', 'h', 'e', 0, 1, 'done', 'old');"
      "INSERT INTO result (run, name, chunk, dtype, rows, columns, data)"
      " VALUES (5, 'grid', 0, 'f32', 1, 1, x'0000803f');";

} // namespace

class TestSchema : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path file(const char* name) const
    {
        return m_folder->filePath(name).toStdString();
    }
    std::filesystem::path oldFile(const char* name) const
    {
        Database database(file(name), Database::Mode::Create);
        createSchema(database);
        database.execute(oldRows);
        return file(name);
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void anEmptyFileGetsTheSchema()
    {
        Database database(file("a"), Database::Mode::Create);
        QVERIFY(readStamp(database).blank);
        createSchema(database);
        const Stamp stamp = readStamp(database);
        QVERIFY(!stamp.blank);
        QCOMPARE(stamp.version, 2);
        QCOMPARE(database.integer("PRAGMA page_size"), 16384);
        QCOMPARE(database.integer("PRAGMA application_id"), 0x4d544f4d);
        QVERIFY(schemaFaults(database).empty());
        QCOMPARE(schemaTables().size(), 22u);
        QCOMPARE(schemaTables().front(), std::string("meta"));
        QFile raw(QString::fromStdString(file("a").string()));
        QVERIFY(raw.open(QIODevice::ReadOnly));
        QCOMPARE(raw.read(72).mid(68), QByteArray("MTOM")); // as `file` sees it
    }

    void foreignAndNewerFilesAreRefused()
    {
        {
            Database database(file("foreign"), Database::Mode::Create);
            database.execute("CREATE TABLE t (x)");
            QVERIFY(
                sentenceOf([&] { readStamp(database); }).contains("belongs to another program"));
            database.execute("PRAGMA application_id = 1096107097; PRAGMA user_version = 1");
            QVERIFY(
                sentenceOf([&] { readStamp(database); }).contains("belongs to another program"));
            QVERIFY(
                sentenceOf([&] { openForReading(file("foreign")); }).contains("another program"));
            QVERIFY(sentenceOf([&] {
                openForWriting(file("foreign"), false);
            }).contains("another program"));
        }
        const auto path = oldFile("newer");
        {
            Database database(path, Database::Mode::ReadWrite);
            database.execute("PRAGMA user_version = 3");
        }
        const QString sentence = sentenceOf([&] { openForWriting(path, false); });
        QVERIFY(sentence.contains("made by a newer Microtome"));
        QVERIFY(sentence.contains("version 3"));
        Database untouched(path, Database::Mode::ReadOnly);
        QCOMPARE(untouched.integer("PRAGMA user_version"), 3);
        QCOMPARE(untouched.integer("SELECT count(*) FROM run"), 1);
    }

    void olderFilesAreBroughtUpToDate()
    {
        const auto path = oldFile("old");
        {
            const auto database = openForWriting(path, false, steps);
            QCOMPARE(database->integer("PRAGMA user_version"), 4);
            QCOMPARE(database->integer("PRAGMA application_id"), applicationId);
            Statement row = database->prepare("SELECT host, title FROM run WHERE id = 5");
            QVERIFY(row.step());
            QCOMPARE(row.text(0), std::string("unknown"));
            QCOMPARE(row.text(1), std::string("old"));
            QCOMPARE(database->integer("SELECT count(*) FROM extra WHERE word = 'old'"), 1);
            QCOMPARE(database->integer("SELECT count(*) FROM result"), 1);
        }
        { // the copy from before
            Database backup(file("old.v2.bak"), Database::Mode::ReadOnly);
            QCOMPARE(backup.integer("PRAGMA user_version"), 2);
            QCOMPARE(backup.integer("SELECT count(*) FROM run"), 1);
        }
        std::filesystem::remove(file("old.v2.bak"));
        openForWriting(path, false, steps); // nothing left to do, no new copy
        QVERIFY(!std::filesystem::exists(file("old.v2.bak")));
        QVERIFY(!std::filesystem::exists(file("old.v4.bak")));
    }

    void aStepThatFailsLeavesTheVersionBefore()
    {
        const auto path = oldFile("old");
        std::vector<Migration> broken = steps;
        broken.back().sql = "CREATE TABLE extra (id INTEGER PRIMARY KEY); DELETE FROM run;"
                            "INSERT INTO nothing VALUES (1)";
        QVERIFY(!sentenceOf([&] { openForWriting(path, false, broken); }).isEmpty());
        Database database(path, Database::Mode::ReadWrite);
        QCOMPARE(database.integer("PRAGMA user_version"), 3); // the first step, whole
        QCOMPARE(database.integer("SELECT count(*) FROM run WHERE host = 'unknown'"), 1);
        QCOMPARE(database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"), 0);
    }

    void missingTablesAreRefused()
    {
        const auto path = oldFile("a");
        {
            Database database(path, Database::Mode::ReadWrite);
            database.execute("DROP TABLE note; ALTER TABLE run RENAME COLUMN title TO name");
            QCOMPARE(schemaFaults(database).size(), 6u); // five columns of note, one of run
        }
        QVERIFY(sentenceOf([&] { openForReading(path); }).contains("not laid out as a project"));
        QVERIFY(sentenceOf([&] { openForWriting(path, false); }).contains("not laid out"));
    }

    /// A file that version 1 wrote, with an interrupted run (its pages were made small afterwards).
    void versionOneIsBroughtUpToDate()
    {
        const auto path = file("old.microtome");
        std::filesystem::copy_file(MICROTOME_SOURCE "/tests/core/store/version1.microtome", path);
        QVERIFY(sentenceOf([&] { Project::openReadOnly(path); }).contains("older version"));
        {
            Project project = Project::open(path);
            QCOMPARE(project.version(), 2);
            QVERIFY(project.verify().empty());
            QCOMPARE(project.prompts().list(GroupId{1}).size(), 20u);
            QCOMPARE(project.vectors().list().front().values, (std::vector<float>{1, 2, 3}));
            QCOMPARE(project.notes().list().front().text, std::string("a note from version 1"));
            const auto runs = project.runs({.status = {}});
            QCOMPARE(runs.size(), 1u); // not the interrupted one
            QVERIFY(runs[0].pinned && runs[0].title == "kept from version 1");
            QVERIFY(project.findRun(runs[0].key) == runs[0].id);
            QCOMPARE(project.get(runs[0].id, "grid").rows(), 4u);
            QVERIFY(project.json(runs[0].id, "about") == nlohmann::json({{"n", 4}}));

            FeatureSource source; // and the new tables work
            source.model = ModelId{1};
            source.latents = 5;
            const SourceId id = project.featureSources().add(source);
            project.labels().add({.feature = {id, 4}, .text = "a first label"});
            QCOMPARE(project.featureBrowser().count({.labelWords = "first"}), 1u);
        }
        {
            Database database(path, Database::Mode::ReadOnly);
            Database fresh(file("fresh"), Database::Mode::Create);
            createSchema(fresh);
            const char* const all = "SELECT name, sql FROM sqlite_schema"
                                    " WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name";
            Statement row = database.prepare(all);
            Statement other = fresh.prepare(all);
            while (other.step()) { // laid out as a new file is
                QVERIFY(row.step());
                QCOMPARE(row.text(0), other.text(0));
                QCOMPARE(row.text(1), other.text(1));
            }
            QVERIFY(!row.step());
        }
        Database backup(file("old.microtome.v1.bak"), Database::Mode::ReadOnly);
        QCOMPARE(backup.integer("SELECT count(*) FROM run"), 2);
        QCOMPARE(backup.integer("PRAGMA user_version"), 1);
    }

    void theListOfStepsLeadsToThisVersion()
    {
        int version = 1;
        for (const Migration& step : migrations())
            QCOMPARE(step.to, ++version);
        QCOMPARE(version, schemaVersion);
    }
};

QTEST_GUILESS_MAIN(TestSchema)
#include "tst_schema.moc"
