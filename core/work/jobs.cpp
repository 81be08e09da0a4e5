#include "core/work/jobs.h"

#include <algorithm>
#include <new>

namespace microtome {

namespace {

double secondsBetween(
    std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to)
{
    return std::chrono::duration<double>(to - from).count();
}

} // namespace

std::optional<double> secondsLeft(double fraction, double elapsed, double silent)
{
    if (!(fraction >= 0.01) || elapsed < 0.2)
        return std::nullopt;
    return std::max(0.0, elapsed * (1 - fraction) / fraction - silent);
}

JobQueue::JobQueue(Deliver deliver, std::function<void()> changed)
    : m_deliver(std::move(deliver))
    , m_changed(std::move(changed))
    , m_thread([this] { loop(); })
{
}

JobQueue::~JobQueue()
{
    m_closed->store(true);
    cancelAll();
    {
        const std::lock_guard lock(m_mutex); // so that the thread is not between check and wait
    }
    m_wake.notify_all();
    m_thread.join();
}

void JobQueue::submit(const std::string& tag, const std::string& name, Priority priority, Stop stop,
    Work work, Failed failed)
{
    auto job = std::make_shared<Job>();
    job->info.tag = tag;
    job->info.name = name;
    job->info.priority = priority;
    job->stop = stop;
    job->work = std::move(work);
    job->failed = std::move(failed);

    cancel(tag);
    {
        const std::lock_guard lock(m_mutex);
        if (m_closed->load())
            return;
        m_newest[tag] = stop;
        std::erase_if(m_newest, [](const auto& entry) { return entry.second.expired(); });
        // Before the first waiting job of a lower priority.
        const auto place = std::ranges::find_if(
            m_waiting, [&](const auto& other) { return other->info.priority > priority; });
        m_waiting.insert(place, std::move(job));
    }
    m_wake.notify_all();
    announce();
}

void JobQueue::cancel(const std::string& tag)
{
    std::list<std::shared_ptr<Job>> dropped; // destroyed outside the lock: a job may hold much
    {
        const std::lock_guard lock(m_mutex);
        const auto newest = m_newest.find(tag);
        if (newest == m_newest.end())
            return;
        if (const Stop stop = newest->second.lock())
            stop->store(true);
        m_newest.erase(newest);
        for (auto i = m_waiting.begin(); i != m_waiting.end();) {
            const auto next = std::next(i);
            if ((*i)->info.tag == tag)
                dropped.splice(dropped.end(), m_waiting, i);
            i = next;
        }
    }
    announce();
}

void JobQueue::cancelAll()
{
    std::list<std::shared_ptr<Job>> dropped;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto& [tag, weak] : m_newest)
            if (const Stop stop = weak.lock())
                stop->store(true);
        m_newest.clear();
        dropped.swap(m_waiting);
    }
    announce();
}

std::vector<JobInfo> JobQueue::jobs() const
{
    const auto now = Clock::now();
    std::vector<JobInfo> list;
    const std::lock_guard lock(m_mutex);
    if (m_running) {
        JobInfo info = m_running->info;
        info.running = true;
        info.stopping = m_running->stop->load();
        info.secondsLeft
            = secondsLeft(info.fraction, secondsBetween(m_running->started, m_running->reported),
                secondsBetween(m_running->reported, now));
        list.push_back(std::move(info));
    }
    for (const auto& job : m_waiting)
        list.push_back(job->info);
    return list;
}

void JobQueue::loop()
{
    for (;;) {
        std::shared_ptr<Job> job;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_closed->load() || !m_waiting.empty(); });
            if (m_closed->load())
                return;
            job = m_waiting.front();
            m_waiting.pop_front();
            job->started = job->reported = Clock::now();
            m_running = job;
        }
        announce();
        compute(job);
        announce();
    }
}

void JobQueue::compute(const std::shared_ptr<Job>& job)
{
    const std::string name = job->info.name;
    const auto report = [this, job](double fraction, const std::string& what) {
        {
            const std::lock_guard lock(m_mutex);
            job->info.fraction = fraction > 0 ? std::min(fraction, 1.0) : 0.0;
            if (!what.empty())
                job->info.what = what;
            job->reported = Clock::now();
        }
        announce();
    };

    std::function<void()> closure;
    try {
        closure = job->work(Progress(report, job->stop));
    } catch (const Cancelled&) {
        closure = nullptr;
    } catch (...) {
        closure = [failed = job->failed, error = explain(name, std::current_exception())] {
            failed(error);
        };
    }
    job->work = nullptr; // what the work holds goes on the thread that used it
    {
        const std::lock_guard lock(m_mutex);
        m_running.reset();
    }
    if (closure && !job->stop->load())
        m_deliver(guarded(name, job->stop, std::move(closure), job->failed));
}

void JobQueue::announce()
{
    if (!m_changed || m_closed->load() || m_announced->exchange(true))
        return;
    m_deliver([changed = m_changed, closed = m_closed, announced = m_announced] {
        announced->store(false);
        if (!closed->load())
            changed();
    });
}

std::function<void()> JobQueue::guarded(
    const std::string& name, Stop stop, std::function<void()> closure, Failed failed)
{
    return
        [name, stop = std::move(stop), closure = std::move(closure), failed = std::move(failed)] {
            if (stop->load())
                return;
            try {
                closure();
            } catch (const Cancelled&) {
                return;
            } catch (...) {
                failed(explain(name, std::current_exception()));
            }
        };
}

Error JobQueue::explain(const std::string& name, const std::exception_ptr& exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const Error& error) {
        return error;
    } catch (const std::bad_alloc&) {
        return Error("Not enough memory for “" + name
            + "”: ask for less at once, or close what is not needed.");
    } catch (const std::exception& other) {
        return Error("“" + name
                + "” could not be finished because of a fault inside the program; "
                  "the details are in the log.",
            other.what());
    } catch (...) {
        return Error("“" + name
            + "” could not be finished because of an unknown fault inside the "
              "program.");
    }
}

} // namespace microtome
