#include "core/store/database.h"

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

} // namespace

class TestDatabase : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path file(const char* name) const
    {
        return m_folder->filePath(name).toStdString();
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void valuesOfEveryKind()
    {
        Database database(file("a.db"), Database::Mode::Create);
        database.execute("CREATE TABLE t (i, r, s, b, n, o, e)");
        enum class Id : std::int64_t {};
        const std::string text("nul \0 and ünïcode", 18);
        const std::vector<std::byte> bytes{std::byte(0), std::byte(255)};
        const std::vector<std::byte> none;
        database.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .bind(std::numeric_limits<std::int64_t>::min(), 0.5F, text, bytes, nullptr,
                std::optional<int>(), Id{7})
            .run();
        database.prepare("INSERT INTO t (i, b, o) VALUES (?1, ?2, ?3)")
            .bind(true, none, std::optional(3))
            .run();
        Statement row = database.prepare("SELECT * FROM t ORDER BY rowid");
        QVERIFY(row.step());
        QCOMPARE(row.integer(0), std::numeric_limits<std::int64_t>::min());
        QCOMPARE(row.real(1), 0.5);
        QVERIFY(row.text(2) == text);
        QVERIFY(std::ranges::equal(row.blob(3), bytes));
        QVERIFY(row.isNull(4) && row.isNull(5));
        QVERIFY(row.id<Id>(6) == Id{7});
        QVERIFY(row.step());
        QCOMPARE(row.integer(0), 1);
        QVERIFY(!row.isNull(3) && row.blob(3).empty());
        QCOMPARE(row.optionalId<std::int64_t>(5), std::optional<std::int64_t>(3));
        QVERIFY(!row.step());
    }

    void statementsAreResetAndMayNest()
    {
        Database database(file("a.db"), Database::Mode::Create);
        database.execute("CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)");
        const std::string sql = "SELECT x FROM t WHERE ?1 IS NULL OR x > ?1 ORDER BY x";
        int pairs = 0;
        Statement outer = database.prepare(sql);
        while (outer.step()) {
            Statement inner = database.prepare(sql).bind(outer.integer(0));
            while (inner.step())
                ++pairs;
        }
        QCOMPARE(pairs, 3);
        { // left in the middle: the next use begins at the first row, with nothing bound
            Statement left = database.prepare(sql).bind(1);
            QVERIFY(left.step());
        }
        Statement again = database.prepare(sql);
        QVERIFY(again.step());
        QCOMPARE(again.integer(0), 1);
    }

    void transactions()
    {
        Database database(file("a.db"), Database::Mode::Create);
        database.execute("CREATE TABLE t (x)");
        const auto count = [&] { return database.integer("SELECT count(*) FROM t"); };
        {
            const Transaction transaction(database);
            database.execute("INSERT INTO t VALUES (1)");
        }
        QCOMPARE(count(), 0);
        {
            Transaction transaction(database);
            database.execute("INSERT INTO t VALUES (1)");
            {
                const Transaction dropped(database);
                database.execute("INSERT INTO t VALUES (2)");
            }
            {
                Transaction kept(database);
                database.execute("INSERT INTO t VALUES (3)");
                kept.commit();
            }
            QCOMPARE(count(), 2);
            transaction.commit();
        }
        QCOMPARE(count(), 2);
        QVERIFY(!database.inTransaction());
    }

    void aFullDiskIsASentenceAndTheLastCommitStays()
    {
        Database database(file("full.microtome"), Database::Mode::Create);
        database.execute(
            "PRAGMA journal_mode = WAL; CREATE TABLE t (b); PRAGMA max_page_count = 100");
        int committed = 0;
        const QString sentence = sentenceOf([&] {
            for (;;) {
                Transaction transaction(database);
                database.execute("INSERT INTO t VALUES (zeroblob(20000))");
                transaction.commit();
                ++committed;
            }
        });
        QVERIFY(sentence.startsWith("The disk is full: “full.microtome”"));
        QVERIFY(committed > 5);
        QVERIFY(!database.inTransaction());
        QCOMPARE(database.integer("SELECT count(*) FROM t"), committed);
        QCOMPARE(database.integer("SELECT sum(length(b)) FROM t"), committed * 20000);
        database.execute("DELETE FROM t WHERE rowid < 3"); // and work goes on
        database.execute("INSERT INTO t VALUES (zeroblob(20000))");
    }

    void faultsAreSentences()
    {
        const auto path = file("plain.txt");
        QFile text(QString::fromStdString(path.string()));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write(QByteArray(5000, 'x'));
        text.close();
        QVERIFY(sentenceOf([&] {
            Database database(path, Database::Mode::ReadOnly);
            database.integer("SELECT count(*) FROM sqlite_schema");
        }).contains("“plain.txt” is not a Microtome project"));
        QVERIFY(sentenceOf([&] {
            Database(file("none"), Database::Mode::ReadWrite);
        }).contains("could not be opened"));
        Database database(file("a.db"), Database::Mode::Create);
        QVERIFY(sentenceOf([&] {
            database.execute("SELECT * FROM nothing");
        }).contains("not laid out as a project"));
        database.execute("CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1)");
        QVERIFY(sentenceOf([&] {
            database.execute("INSERT INTO t VALUES (1)");
        }).contains("contradicts"));
        Database reader(file("a.db"), Database::Mode::ReadOnly);
        QVERIFY(sentenceOf([&] {
            reader.execute("INSERT INTO t VALUES (2)");
        }).contains("can only be read here"));
        QVERIFY(sentenceOf([&] {
            database.prepare("INSERT INTO t VALUES (?1)").bind(1, 2).run();
        }).contains("details are in the log"));
    }

    void namesWithSpecialCharacters()
    {
        for (const char* name : {"50%41 off?immutable=1.db", "a#b & ü.db", "blank space.db"}) {
            {
                Database database(file(name), Database::Mode::Create);
                database.execute("CREATE TABLE t (x)");
            }
            QVERIFY(std::filesystem::exists(file(name)));
        }
    }

    void triggersAndViewsOfAFileDoNotRun()
    {
        Database database(file("a.db"), Database::Mode::Create);
        database.execute("CREATE TABLE t (x); CREATE TABLE log (x);"
                         "CREATE TRIGGER spy AFTER INSERT ON t BEGIN"
                         " INSERT INTO log VALUES (new.x); END;"
                         "INSERT INTO t VALUES (1); CREATE VIEW v AS SELECT * FROM t");
        QCOMPARE(database.integer("SELECT count(*) FROM log"), 0);
        QVERIFY(!sentenceOf([&] { database.integer("SELECT count(*) FROM v"); }).isEmpty());
    }

    void oneWriterHoldsTheFile()
    {
        Database first(file("a.db"), Database::Mode::Create);
        first.execute("CREATE TABLE t (x); PRAGMA journal_mode = WAL");
        first.holdForWriting();
        Database second(file("a.db"), Database::Mode::ReadWrite);
        QVERIFY(sentenceOf([&] { second.holdForWriting(); }).contains("open in another Microtome"));
        QCOMPARE(second.integer("SELECT count(*) FROM t"), 0); // reading stays possible
        first.execute("INSERT INTO t VALUES (1)"); // and so does writing
        QCOMPARE(second.integer("SELECT count(*) FROM t"), 1);
    }
};

QTEST_GUILESS_MAIN(TestDatabase)
#include "tst_database.moc"
