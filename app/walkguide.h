#pragma once

#include "app/walk.h"

#include <QObject>

namespace microtome {

class Workspace;

/// Takes the window through a walk: opens the step's model, then sets prompt, edits, pins, focus
/// and view. Leaving keeps what is there.
class WalkGuide : public QObject {
    Q_OBJECT
public:
    /// `models`: the folder that walks name their models in.
    WalkGuide(Session&, Workspace&, QString models, QObject* parent = nullptr);

    void start(const Walk&);
    void show(int step);
    void leave();

    const Walk* walk() const { return m_walk ? &*m_walk : nullptr; } ///< null: none is on
    int step() const { return m_step; }
    const QString& problem() const { return m_problem; } ///< why the step is not as it should be
    bool waiting() const { return m_waiting; } ///< for the step's model

signals:
    void changed();
    void left(bool finished);

private:
    void enter();
    void apply();
    void follow(Changes);
    std::filesystem::path folder() const;

    Session& m_session;
    Workspace& m_workspace;
    QString m_models;
    std::optional<Walk> m_walk;
    int m_step = 0;
    bool m_waiting = false;
    QString m_problem;
};

} // namespace microtome
