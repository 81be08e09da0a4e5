#pragma once

#include "views/session/session.h"

#include <QWidget>

class QPlainTextEdit;
class QTimer;

namespace microtome {

class ProjectLines;
class TitleLine;

/// A guided walk as the panel lists it.
struct WalkLine {
    QString title;
    QString about;
    QString command; ///< of the window, that starts it
};

/// What the project holds: models, runs, pins, prompts, vectors, notes.
class ProjectPanel : public QWidget {
    Q_OBJECT
public:
    explicit ProjectPanel(Session&, QWidget* parent = nullptr);
    ~ProjectPanel() override;

    /// Models beside the open one that can be opened with a click: paths.
    void setRecentModels(const QStringList&);

    void setWalks(const std::vector<WalkLine>&);

    void writeNoteAbout(const QString&);
    ProjectLines* runs() const { return m_runs; }
    ProjectLines* pins() const { return m_pins; }
    ProjectLines* prompts() const { return m_prompts; }
    ProjectLines* walks() const { return m_walks; }
    QPlainTextEdit* notes() const { return m_notes; }

private:
    void follow(Changes);
    void showModels();
    void showRuns();
    void showPins();
    void showPrompts();
    void readNotes();
    void keepNotes();

    Session& m_session;
    TitleLine* m_title;
    ProjectLines* m_models;
    ProjectLines* m_runs;
    ProjectLines* m_pins;
    ProjectLines* m_prompts;
    ProjectLines* m_vectors;
    ProjectLines* m_walks;
    QPlainTextEdit* m_notes;
    QTimer* m_keepNotes;
    QStringList m_recent;
};

} // namespace microtome
