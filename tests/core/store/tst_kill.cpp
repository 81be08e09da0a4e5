#include "samples.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace microtome;

class TestKill : public QObject {
    Q_OBJECT

private slots:
    /// At 50 random moments while runs are being computed, stored and committed.
    void everyCommittedRunSurvives()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath("a.microtome");
        const std::filesystem::path path = file.toStdString();
        std::mt19937 random(11);
        std::uint64_t next = 1;
        std::uint64_t total = 0;
        std::uint64_t asked = 0;
        int emptyHanded = 0;
        Project::create(path).close();

        for (int round = 0; round < 50; ++round) {
            QProcess process;
            process.start(COMMITTER, {file, QString::number(next)});
            QVERIFY(process.waitForStarted());
            // A quarter of the kills meets the opening itself, the others what comes after some
            // commits, however slow the machine is.
            const int commits = round % 4 == 0 ? 0 : 1 + static_cast<int>(random() % 3);
            QByteArray output;
            while (output.count('\n') < commits) {
                QVERIFY(process.waitForReadyRead(30000));
                output += process.readAllStandardOutput();
            }
            asked += static_cast<std::uint64_t>(commits);
            QElapsedTimer timer;
            timer.start();
            const int microseconds = static_cast<int>(random() % 60'000);
            while (timer.nsecsElapsed() < 1000LL * microseconds) { }
            process.kill(); // SIGKILL
            QVERIFY(process.waitForFinished(10000));
            QCOMPARE(process.exitStatus(), QProcess::CrashExit);

            std::uint64_t reported = 0; // the last whole line
            output += process.readAllStandardOutput();
            for (const QByteArray& line : output.left(output.lastIndexOf('\n') + 1).split('\n')) {
                if (line.isEmpty())
                    continue;
                bool number = false;
                reported = line.toULongLong(&number);
                QVERIFY2(number, line.constData());
            }
            emptyHanded += reported == 0 ? 1 : 0;

            Project project = Project::open(path);
            const auto problems = project.verify();
            QVERIFY2(problems.empty(), problems.empty() ? "" : problems.front().c_str());
            for (std::uint64_t n = next; n <= reported; ++n)
                QVERIFY2(samples::holds(project, n), qPrintable(QString("run %1").arg(n)));
            total += reported == 0 ? 0 : reported - next + 1;
            QVERIFY(project.runs({.status = RunStatus::Running}).empty());
            for (const Run& run : project.runs()) // whatever else was committed is whole, too
                QVERIFY(samples::holds(project, run.key.seed));

            next = std::max(next, reported + 1)
                + 1; // past the one that may have been committed unsaid
            if (round % 5 == 4) // keep the file, and so the checking, small
                for (const Run& run : project.runs())
                    project.remove(run.id);
            if (round % 2 == 0)
                project
                    .close(); // every other time the next one finds what the kill left, folded in
        }
        qInfo("%llu runs were committed before the kills; %d kills came before the first",
            static_cast<unsigned long long>(total), emptyHanded);
        QVERIFY(asked > 50 && total >= asked);
    }
};

QTEST_GUILESS_MAIN(TestKill)
#include "tst_kill.moc"
