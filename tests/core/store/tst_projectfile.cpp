#include "core/store/file.h"
#include "core/store/reader.h"
#include "samples.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <thread>
#include <unistd.h>

using namespace microtome;
namespace fs = std::filesystem;

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

/// Root may write everywhere, so for a while the test is nobody.
class Unprivileged {
public:
    Unprivileged()
        : m_was(::geteuid())
    {
        m_held = m_was != 0 || ::seteuid(65534) == 0;
    }
    ~Unprivileged()
    {
        if (m_was == 0 && ::seteuid(0) != 0)
            qFatal("could not become root again");
    }
    bool held() const { return m_held; }

private:
    uid_t m_was;
    bool m_held;
};

} // namespace

class TestProjectFile : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path file(const char* name) const { return m_folder->filePath(name).toStdString(); }
    QStringList names() const
    {
        return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden, QDir::Name);
    }

    fs::path closedProject(const char* name, std::uint64_t runs = 2) const
    {
        Project project = Project::create(file(name));
        samples::fill(project, runs);
        return file(name);
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void oneFileAtRest()
    {
        const auto path = closedProject("a.microtome");
        QCOMPARE(names(), QStringList{"a.microtome"});
        {
            Project project = Project::open(path);
            QVERIFY(!project.readOnly());
            QCOMPARE(project.version(), 2);
            QVERIFY(names().contains("a.microtome-wal"));
            QVERIFY(samples::holds(project, 1) && samples::holds(project, 2));
            samples::commit(project, 3);
            QVERIFY(project.bytes() > fs::file_size(path));
            project.close();
            QCOMPARE(names(), QStringList{"a.microtome"});
            QVERIFY(sentenceOf([&] { project.runs(); }).contains("is closed"));
            project.close(); // twice is fine
        }
        Project project = Project::openReadOnly(path);
        QVERIFY(project.readOnly());
        QVERIFY(samples::holds(project, 3));
        QVERIFY(sentenceOf([&] { samples::commit(project, 4); }).contains("can only be read"));
    }

    void createAndOpenRefuse()
    {
        const auto path = closedProject("a.microtome");
        QVERIFY(sentenceOf([&] { Project::create(path); }).contains("exists already"));
        QVERIFY(
            sentenceOf([&] { Project::create(file("no folder/b")); }).contains("make it first"));
        QVERIFY(sentenceOf([&] {
            Project::create(m_folder->path().toStdString());
        }).contains("is a folder"));
        QVERIFY(sentenceOf([&] { Project::open(file("none")); }).contains("does not exist"));
        QVERIFY(
            sentenceOf([&] { Project::openReadOnly(file("none")); }).contains("does not exist"));
        QVERIFY(sentenceOf([&] { Project::open("/dev/null"); }).contains("is not a file"));
        QVERIFY(!fs::exists(file("none")));
    }

    void anEmptyFileBecomesAProject()
    {
        QFile empty(QString::fromStdString(file("empty").string()));
        QVERIFY(empty.open(QIODevice::WriteOnly));
        empty.close();
        QVERIFY(sentenceOf([&] { Project::openReadOnly(file("empty")); }).contains("is empty"));
        Project project = Project::open(file("empty"));
        samples::commit(project, 1);
        QVERIFY(project.verify().empty());
    }

    void leftoversOfInterruptedRunsAreRemoved()
    {
        const auto path = closedProject("a.microtome", 1);
        RunId left{};
        {
            Project project = Project::open(path);
            left = project.beginRun(samples::key(9), "e");
            project.put(left, "m", samples::matrix(10, 10, 1));
        }
        {
            Project project = Project::openReadOnly(path);
            const auto problems = project.verify();
            QCOMPARE(problems.size(), 1u);
            QVERIFY(problems.front().find("was interrupted") != std::string::npos);
        }
        Project project = Project::open(path);
        QVERIFY(!project.run(left));
        QVERIFY(project.verify().empty());
        QVERIFY(samples::holds(project, 1));
    }

    void aSecondProgramIsRefused()
    {
        const auto path = closedProject("a.microtome");
        QProcess other;
        other.start(COMMITTER, {"--hold", QString::fromStdString(path.string())});
        QVERIFY(other.waitForReadyRead(10000));
        QCOMPARE(other.readAll(), QByteArray("open\n"));
        const QString sentence = "“a.microtome” is open in another Microtome";
        QVERIFY(sentenceOf([&] { Project::open(path); }).startsWith(sentence));
        QVERIFY(sentenceOf([&] { Project::repair(path); }).startsWith(sentence));
        { // nor may it be written over
            Project mine = Project::create(file("mine"));
            QVERIFY(sentenceOf([&] { mine.saveAs(path); }).startsWith(sentence));
        }
        {
            Project reading = Project::openReadOnly(path); // looking is allowed
            QVERIFY(samples::holds(reading, 1));
        }
        other.kill(); // SIGKILL
        QVERIFY(other.waitForFinished(10000));
        {
            Project project = Project::open(path); // no stale lock
            QVERIFY(project.verify().empty());
            QVERIFY(sentenceOf([&] { Project::open(path); }).startsWith(sentence)); // same process

            QProcess late;
            late.start(COMMITTER, {"--try", QString::fromStdString(path.string())});
            QVERIFY(late.waitForFinished(10000));
            QCOMPARE(late.exitCode(), 1);
            QVERIFY(QString::fromUtf8(late.readAll()).startsWith(sentence));
            samples::commit(project, 3); // still ours after all these attempts
        }
        QVERIFY(!names().contains("a.microtome-wal"));
        QVERIFY(Project::open(path).verify().empty());
    }

    void aReaderOnAnotherThread()
    {
        Project project = Project::create(file("a.microtome"));
        std::atomic<std::uint64_t> committed = 0;
        std::atomic<bool> stop = false;
        QString fault;
        std::uint64_t looked = 0;
        std::thread thread([&] {
            fault = sentenceOf([&] {
                ProjectReader reader(file("a.microtome"));
                while (!stop) {
                    const std::uint64_t newest = committed;
                    for (std::uint64_t n = newest; n > 0 && n + 3 > newest; --n) {
                        if (!samples::holds(reader, n))
                            throw Error("Run " + std::to_string(n) + " is not whole.");
                        ++looked;
                    }
                }
            });
        });
        for (std::uint64_t n = 1; n <= 30; ++n) {
            samples::commit(project, n);
            committed = n;
        }
        stop = true;
        thread.join();
        QCOMPARE(fault, QString());
        QVERIFY(looked > 0);
        project.close();
        QCOMPARE(names(), QStringList{"a.microtome"});
    }

    void readOnlyFolder()
    {
        const auto path = closedProject("a.microtome");
        fs::permissions(path, fs::perms::all & ~fs::perms::others_write);
        fs::permissions(m_folder->path().toStdString(), fs::perms(0555));
        {
            const Unprivileged nobody;
            if (!nobody.held())
                QSKIP("This needs to give up root's rights for a moment.");
            Project project = Project::open(path);
            QVERIFY(project.readOnly());
            QVERIFY(samples::holds(project, 1) && samples::holds(project, 2));
            QVERIFY(project.verify().empty());
            QVERIFY(sentenceOf([&] {
                project.setPinned(RunId{1}, true);
            }).contains("can only be read here"));
            QVERIFY(
                sentenceOf([&] { project.saveAs(file("b")); }).contains("not allowed to write"));
            QVERIFY(
                sentenceOf([&] { Project::create(file("c")); }).contains("not allowed to write"));
            QVERIFY(sentenceOf([&] { Project::repair(path); }).contains("not allowed to write"));
        }
        fs::permissions(m_folder->path().toStdString(), fs::perms::owner_all);
        QCOMPARE(names(), QStringList{"a.microtome"});
    }

    void readOnlyFolderWithALogLeft()
    {
        const auto path = closedProject("a.microtome");
        {
            Project project = Project::open(path);
            samples::commit(project, 3);
            fs::copy_file(path, file("b.microtome")); // as after a crash
            fs::copy_file(file("a.microtome-wal"), file("b.microtome-wal"));
        }
        fs::permissions(m_folder->path().toStdString(), fs::perms(0555));
        {
            const Unprivileged nobody;
            if (!nobody.held())
                QSKIP("This needs to give up root's rights for a moment.");
            QVERIFY(sentenceOf([&] {
                Project::open(file("b.microtome"));
            }).contains("was not closed properly"));
        }
        fs::permissions(m_folder->path().toStdString(), fs::perms::owner_all);
        Project project = Project::open(file("b.microtome"));
        QVERIFY(samples::holds(project, 3));
    }

    void filesWithoutPermission()
    {
        const auto path = closedProject("a.microtome");
        const auto folder = m_folder->path().toStdString();
        fs::permissions(folder, fs::perms::all);
        fs::permissions(path, fs::perms::owner_all);
        {
            const Unprivileged nobody;
            if (!nobody.held() || ::access(path.c_str(), R_OK) != 0 || ::getuid() != 0)
                QSKIP("This needs a file of somebody else.");
            QVERIFY(sentenceOf([&] { Project::open(path); }).contains("not allowed to read"));
        }
        fs::permissions(path, fs::perms(0444));
        const Unprivileged nobody;
        Project project = Project::open(path); // readable file in a writable folder
        QVERIFY(project.readOnly() && samples::holds(project, 2));
    }

    void saveAs()
    {
        const auto path = closedProject("a.microtome");
        Project project = Project::open(path);
        samples::commit(project, 3); // in the log still
        QVERIFY(sentenceOf([&] { project.saveAs(path); }).contains("is this project itself"));
        QVERIFY(sentenceOf([&] {
            project.saveAs(m_folder->path().toStdString());
        }).contains("is a folder"));
        project.saveAs(file("b.microtome"));
        project.saveAs(file("b.microtome")); // over the copy
        {
            Project copy = Project::open(file("b.microtome"));
            QVERIFY(copy.verify().empty());
            for (std::uint64_t n = 1; n <= 3; ++n)
                QVERIFY(samples::holds(copy, n));
            QCOMPARE(copy.version(), 2);
            QCOMPARE(copy.notes().list().size(), 2u);
        }
        samples::commit(project, 4);
        project.close();
        QCOMPARE(names(), (QStringList{"a.microtome", "b.microtome"}));
    }

    void saveAsOverACrashedProject()
    {
        const auto path = closedProject("a.microtome");
        {
            Project project = Project::open(path);
            samples::commit(project, 3);
            fs::copy_file(path, file("b.microtome"));
            fs::copy_file(file("a.microtome-wal"), file("b.microtome-wal"));
            project.saveAs(file("b.microtome"));
        }
        QCOMPARE(names(), (QStringList{"a.microtome", "b.microtome"})); // its log is gone, too
        QVERIFY(Project::open(file("b.microtome")).verify().empty());
    }

    void compact()
    {
        Project project = Project::create(file("a.microtome"));
        samples::fill(project, 10);
        for (std::uint64_t n = 1; n <= 9; ++n)
            project.remove(*project.findRun(samples::key(n)));
        const auto before = project.bytes();
        project.compact();
        QVERIFY(project.bytes() * 2 < before);
        QVERIFY(samples::holds(project, 10));
        QVERIFY(project.verify().empty());
        QVERIFY(
            sentenceOf([&] { Project::open(file("a.microtome")); }).contains("another Microtome"));
    }

    void freeSpaceIsAskedForFirst()
    {
        Project project = Project::create(file("a.microtome"));
        const QString sentence
            = sentenceOf([&] { project.beginRun(samples::key(1), "e", std::uint64_t(1) << 60); });
        QVERIFY2(sentence.contains("Not enough room on the disk"), qPrintable(sentence));
        QVERIFY(sentence.contains("1152921504.6 GB needed"));
        QVERIFY(project.runs({.status = RunStatus::Running}).empty());
        project.beginRun(samples::key(1), "e", 1000);
    }

    void aFullDiskLeavesTheCommitted()
    {
        const auto path = closedProject("a.microtome", 1);
        const auto database = openForWriting(path, false);
        const auto pages = database->integer("PRAGMA page_count");
        database->execute("PRAGMA max_page_count = " + std::to_string(pages + 20));
        Runs runs(*database);
        Results results(*database);
        const RunId small = runs.begin(samples::key(5), "e");
        results.put(small, "m", samples::matrix(10, 10, 5));
        const QString sentence
            = sentenceOf([&] { results.put(small, "big", samples::matrix(1000, 1000, 5)); });
        QVERIFY2(sentence.startsWith("The disk is full"), qPrintable(sentence));
        runs.commit(small); // the batch before is whole
        QVERIFY(results.get(small, "m") == samples::matrix(10, 10, 5));
        QVERIFY(!results.info(small, "big"));
        leaveAtRest(*database);
        ProjectReader reader(path);
        QVERIFY(samples::holds(reader, 1));
        QVERIFY(reader.verify().empty());
    }
};

QTEST_GUILESS_MAIN(TestProjectFile)
#include "tst_projectfile.moc"
