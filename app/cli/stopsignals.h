#pragma once

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

namespace microtome::cli {

/// While it lives, SIGINT and SIGTERM raise a flag instead of ending the program. A thread of its
/// own takes them: a handler that ran on top of oneDNN's matrix products was seen to leave a
/// damaged heap. Threads begun while it lives leave the signals alone too.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    const std::shared_ptr<std::atomic<bool>>& flag() const { return m_flag; }

private:
    std::shared_ptr<std::atomic<bool>> m_flag = std::make_shared<std::atomic<bool>>(false);
    sigset_t m_signals{};
    sigset_t m_before{};
    std::jthread m_waiting;
};

} // namespace microtome::cli
