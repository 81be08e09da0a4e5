#include "views/features/featuredesk.h"

namespace microtome {

struct FeatureDesk::Seat {
    std::filesystem::path project;
    std::unique_ptr<FeatureReading> reading;
};

FeatureDesk::FeatureDesk(QObject* parent)
    : QObject(parent)
{
}

FeatureDesk::~FeatureDesk()
{
    close();
}

void FeatureDesk::open(const std::filesystem::path& project)
{
    close();
    m_project = project;
    m_seat = std::make_shared<Seat>();
    m_seat->project = project;
    m_queue = std::make_unique<JobQueue>([this](std::function<void()> closure) {
        QMetaObject::invokeMethod(this, std::move(closure), Qt::QueuedConnection);
    });
}

void FeatureDesk::close()
{
    m_queue.reset(); // its thread has ended
    m_seat.reset();
    m_waiting.clear();
    m_project.clear();
}

FeatureReading& FeatureDesk::readingAt(Seat& seat)
{
    if (!seat.reading)
        seat.reading = std::make_unique<FeatureReading>(seat.project);
    return *seat.reading;
}

} // namespace microtome
