#include "core/features/index/featureindex.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <algorithm>
#include <csignal>
#include <thread>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace microtome;
using namespace microtome::test;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t tokens = 4000;
constexpr std::uint32_t latents = 200;
constexpr std::size_t memory = 24 * 600; // about 30 runs

IndexSource source(char corpus = 'c')
{
    return {hashOf(corpus), hashOf('d'), tokens, latents};
}

/// Stops a computation at its n-th report.
Progress stopAt(std::size_t n)
{
    auto stop = std::make_shared<std::atomic<bool>>(n == 0);
    return Progress(
        [stop, n, seen = std::size_t(0)](double, const std::string&) mutable {
            if (++seen >= n)
                stop->store(true);
        },
        stop);
}

} // namespace

class TestFeatureIndexResume : public QObject {
    Q_OBJECT

private:
    std::vector<Firing> m_firings;
    std::string m_expected;

    /// Finishes from wherever an earlier writer stopped, and compares.
    bool finishesTheSame(const fs::path& path, std::mt19937_64& random)
    {
        IndexWriter writer(path, source(), memory);
        feed(writer, m_firings, tokens, random, 50);
        writer.finish();
        return contentOf(path) == m_expected && !fs::exists(path.string() + ".runs")
            && !fs::exists(path.string() + ".part");
    }

private slots:
    void initTestCase()
    {
        const Folder folder;
        std::mt19937_64 random(1);
        m_firings = randomFirings(random, tokens, latents);
        writeIndex(folder / "i", source(), m_firings);
        m_expected = contentOf(folder / "i");
    }

    void abandonedAtRandomMoments()
    {
        std::mt19937_64 random(2);
        for (int moment = 0; moment < 30; ++moment) {
            const Folder folder;
            for (int stop = 0; stop < 3; ++stop) {
                IndexWriter writer(folder / "i", source(), memory);
                const std::uint64_t begin = writer.position();
                QCOMPARE(writer.committed(), begin);
                feed(writer, m_firings, tokens, random, 60, random() % 60);
                const std::uint64_t committed = writer.committed();
                if (random() % 2)
                    writer.commit();
                QVERIFY(writer.committed() >= committed);
                const std::uint64_t kept = writer.committed();
                QCOMPARE(IndexWriter(folder / "i", source(), memory).position(), kept);
                QVERIFY(!fs::exists(folder / "i"));
            }
            QVERIFY(finishesTheSame(folder / "i", random));
        }
    }

    void tornLastWrite()
    {
        std::mt19937_64 random(3);
        for (int moment = 0; moment < 30; ++moment) {
            const Folder folder;
            std::uint64_t committed = 0;
            {
                IndexWriter writer(folder / "i", source(), memory);
                feed(writer, m_firings, tokens, random, 60, 40);
                committed = writer.committed();
            }
            std::size_t last = 0;
            while (fs::exists(folder / ("i.runs/run-" + std::to_string(last + 1))))
                ++last;
            // A run of which only a part, or something else, reached the disk.
            const fs::path run = folder / ("i.runs/run-" + std::to_string(last));
            std::string content = contentOf(run);
            if (moment % 2)
                content.resize(random() % content.size());
            else
                content[random() % content.size()] ^= 0x40;
            setContent(run, content);
            setContent(run.string() + ".part", content);
            QVERIFY(IndexWriter(folder / "i", source(), memory).position() < committed);
            QVERIFY(!fs::exists(run) && !fs::exists(run.string() + ".part"));
            QVERIFY(finishesTheSame(folder / "i", random));
        }
    }

    void aMissingRunEndsWhatIsKept()
    {
        std::mt19937_64 random(4);
        const Folder folder;
        {
            IndexWriter writer(folder / "i", source(), memory);
            feed(writer, m_firings, tokens, random, 60, 50);
        }
        fs::remove(folder / "i.runs/run-1");
        const IndexWriter writer(folder / "i", source(), memory);
        QVERIFY(writer.position() > 0);
        QVERIFY(fs::exists(folder / "i.runs/run-0"));
        QVERIFY(!fs::exists(folder / "i.runs/run-2"));
        QVERIFY(finishesTheSame(folder / "i", random));
    }

    void stoppedWhileItFinishes()
    {
        std::mt19937_64 random(5);
        const Folder folder;
        {
            IndexWriter writer(folder / "i", source(), memory);
            feed(writer, m_firings, tokens, random, 60);
            QVERIFY_THROWS_EXCEPTION(Cancelled, writer.finish(stopAt(0)));
        }
        QVERIFY(!fs::exists(folder / "i") && !fs::exists(folder / "i.part"));
        QCOMPARE(IndexWriter(folder / "i", source(), memory).position(), tokens);
        QVERIFY(finishesTheSame(folder / "i", random));
    }

    void killedByASignal()
    {
        std::mt19937_64 random(6);
        const Folder folder;
        int kills = 0;
        for (int attempt = 0; kills < 20; ++attempt) {
            QVERIFY(attempt < 400);
            std::mt19937_64 own(attempt);
            const pid_t child = ::fork();
            if (child == 0) {
                for (;;) { // until the signal comes, over and over
                    IndexWriter writer(folder / "i", source(), memory);
                    feed(writer, m_firings, tokens, own, 60);
                    writer.finish();
                }
            }
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 60000));
            ::kill(child, SIGKILL);
            int status = 0;
            ::waitpid(child, &status, 0);
            QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
            ++kills;
            if (fs::exists(folder / "i"))
                QVERIFY(contentOf(folder / "i") == m_expected);
        }
        QVERIFY(finishesTheSame(folder / "i", random));
    }

    void runsOfAnotherSourceAreRemoved()
    {
        std::mt19937_64 random(7);
        const Folder folder;
        {
            IndexWriter writer(folder / "i", source('e'), memory);
            feed(writer, m_firings, tokens, random, 60, 50);
            QVERIFY(writer.committed() > 0);
        }
        QCOMPARE(IndexWriter(folder / "i", source(), memory).position(), std::uint64_t(0));
        QVERIFY(finishesTheSame(folder / "i", random));
    }

    void aFullDiskLeavesWhatWasThere()
    {
        std::mt19937_64 random(8);
        const Folder folder;
        setContent(folder / "i", "as before");
        std::signal(SIGXFSZ, SIG_IGN); // writing then fails instead
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const auto limited = [&](rlim_t bytes, const std::function<void()>& work) {
            rlimit limit = before;
            limit.rlim_cur = bytes;
            ::setrlimit(RLIMIT_FSIZE, &limit);
            const QString said = sentence(work);
            ::setrlimit(RLIMIT_FSIZE, &before);
            return said;
        };
        IndexWriter writer(folder / "i", source(), memory);
        feed(writer, m_firings, tokens, random, 60, 30);
        const std::uint64_t committed = writer.committed();
        QVERIFY(committed < writer.position());
        QVERIFY(limited(100, [&] { writer.commit(); }).contains("disk is full"));
        QCOMPARE(writer.committed(), committed);
        feed(writer, m_firings, tokens, random, 60);
        const auto index = static_cast<rlim_t>(m_expected.size());
        QVERIFY(limited(index - 1, [&] { writer.finish(); }).contains("disk is full"));
        QVERIFY(contentOf(folder / "i") == "as before");
        QVERIFY(!fs::exists(folder / "i.part"));
        writer.finish(); // room was made
        QVERIFY(contentOf(folder / "i") == m_expected);
    }
};

QTEST_GUILESS_MAIN(TestFeatureIndexResume)
#include "tst_featureindex_resume.moc"
