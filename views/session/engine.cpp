#include "views/session/engine.h"

#include <QMetaObject>

#include <algorithm>

namespace microtome {

struct Engine::Seat {
    std::unique_ptr<Model> model;
    std::shared_ptr<const TrainingHistory> history;
};

Engine::Engine(OpenModel open, QObject* parent)
    : QObject(parent)
    , m_open(std::move(open))
    , m_seat(std::make_shared<Seat>())
{
    m_queue = std::make_unique<JobQueue>(
        [this](std::function<void()> closure) {
            QMetaObject::invokeMethod(this, std::move(closure), Qt::QueuedConnection);
        },
        [this] { emit jobsChanged(); });
}

Engine::~Engine()
{
    m_queue.reset();
}

void Engine::open(const std::filesystem::path& path, const EngineOptions& options,
    std::function<void(const Opened&)> done, Failed failed)
{
    m_queue->cancelAll();
    const std::uint64_t generation = ++m_generation;
    const QString name = tr("opening %1").arg(QString::fromStdString(path.filename().string()));
    m_queue->post<Opened>(
        "open", name.toStdString(), Priority::Interactive,
        [seat = m_seat, open = m_open, path, options](const Progress& progress) {
            progress.step(0);
            auto model = open(path, options);
            // The checkpoints of one training have one history: switching among them is quick.
            if (!seat->history || !seat->history->indexOf(path))
                seat->history = std::make_shared<const TrainingHistory>(TrainingHistory::of(path));
            Opened opened{model->info(), model->tokenizer(), seat->history};
            seat->model = std::move(model);
            return opened;
        },
        [this, generation, done = std::move(done)](const Opened& opened) {
            if (generation != m_generation)
                return;
            ++m_generation; // what was posted meanwhile was meant for the old model
            done(opened);
        },
        [this, generation, failed = std::move(failed)](const Error& error) {
            if (generation == m_generation && failed)
                failed(QString::fromUtf8(error.what()));
        });
}

Model& Engine::modelIn(Seat& seat)
{
    if (!seat.model)
        throw Error("No model is open.");
    return *seat.model;
}

std::string Engine::tagOf(const QObject* receiver, const QString& tag)
{
    return std::to_string(reinterpret_cast<std::uintptr_t>(receiver)) + "/" + tag.toStdString();
}

void Engine::cancel(QObject* receiver, const QString& tag)
{
    m_queue->cancel(tagOf(receiver, tag));
}

void Engine::cancelTag(const std::string& tag)
{
    m_queue->cancel(tag);
}

std::vector<JobInfo> Engine::jobs() const
{
    return m_queue->jobs();
}

std::optional<JobInfo> Engine::jobOf(const QObject* receiver, const QString& tag) const
{
    const std::string wanted = tagOf(receiver, tag);
    for (JobInfo& job : m_queue->jobs())
        if (job.tag == wanted)
            return job;
    return {};
}

} // namespace microtome
