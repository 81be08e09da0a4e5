#pragma once

#include "core/analysis/history.h"
#include "core/model/model.h"
#include "core/work/jobs.h"

#include <QObject>
#include <QPointer>
#include <QString>

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace microtome {

/// How a model is opened; empty or 0: as the engine chooses.
struct EngineOptions {
    std::string device; ///< cpu, cuda
    std::string dtype; ///< f32, bf16
    int threads = 0;

    bool operator==(const EngineOptions&) const = default;
};

/// Opens a model folder or file; supplied by the program (views never see the engine's room).
/// Throws Error with a sentence.
using OpenModel
    = std::function<std::unique_ptr<Model>(const std::filesystem::path&, const EngineOptions&)>;

/// The bridge from the compute thread, which alone owns the model, to the window's thread.
class Engine : public QObject {
    Q_OBJECT
public:
    explicit Engine(OpenModel, QObject* parent = nullptr);
    ~Engine() override;

    using Failed = std::function<void(const QString& sentence)>;

    /// What the window knows about a model without touching it.
    struct Opened {
        ModelInfo info;
        std::shared_ptr<const Tokenizer> tokenizer;
        std::shared_ptr<const TrainingHistory> history; ///< never null
    };

    /// Drops everything waiting and opens another model; until then the old one stays.
    void open(const std::filesystem::path&, const EngineOptions&,
        std::function<void(const Opened&)> done, Failed failed);

    /// Computes on the model's thread and delivers on the window's. A newer post of the same
    /// receiver and tag replaces the older one; a result whose receiver is gone, or whose model was
    /// replaced, is dropped. `compute` must capture values only.
    template <class Result>
    void post(QObject* receiver, const QString& tag, const QString& name,
        std::function<Result(Model&, const Progress&)> compute, std::function<void(Result)> done,
        Failed failed = {}, Priority priority = Priority::Interactive);

    /// Likewise, with earlier or coarser results on the way.
    template <class Result>
    void postInParts(QObject* receiver, const QString& tag, const QString& name,
        std::function<Result(Model&, const Progress&, const Partial<Result>&)> compute,
        std::function<void(Result)> part, std::function<void(Result)> done, Failed failed = {},
        Priority priority = Priority::Background);

    /// For work that looks into other models than the open one, on the engine's thread.
    const OpenModel& opener() const { return m_open; }

    void cancel(QObject* receiver, const QString& tag);
    void cancelTag(const std::string& tag); ///< a tag as jobs() names it
    std::vector<JobInfo> jobs() const;
    bool idle() const { return jobs().empty(); }

    /// The running or waiting job of a receiver's tag.
    std::optional<JobInfo> jobOf(const QObject* receiver, const QString& tag) const;

signals:
    void jobsChanged();

private:
    struct Seat; ///< where the compute thread keeps the model

    static std::string tagOf(const QObject* receiver, const QString& tag);
    static Model& modelIn(Seat&);

    OpenModel m_open;
    std::shared_ptr<Seat> m_seat;
    std::uint64_t m_generation = 0; ///< of the open model
    std::unique_ptr<JobQueue> m_queue;
};

template <class Result>
void Engine::post(QObject* receiver, const QString& tag, const QString& name,
    std::function<Result(Model&, const Progress&)> compute, std::function<void(Result)> done,
    Failed failed, Priority priority)
{
    const QPointer<QObject> alive(receiver);
    const std::uint64_t generation = m_generation;
    m_queue->post<Result>(
        tagOf(receiver, tag), name.toStdString(), priority,
        [seat = m_seat, compute = std::move(compute)](
            const Progress& progress) { return compute(modelIn(*seat), progress); },
        [this, alive, generation, done = std::move(done)](Result result) {
            if (alive && generation == m_generation)
                done(std::move(result));
        },
        [this, alive, generation, failed = std::move(failed)](const Error& error) {
            if (alive && generation == m_generation && failed)
                failed(QString::fromUtf8(error.what()));
        });
}

template <class Result>
void Engine::postInParts(QObject* receiver, const QString& tag, const QString& name,
    std::function<Result(Model&, const Progress&, const Partial<Result>&)> compute,
    std::function<void(Result)> part, std::function<void(Result)> done, Failed failed,
    Priority priority)
{
    const QPointer<QObject> alive(receiver);
    const std::uint64_t generation = m_generation;
    auto guard = [this, alive, generation](std::function<void(Result)> receive) {
        return [this, alive, generation, receive = std::move(receive)](Result result) {
            if (alive && generation == m_generation)
                receive(std::move(result));
        };
    };
    m_queue->post<Result, Result>(
        tagOf(receiver, tag), name.toStdString(), priority,
        [seat = m_seat, compute = std::move(compute)](const Progress& progress,
            const Partial<Result>& send) { return compute(modelIn(*seat), progress, send); },
        guard(std::move(part)), guard(std::move(done)),
        [this, alive, generation, failed = std::move(failed)](const Error& error) {
            if (alive && generation == m_generation && failed)
                failed(QString::fromUtf8(error.what()));
        });
}

} // namespace microtome
