#pragma once

#include "core/work/error.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace microtome {

/// How a long computation reports and how it is stopped. Cheap to copy; a default one reports to
/// nobody and never stops. `report` is called on the computing thread.
class Progress {
public:
    using Report = std::function<void(double fraction, const std::string& what)>;

    Progress() = default;
    Progress(Report report, std::shared_ptr<std::atomic<bool>> stop)
        : m_report(std::move(report))
        , m_stop(std::move(stop))
    {
    }

    /// Reports `fraction` in 0..1 and throws Cancelled when a stop was asked for.
    void step(double fraction, const std::string& what = {}) const
    {
        check();
        if (m_report)
            m_report(fraction, what);
    }

    bool stopped() const { return m_stop && m_stop->load(std::memory_order_relaxed); }

    void check() const
    {
        if (stopped())
            throw Cancelled();
    }

    /// The part from `begin` to `end` of this progress, for a step inside a longer computation.
    Progress part(double begin, double end) const
    {
        Progress inner = *this;
        if (m_report)
            inner.m_report = [report = m_report, begin, end](double f, const std::string& what) {
                report(begin + f * (end - begin), what);
            };
        return inner;
    }

private:
    Report m_report;
    std::shared_ptr<std::atomic<bool>> m_stop;
};

} // namespace microtome
