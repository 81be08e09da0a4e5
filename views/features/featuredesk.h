#pragma once

#include "core/work/jobs.h"
#include "views/features/reading.h"

#include <QObject>
#include <QSet>
#include <QString>

namespace microtome {

/// Reads features on a thread of its own, which no computation of the model holds up, and delivers
/// on the window's. What is asked with a tag replaces what was asked with it before.
class FeatureDesk : public QObject {
    Q_OBJECT
public:
    explicit FeatureDesk(QObject* parent = nullptr);
    ~FeatureDesk() override;

    void open(const std::filesystem::path& project);

    /// Waits for what is being read, drops it, and leaves the file.
    void close();
    bool isOpen() const { return m_queue != nullptr; }
    const std::filesystem::path& project() const { return m_project; }

    /// Everything that was asked for is delivered.
    bool idle() const { return m_waiting.isEmpty(); }

    template <class Result>
    void read(const QString& tag, std::function<Result(FeatureReading&)> work,
        std::function<void(Result)> done)
    {
        if (!m_queue)
            return;
        m_waiting.insert(tag);
        m_queue->post<Result>(
            tag.toStdString(), tag.toStdString(), Priority::Interactive,
            [seat = m_seat, work = std::move(work)](
                const Progress&) { return work(readingAt(*seat)); },
            [this, tag, done = std::move(done)](Result result) {
                m_waiting.remove(tag);
                done(std::move(result));
                emit delivered();
            },
            [this, tag](const Error& error) {
                m_waiting.remove(tag);
                emit failed(tag, QString::fromUtf8(error.what()));
            });
    }

signals:
    void delivered();
    void failed(const QString& tag, const QString& sentence);

private:
    struct Seat; ///< where the reading thread keeps its connection

    static FeatureReading& readingAt(Seat&);

    std::filesystem::path m_project;
    std::shared_ptr<Seat> m_seat;
    std::unique_ptr<JobQueue> m_queue;
    QSet<QString> m_waiting;
};

} // namespace microtome
