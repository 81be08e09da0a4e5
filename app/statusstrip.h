#pragma once

#include "views/session/session.h"

#include <QWidget>

class QToolButton;

namespace microtome {

class ToneLabel;

/// The 24 pixels at the bottom: what is computed and how long it will take, with its cancel; what
/// the engine is; what memory is used.
class StatusStrip : public QWidget {
    Q_OBJECT
public:
    explicit StatusStrip(Session&, QWidget* parent = nullptr);

    /// Says something once, until the next job or eight seconds.
    void say(const QString&);
    QString jobText() const;

protected:
    void paintEvent(QPaintEvent*) override;

private:
    void showJobs();
    void showEngine();

    Session& m_session;
    ToneLabel* m_job;
    QToolButton* m_cancel;
    ToneLabel* m_engine;
    ToneLabel* m_forward;
    ToneLabel* m_memory;
    QString m_said;
};

} // namespace microtome
