#include "app/cli/stopsignals.h"

#include <ctime>

namespace microtome::cli {

StopSignals::StopSignals()
{
    sigemptyset(&m_signals);
    sigaddset(&m_signals, SIGINT);
    sigaddset(&m_signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &m_signals, &m_before);
    m_waiting = std::jthread([signals = m_signals, flag = m_flag](const std::stop_token& end) {
        constexpr timespec patience{0, 100'000'000};
        while (!end.stop_requested())
            if (sigtimedwait(&signals, nullptr, &patience) > 0)
                flag->store(true, std::memory_order_relaxed);
    });
}

StopSignals::~StopSignals()
{
    m_waiting = {}; // asked to end, and waited for
    pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
}

} // namespace microtome::cli
