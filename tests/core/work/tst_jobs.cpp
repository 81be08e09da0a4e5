// Long because the queue is one machine: each test sets two threads against each other by the same
// few gates, and what one proves (order, stop, delivery) the next one builds on.
#include "core/work/jobs.h"

#include <QTest>

#include <deque>
#include <future>
#include <new>
#include <random>

using namespace microtome;
using namespace std::chrono_literals;

namespace {

/// Stands for the GUI thread's event loop: closures wait here until the test runs them.
class Mailbox {
public:
    JobQueue::Deliver deliver()
    {
        return [this](std::function<void()> closure) {
            const std::lock_guard lock(m_mutex);
            m_closures.push_back(std::move(closure));
            m_arrived.notify_all();
        };
    }

    void runAll()
    {
        for (;;) {
            std::function<void()> closure;
            {
                const std::lock_guard lock(m_mutex);
                if (m_closures.empty())
                    return;
                closure = std::move(m_closures.front());
                m_closures.pop_front();
            }
            closure();
        }
    }

    bool runUntil(const std::function<bool()>& happened)
    {
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (std::chrono::steady_clock::now() < end) {
            runAll();
            if (happened())
                return true;
            std::unique_lock lock(m_mutex);
            m_arrived.wait_for(lock, 5ms, [this] { return !m_closures.empty(); });
        }
        return false;
    }

    std::size_t waiting()
    {
        const std::lock_guard lock(m_mutex);
        return m_closures.size();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_arrived;
    std::deque<std::function<void()>> m_closures;
};

/// A door that work waits at until the test opens it.
class Door {
public:
    void open() { m_promise.set_value(); }
    void wait() const { m_future.wait(); }

private:
    std::promise<void> m_promise;
    std::shared_future<void> m_future = m_promise.get_future().share();
};

void unexpected(const Error& error)
{
    qFatal("unexpected failure: %s", error.what());
}

bool idle(const JobQueue& queue)
{
    return queue.jobs().empty();
}

} // namespace

class TestJobs : public QObject {
    Q_OBJECT

private slots:
    void resultArrivesOnTheDeliveringThread()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        std::thread::id computed;
        std::thread::id shown;
        int result = 0;
        queue.post<int>(
            "a", "Adding", Priority::Interactive,
            [&](const Progress&) {
                computed = std::this_thread::get_id();
                return 42;
            },
            [&](int value) {
                shown = std::this_thread::get_id();
                result = value;
            },
            unexpected);
        QVERIFY(mailbox.runUntil([&] { return result == 42; }));
        QVERIFY(shown == std::this_thread::get_id());
        QVERIFY(computed != shown);
    }

    void allWorkRunsOnOneThread()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        std::vector<std::thread::id> threads;
        int inside = 0;
        for (int i = 0; i < 50; ++i)
            queue.post<std::thread::id>(
                "job " + std::to_string(i), "Job",
                i % 2 ? Priority::Interactive : Priority::Background,
                [&inside](const Progress&) {
                    if (++inside != 1)
                        throw Error("Two at once.");
                    --inside;
                    return std::this_thread::get_id();
                },
                [&](std::thread::id id) { threads.push_back(id); }, unexpected);
        QVERIFY(mailbox.runUntil([&] { return threads.size() == 50; }));
        QVERIFY(std::ranges::all_of(threads, [&](auto id) { return id == threads.front(); }));
    }

    void moveOnlyResults()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        std::unique_ptr<int> result;
        queue.post<std::unique_ptr<int>>(
            "a", "Making", Priority::Interactive,
            [](const Progress&) { return std::make_unique<int>(7); },
            [&](std::unique_ptr<int> value) { result = std::move(value); }, unexpected);
        QVERIFY(mailbox.runUntil([&] { return result != nullptr; }));
        QCOMPARE(*result, 7);
    }

    void newerPostReplacesTheWaitingOne()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        Door door;
        std::vector<int> shown;
        std::atomic<int> computed = 0;
        queue.post<int>(
            "first", "First", Priority::Interactive,
            [&](const Progress&) {
                door.wait();
                return -1;
            },
            [&](int value) { shown.push_back(value); }, unexpected);
        for (int i = 0; i < 20; ++i)
            queue.post<int>(
                "slider", "Slider", Priority::Interactive,
                [&computed, i](const Progress&) {
                    ++computed;
                    return i;
                },
                [&](int value) { shown.push_back(value); }, unexpected);
        QCOMPARE(queue.jobs().size(), 2u);
        door.open();
        QVERIFY(mailbox.runUntil([&] { return shown.size() == 2; }));
        QCOMPARE(shown, (std::vector<int>{-1, 19}));
        QCOMPARE(computed.load(), 1);
    }

    void newerPostStopsTheRunningOne()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        Door started;
        std::vector<int> shown;
        std::atomic<bool> sawStop = false;
        queue.post<int>(
            "a", "Old", Priority::Interactive,
            [&](const Progress& progress) {
                started.open();
                try {
                    for (;;) {
                        progress.step(0.5);
                        std::this_thread::sleep_for(1ms);
                    }
                } catch (const Cancelled&) {
                    sawStop = true;
                    throw;
                }
                return 1;
            },
            [&](int value) { shown.push_back(value); }, unexpected);
        started.wait();
        queue.post<int>(
            "a", "New", Priority::Interactive, [](const Progress&) { return 2; },
            [&](int value) { shown.push_back(value); }, unexpected);
        QVERIFY(mailbox.runUntil([&] { return !shown.empty() && idle(queue); }));
        QCOMPARE(shown, (std::vector<int>{2}));
        QVERIFY(sawStop);
    }

    void finishedButUnshownResultIsDropped()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        std::vector<int> shown;
        const auto post = [&](int value) {
            queue.post<int>(
                "a", "Job", Priority::Interactive, [value](const Progress&) { return value; },
                [&](int v) { shown.push_back(v); }, unexpected);
        };
        post(1);
        while (mailbox.waiting() == 0)
            std::this_thread::sleep_for(1ms);
        post(2); // the first result lies in the mailbox
        while (mailbox.waiting() < 2)
            std::this_thread::sleep_for(1ms);
        QVERIFY(mailbox.runUntil([&] { return !shown.empty(); }));
        QCOMPARE(shown, (std::vector<int>{2}));

        post(3);
        while (mailbox.waiting() == 0)
            std::this_thread::sleep_for(1ms);
        queue.cancel("a");
        mailbox.runAll();
        QCOMPARE(shown, (std::vector<int>{2}));
    }

    void workThatIgnoresTheStopIsDropped()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        Door started;
        Door door;
        bool failed = false;
        bool done = false;
        queue.post<int>(
            "a", "Stubborn", Priority::Interactive,
            [&](const Progress&) -> int {
                started.open();
                door.wait();
                throw Error("Too late to matter.");
            },
            [&](int) { done = true; }, [&](const Error&) { failed = true; });
        started.wait();
        queue.cancel("a");
        QVERIFY(queue.jobs().front().stopping);
        door.open();
        QVERIFY(mailbox.runUntil([&] { return idle(queue); }));
        mailbox.runAll();
        QVERIFY(!done && !failed);
    }

    void interactiveBeforeBackground()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        Door door;
        std::vector<std::string> order;
        const auto post = [&](const std::string& tag, Priority priority) {
            queue.post<std::string>(
                tag, tag, priority,
                [&door, tag](const Progress&) {
                    door.wait();
                    return tag;
                },
                [&](std::string which) { order.push_back(which); }, unexpected);
        };
        post("first", Priority::Background);
        while (queue.jobs().empty() || !queue.jobs().front().running)
            std::this_thread::sleep_for(1ms);
        post("sweep 1", Priority::Background);
        post("look 1", Priority::Interactive);
        post("sweep 2", Priority::Background);
        post("look 2", Priority::Interactive);
        std::vector<std::string> listed;
        for (const JobInfo& info : queue.jobs())
            listed.push_back(info.tag);
        const std::vector<std::string> expected{"first", "look 1", "look 2", "sweep 1", "sweep 2"};
        QCOMPARE(listed, expected);
        door.open();
        QVERIFY(mailbox.runUntil([&] { return order.size() == 5; }));
        QCOMPARE(order, expected);
    }

    void cancelByTagAndAll()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        Door door;
        std::vector<std::string> shown;
        for (const std::string tag : {"a", "b", "c", "d"})
            queue.post<std::string>(
                tag, tag, Priority::Interactive,
                [&door, tag](const Progress&) {
                    door.wait();
                    return tag;
                },
                [&](std::string which) { shown.push_back(which); }, unexpected);
        queue.cancel("c");
        queue.cancel("no such tag");
        QCOMPARE(queue.jobs().size(), 3u);
        queue.cancelAll();
        door.open();
        QVERIFY(mailbox.runUntil([&] { return idle(queue); }));
        mailbox.runAll();
        QVERIFY(shown.empty());
        queue.post<int>(
            "a", "After", Priority::Interactive, [](const Progress&) { return 1; },
            [&](int) { shown.push_back("after"); }, unexpected);
        QVERIFY(mailbox.runUntil([&] { return !shown.empty(); }));
    }

    void progressIsListedAndAnnounced()
    {
        Mailbox mailbox;
        int changes = 0;
        JobQueue queue(mailbox.deliver(), [&] { ++changes; });
        Door reported;
        Door door;
        bool done = false;
        queue.post<int>(
            "a", "Attributing", Priority::Background,
            [&](const Progress& progress) {
                std::this_thread::sleep_for(250ms);
                for (int i = 0; i <= 500; ++i)
                    progress.step(0.5 * i / 500.0, "layer 3 of 6");
                reported.open();
                door.wait();
                progress.step(std::nan(""));
                progress.step(7);
                return 0;
            },
            [&](int) { done = true; }, unexpected);
        reported.wait();
        QVERIFY(mailbox.waiting() <= 1); // announcements do not pile up
        const JobInfo info = queue.jobs().at(0);
        QCOMPARE(info.name, std::string("Attributing"));
        QCOMPARE(info.what, std::string("layer 3 of 6"));
        QCOMPARE(info.fraction, 0.5);
        QVERIFY(info.running && !info.stopping);
        QVERIFY(info.secondsLeft && *info.secondsLeft > 0 && *info.secondsLeft < 5);
        mailbox.runAll();
        QVERIFY(changes > 0);
        door.open();
        QVERIFY(mailbox.runUntil([&] { return done && idle(queue); }));
    }

    void timeLeft()
    {
        QCOMPARE(secondsLeft(0.25, 10, 0).value(), 30.0);
        QCOMPARE(secondsLeft(0.25, 10, 12).value(), 18.0);
        QCOMPARE(secondsLeft(0.25, 10, 100).value(), 0.0);
        QCOMPARE(secondsLeft(1, 10, 0).value(), 0.0);
        QVERIFY(!secondsLeft(0, 10, 0));
        QVERIFY(!secondsLeft(0.5, 0.1, 0));
        QVERIFY(!secondsLeft(std::nan(""), 10, 0));
    }

    void partialResultsComeInOrderAndBeforeTheResult()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        Door shownOne;
        std::vector<int> shown;
        queue.post<std::string, int>(
            "a", "Sweep", Priority::Interactive,
            [&](const Progress&, const Partial<int>& partial) {
                partial(0);
                shownOne.wait();
                for (int i = 1; i <= 100; ++i)
                    partial(i);
                return std::string("end");
            },
            [&](int part) {
                shown.push_back(part);
                if (part == 0)
                    shownOne.open();
            },
            [&](std::string) { shown.push_back(1000); }, unexpected);
        QVERIFY(mailbox.runUntil([&] { return !shown.empty() && shown.back() == 1000; }));
        QVERIFY(std::ranges::is_sorted(shown));
        QCOMPARE(shown.front(), 0);
        QCOMPARE(shown.at(shown.size() - 2), 100); // the newest part is never lost
    }

    void waitingPartIsReplacedByTheNewer()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        std::vector<int> shown;
        bool done = false;
        queue.post<int>(
            "a", "Sweep", Priority::Interactive,
            [&](const Progress&, const Partial<int>& partial) {
                for (int i = 0; i < 100; ++i)
                    partial(i);
                return 0;
            },
            [&](int part) { shown.push_back(part); }, [&](int) { done = true; }, unexpected);
        while (!idle(queue) || mailbox.waiting() < 2)
            std::this_thread::sleep_for(1ms);
        mailbox.runAll();
        QVERIFY(done);
        QCOMPARE(shown, (std::vector<int>{99}));
    }

    void noPartAfterAStop()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        Door sent;
        Door door;
        bool shown = false;
        queue.post<int>(
            "a", "Sweep", Priority::Interactive,
            [&](const Progress&, const Partial<int>& partial) {
                partial(1);
                sent.open();
                door.wait();
                partial(2);
                return 3;
            },
            [&](int) { shown = true; }, [&](int) { shown = true; }, unexpected);
        sent.wait();
        queue.cancel("a");
        door.open();
        QVERIFY(mailbox.runUntil([&] { return idle(queue); }));
        mailbox.runAll();
        QVERIFY(!shown);
    }

    void failuresBecomeSentences_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("sentence");
        QTest::addColumn<QString>("details");
        QTest::newRow("error") << 0 << "The layer does not exist."
                               << "log";
        QTest::newRow("memory") << 1 << "Not enough memory for “Job”"
                                << "";
        QTest::newRow("third party") << 2 << "“Job” could not be finished"
                                     << "expected scalar type";
        QTest::newRow("unknown") << 3 << "unknown fault"
                                 << "";
    }

    void failuresBecomeSentences()
    {
        QFETCH(int, kind);
        QFETCH(QString, sentence);
        QFETCH(QString, details);
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        std::optional<Error> error;
        bool done = false;
        queue.post<int>(
            "a", "Job", Priority::Interactive,
            [kind](const Progress&) -> int {
                if (kind == 0)
                    throw Error("The layer does not exist.", "log");
                if (kind == 1)
                    throw std::bad_alloc();
                if (kind == 2)
                    throw std::runtime_error("expected scalar type");
                throw 17;
            },
            [&](int) { done = true; }, [&](const Error& e) { error = e; });
        QVERIFY(mailbox.runUntil([&] { return error.has_value(); }));
        QVERIFY2(QString::fromUtf8(error->what()).contains(sentence), error->what());
        QVERIFY(QString::fromStdString(error->details()).contains(details));
        QVERIFY(!done);
    }

    void whatDoneThrowsGoesToFailed()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        std::string sentence;
        queue.post<int>(
            "a", "Job", Priority::Interactive, [](const Progress&) { return 1; },
            [](int) { throw Error("The disk is full."); },
            [&](const Error& e) { sentence = e.what(); });
        QVERIFY(mailbox.runUntil([&] { return !sentence.empty(); }));
        QCOMPARE(sentence, std::string("The disk is full."));
    }

    void aFailureLeavesTheQueueWorking()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        int failures = 0;
        int results = 0;
        for (int i = 0; i < 20; ++i)
            queue.post<int>(
                std::to_string(i), "Job", Priority::Interactive,
                [i](const Progress&) {
                    if (i % 2)
                        throw Error("Odd.");
                    return i;
                },
                [&](int) { ++results; }, [&](const Error&) { ++failures; });
        QVERIFY(mailbox.runUntil([&] { return failures + results == 20; }));
        QCOMPARE(failures, 10);
    }

    void nothingIsDeliveredAfterDestruction()
    {
        Mailbox mailbox;
        int calls = 0;
        {
            JobQueue queue(mailbox.deliver(), [&] { ++calls; });
            for (const std::string tag : {"finished", "running", "waiting"})
                queue.post<int>(
                    tag, tag, Priority::Interactive,
                    [tag](const Progress& progress) {
                        while (tag != "finished") {
                            progress.step(0.1);
                            std::this_thread::sleep_for(1ms);
                        }
                        return 1;
                    },
                    [&](int) { ++calls; }, [&](const Error&) { ++calls; });
            while (queue.jobs().front().tag != "running")
                std::this_thread::sleep_for(1ms);
            QVERIFY(mailbox.waiting() > 0); // the finished job's result is on its way
        }
        mailbox.runAll();
        QCOMPARE(calls, 0);
    }

    void destructionStopsAndJoinsQuickly()
    {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < 50; ++i) {
            Mailbox mailbox;
            JobQueue queue(mailbox.deliver());
            for (int k = 0; k < 3; ++k)
                queue.post<int>(
                    std::to_string(k), "Endless", Priority::Background,
                    [](const Progress& progress) {
                        for (;;) {
                            progress.step(0.5);
                            std::this_thread::sleep_for(1ms);
                        }
                        return 0;
                    },
                    [](int) {}, unexpected);
            if (i % 2)
                std::this_thread::sleep_for(2ms);
        }
        QVERIFY(std::chrono::steady_clock::now() - begin < 5s);
    }

    void workMayPost()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        int result = 0;
        queue.post<int>(
            "outer", "Outer", Priority::Interactive,
            [&](const Progress&) {
                queue.post<int>(
                    "inner", "Inner", Priority::Interactive, [](const Progress&) { return 5; },
                    [&](int value) { result += value; }, unexpected);
                return 1;
            },
            [&](int value) { result += value; }, unexpected);
        QVERIFY(mailbox.runUntil([&] { return result == 6; }));
    }

    void deliveryMayRunInline()
    {
        std::atomic<int> result = 0;
        JobQueue queue([](const std::function<void()>& closure) { closure(); }, [] {});
        queue.post<int>(
            "a", "Job", Priority::Interactive, [](const Progress&) { return 3; },
            [&](int value) { result = value; }, unexpected);
        QTRY_COMPARE(result.load(), 3);
    }

    void whatWorkHoldsIsFreed()
    {
        Mailbox mailbox;
        JobQueue queue(mailbox.deliver());
        auto held = std::make_shared<int>(1);
        int done = 0;
        for (int i = 0; i < 10; ++i)
            queue.post<int>(
                i < 5 ? "same" : std::to_string(i), "Job", Priority::Interactive,
                [held](const Progress&) { return *held; }, [&](int) { ++done; }, unexpected);
        QVERIFY(mailbox.runUntil([&] { return done == 6 && idle(queue); }));
        QVERIFY(mailbox.runUntil([&] { return held.use_count() == 1; }));
    }

    void stormOfPostsAndCancels()
    {
        Mailbox mailbox;
        int changes = 0;
        JobQueue queue(mailbox.deliver(), [&] { ++changes; });
        std::mt19937 random(1);
        std::vector<int> newest(5, -1);
        std::vector<int> lastShown(5, -1);
        bool stale = false;
        for (int i = 0; i < 2000; ++i) {
            const auto tag = random() % 5;
            if (random() % 8 == 0) {
                queue.cancel(std::to_string(tag));
                newest[tag] = -1;
            } else {
                newest[tag] = i;
                queue.post<int>(
                    std::to_string(tag), "Storm",
                    random() % 2 ? Priority::Interactive : Priority::Background,
                    [i](const Progress& progress, const Partial<int>& partial) {
                        partial(i);
                        progress.step(0.5, "half");
                        partial(i);
                        return i;
                    },
                    [&stale, &newest, tag](int value) { stale |= value != newest[tag]; },
                    [&stale, &newest, &lastShown, tag](int value) {
                        stale |= value != newest[tag];
                        lastShown[tag] = value;
                    },
                    unexpected);
            }
            if (random() % 4 == 0)
                mailbox.runAll();
        }
        QVERIFY(mailbox.runUntil([&] { return idle(queue); }));
        mailbox.runAll();
        QVERIFY(!stale);
        for (std::size_t tag = 0; tag < 5; ++tag)
            if (newest[tag] >= 0)
                QCOMPARE(lastShown[tag], newest[tag]);
        QVERIFY(changes > 0);
    }
};

QTEST_GUILESS_MAIN(TestJobs)
#include "tst_jobs.moc"
