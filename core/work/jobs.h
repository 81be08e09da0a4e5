#pragma once

#include "core/work/error.h"
#include "core/work/progress.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace microtome {

/// Which of the waiting jobs starts first: what a person waits for, then the rest; within one
/// priority the order of posting.
enum class Priority { Interactive, Background };

/// One job as the jobs strip shows it.
struct JobInfo {
    std::string tag;
    std::string name;
    std::string what; ///< the step it is at, in words; may be empty
    double fraction = 0; ///< done, 0..1
    std::optional<double> secondsLeft; ///< absent while too little is known
    Priority priority = Priority::Interactive;
    bool running = false;
    bool stopping = false; ///< asked to stop, not yet at a point where it can
};

/// Time left after `elapsed` seconds when `fraction` is done: elapsed (1 - fraction) / fraction,
/// less the `silent` seconds since that fraction was reported. Nothing before 1 % or 0.2 s.
std::optional<double> secondsLeft(double fraction, double elapsed, double silent);

/// What a computation calls with a first or coarser version of its result. When the person's side
/// is slower than the computation only the newest one is delivered. Calls after a stop do nothing.
template <class Part> class Partial {
public:
    explicit Partial(std::function<void(Part)> send)
        : m_send(std::move(send))
    {
    }
    void operator()(Part part) const { m_send(std::move(part)); }

private:
    std::function<void(Part)> m_send;
};

/// One compute thread that owns the model. A job posted with a tag replaces the waiting one of that
/// tag and asks the running one to stop; nothing of a replaced or cancelled job is ever delivered.
/// Post, cancel and destroy on the thread that `deliver` runs closures on; work may post too.
class JobQueue {
public:
    /// Hands a closure to the thread that shows results (or runs it at once).
    using Deliver = std::function<void(std::function<void()>)>;
    template <class T> // not deduced, so that lambdas convert
    using Receive = std::type_identity_t<std::function<void(T)>>;
    template <class Result, class Part>
    using PartialWork
        = std::type_identity_t<std::function<Result(const Progress&, const Partial<Part>&)>>;
    using Failed = std::function<void(const Error&)>;

    /// `changed` is delivered whenever jobs() gives something new; never twice in one waiting line.
    explicit JobQueue(Deliver deliver, std::function<void()> changed = {});

    /// Asks the running job to stop and waits for it; nothing is delivered from here on.
    ~JobQueue();

    JobQueue(const JobQueue&) = delete;
    JobQueue& operator=(const JobQueue&) = delete;

    /// Runs `work` on the compute thread, then delivers `done` with its result, or `failed`. What
    /// `done` throws goes to `failed`; `failed` must not throw.
    template <class Result>
    void post(const std::string& tag, const std::string& name, Priority priority,
        std::function<Result(const Progress&)> work, Receive<Result> done, Failed failed);

    /// The same for work that shows partial results on the way, delivered to `partial`.
    template <class Result, class Part = Result>
    void post(const std::string& tag, const std::string& name, Priority priority,
        PartialWork<Result, Part> work, Receive<Part> partial, Receive<Result> done, Failed failed);

    void cancel(const std::string& tag);
    void cancelAll();

    /// The running job, then the waiting ones in the order in which they start.
    std::vector<JobInfo> jobs() const;

private:
    using Stop = std::shared_ptr<std::atomic<bool>>;
    using Clock = std::chrono::steady_clock;
    using Work = std::function<std::function<void()>(const Progress&)>;

    // A job's stop flag is also its licence to deliver: once set, its closures do nothing.
    struct Job {
        JobInfo info;
        Stop stop;
        Work work; ///< gives the closure that delivers the result
        Failed failed;
        Clock::time_point started;
        Clock::time_point reported;
    };

    void submit(const std::string& tag, const std::string& name, Priority priority, Stop stop,
        Work work, Failed failed);
    void loop();
    void compute(const std::shared_ptr<Job>& job);
    void announce();
    static Error explain(const std::string& name, const std::exception_ptr& exception);
    static std::function<void()> guarded(
        const std::string& name, Stop stop, std::function<void()> closure, Failed failed);

    const Deliver m_deliver;
    const std::function<void()> m_changed;
    const Stop m_closed = std::make_shared<std::atomic<bool>>(false);
    const Stop m_announced = std::make_shared<std::atomic<bool>>(false);

    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::list<std::shared_ptr<Job>> m_waiting;
    std::shared_ptr<Job> m_running;
    std::unordered_map<std::string, std::weak_ptr<std::atomic<bool>>> m_newest; ///< by tag
    std::thread m_thread;
};

template <class Result>
void JobQueue::post(const std::string& tag, const std::string& name, Priority priority,
    std::function<Result(const Progress&)> work, Receive<Result> done, Failed failed)
{
    auto run = [work = std::move(work), done = std::move(done)](const Progress& progress) {
        auto result = std::make_shared<Result>(work(progress));
        return std::function<void()>([result, done] { done(std::move(*result)); });
    };
    submit(tag, name, priority, std::make_shared<std::atomic<bool>>(false), std::move(run),
        std::move(failed));
}

template <class Result, class Part>
void JobQueue::post(const std::string& tag, const std::string& name, Priority priority,
    PartialWork<Result, Part> work, Receive<Part> partial, Receive<Result> done, Failed failed)
{
    struct Slot {
        std::mutex mutex;
        std::optional<Part> part;
    };
    auto stop = std::make_shared<std::atomic<bool>>(false);
    auto slot = std::make_shared<Slot>();
    auto send = [deliver = m_deliver, name, stop, slot, partial, failed](Part part) {
        if (stop->load())
            return;
        {
            const std::lock_guard lock(slot->mutex);
            const bool onItsWay = slot->part.has_value();
            slot->part = std::move(part);
            if (onItsWay)
                return;
        }
        auto show = [slot, partial] {
            std::optional<Part> newest;
            {
                const std::lock_guard lock(slot->mutex);
                newest.swap(slot->part);
            }
            if (newest)
                partial(std::move(*newest));
        };
        deliver(guarded(name, stop, show, failed));
    };
    auto run = [work = std::move(work), send = Partial<Part>(std::move(send)),
                   done = std::move(done)](const Progress& progress) {
        auto result = std::make_shared<Result>(work(progress, send));
        return std::function<void()>([result, done] { done(std::move(*result)); });
    };
    submit(tag, name, priority, stop, std::move(run), std::move(failed));
}

} // namespace microtome
