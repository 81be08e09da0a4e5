#pragma once

#include "views/canvas/table.h"
#include "views/session/session.h"

#include <QWidget>

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace microtome {

class FigureScene;
class TitleLine;
class StateLayer;
class Words;

/// Shows one aspect of a session: a title line with controls as plain words, and below it a content
/// widget, or one sentence that says what to click. Refreshes only while visible and only for the
/// changes it watches; what happened while it was hidden is caught up when it is shown.
class View : public QWidget {
    Q_OBJECT
public:
    /// `name`: as in the view's factory.
    View(const QString& name, const QString& title, Changes watched, Session&,
        QWidget* parent = nullptr);
    ~View() override;

    const QString& name() const { return m_name; }
    QString title() const;
    QString subtitle() const;

    /// Why this view has nothing to say about the open model ("this model has no MLP"); empty: it
    /// applies.
    virtual QString capability() const { return {}; }

    /// Whether it draws from the session's runs; then the base says what to do while there is none.
    virtual bool needsRun() const { return true; }

    /// The picture for export; null while there is nothing to show.
    virtual std::shared_ptr<const FigureScene> figure() const { return nullptr; }

    /// Exactly the numbers that are shown.
    virtual Table table() const { return {}; }

    /// A TransformerLens script that reproduces what is shown; empty: not offered.
    virtual QString copyAsPython() const { return {}; }

    /// How it looks at things (mode, thresholds, scroll), to be restored from a sidecar or a
    /// layout.
    virtual nlohmann::json viewState() const;
    virtual void restore(const nlohmann::json&);

    /// The session's focus, or the view's own when it is pinned to one.
    const Focus& focus() const;
    bool hasOwnFocus() const { return m_ownFocus.has_value(); }
    void setOwnFocus(bool);

    /// Waits for no change any more: refreshes at once with what was noted (export, tests).
    void refreshNow();

    enum class State { Content, Empty, Failed };
    State state() const { return m_state; }
    bool working() const { return m_working; }
    QString sentence() const; ///< of the empty or failed state

signals:
    void titleChanged();
    void stateChanged();

protected:
    /// Brings the content up to date; called once per event with everything that changed.
    virtual void refresh(Changes) = 0;

    /// The hover moved anywhere; repaint an overlay, nothing else.
    virtual void hoverChanged() { }

    Session& session() const { return m_session; }
    Selection& selection() const { return m_session.selection(); }

    void setSubtitle(const QString&); ///< what is shown, by which measure

    /// Controls at the right of the title line. `words`: one of several, the active one underlined.
    Words* addWords(const QString& accessibleName, const QStringList& words, int active = 0);
    void addControl(QWidget*);

    void setContent(QWidget*); ///< once, in the constructor
    QWidget* content() const { return m_content; }

    using Action = std::function<void()>;
    void showContent();
    void showEmpty(const QString& sentence, const QString& link = {}, Action = {});
    void showFailed(const QString& sentence, const QString& link = {}, Action = {});

    /// Computes on the engine's thread; while it runs the content is dimmed and the title line
    /// shows progress; then `done` is called and the content shown, or the failed state with the
    /// sentence and "Try again". A newer one with the same tag replaces the older.
    template <class Result>
    void compute(const QString& tag, const QString& name,
        std::function<Result(Model&, const Progress&)> work, std::function<void(Result)> done,
        Priority priority = Priority::Interactive)
    {
        beginWork(tag);
        auto again = [this, tag, name, work, done, priority] {
            compute<Result>(tag, name, work, done, priority);
        };
        m_session.engine().post<Result>(
            this, tag, name, work,
            [this, tag, done](Result result) {
                endWork(tag);
                showContent();
                done(std::move(result));
            },
            [this, tag, again](const QString& why) {
                endWork(tag);
                showFailed(why, tr("Try again"), again);
            },
            priority);
    }
    void cancel(const QString& tag);

    void showEvent(QShowEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    void note(Changes);
    bool explainAbsence();
    void beginWork(const QString& tag);
    void endWork(const QString& tag);
    void showProgress();
    void setState(State, const QString& sentence, const QString& link, Action);

    const QString m_name;
    const Changes m_watched;
    Session& m_session;
    Changes m_missed;
    std::optional<Focus> m_ownFocus;
    State m_state = State::Content;
    bool m_working = false;
    bool m_explained = false; ///< the sentence is of explainAbsence
    QStringList m_tags; ///< at work
    TitleLine* m_titleLine;
    StateLayer* m_stateLayer;
    QWidget* m_content = nullptr;
};

} // namespace microtome
