#include "views/session/view.h"

#include "views/session/amount.h"
#include "views/session/statelayer.h"
#include "views/session/titleline.h"
#include "views/session/words.h"

#include <QTimer>
#include <QVBoxLayout>

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

constexpr int dimAfter = 150; ///< ms; what is faster does not flicker

} // namespace

View::View(
    const QString& name, const QString& title, Changes watched, Session& session, QWidget* parent)
    : QWidget(parent)
    , m_name(name)
    , m_watched(watched)
    , m_session(session)
    , m_missed(everything())
    , m_titleLine(new TitleLine(title, this))
    , m_stateLayer(new StateLayer(this))
{
    setObjectName(name);
    setAccessibleName(title);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_titleLine);
    column->addStretch(0);
    connect(&session, &Session::changed, this, &View::note);
    connect(&session.selection(), &Selection::hovered, this, [this] {
        if (isVisible() && m_state == State::Content)
            hoverChanged();
    });
    connect(&session.engine(), &Engine::jobsChanged, this, &View::showProgress);
}

View::~View() = default;

QString View::title() const
{
    return m_titleLine->title();
}

QString View::subtitle() const
{
    return m_titleLine->subtitle();
}

QString View::sentence() const
{
    return m_stateLayer->sentence();
}

nlohmann::json View::viewState() const
{
    return nlohmann::json::object();
}

void View::restore(const nlohmann::json&) { }

const Focus& View::focus() const
{
    return m_ownFocus ? *m_ownFocus : m_session.selection().focus();
}

void View::setOwnFocus(bool own)
{
    if (own == hasOwnFocus())
        return;
    if (own)
        m_ownFocus = m_session.selection().focus();
    else
        m_ownFocus.reset();
    note(Change::Focus);
    emit titleChanged();
}

// --- changes

void View::note(Changes changes)
{
    const bool always = changes.testAnyFlags(Changes(Change::Model) | Change::State);
    if (!always && !(changes & m_watched))
        return;
    m_missed |= changes;
    if (isVisible())
        refreshNow();
}

void View::refreshNow()
{
    Changes told = m_missed;
    m_missed = {};
    m_stateLayer->hold(false);
    if (m_ownFocus && told != everything())
        told &= ~Changes(Change::Focus);
    if (explainAbsence()) {
        m_missed = told; // told again once there is something to show
        return;
    }
    if (m_explained) {
        m_explained = false;
        showContent();
        told = everything();
    }
    if (told & m_watched)
        refresh(told);
}

bool View::explainAbsence()
{
    auto explain = [this](State state, const QString& why, const QString& link = {},
                       const Action& action = {}) {
        m_explained = true;
        setState(state, why, link, action);
        return true;
    };
    Session& s = m_session;
    if (!s.hasModel()) {
        if (s.opening())
            return explain(State::Empty, tr("Opening the model…"));
        if (!s.modelError().isEmpty())
            return explain(State::Failed, s.modelError(), tr("Open another model…"),
                [&s] { s.ask(QStringLiteral("open-model")); });
        return explain(State::Empty, tr("No model is open."), tr("Open a model…"),
            [&s] { s.ask(QStringLiteral("open-model")); });
    }
    if (const QString why = capability(); !why.isEmpty())
        return explain(State::Empty, why);
    if (!needsRun())
        return false;
    if (!s.promptError().isEmpty())
        return explain(State::Failed, s.promptError(), tr("Edit the prompt"),
            [&s] { s.ask(QStringLiteral("edit-prompt")); });
    if (s.prompt().size() == 0)
        return explain(State::Empty, tr("There is no prompt yet."), tr("Write one"),
            [&s] { s.ask(QStringLiteral("edit-prompt")); });
    if (s.edited())
        return false;
    if (!s.runError().isEmpty())
        return explain(State::Failed, s.runError(), tr("Try again"), [&s] { s.runNow(); });
    if (s.waitsForRun())
        return explain(State::Empty,
            tr("This prompt takes about %1.").arg(duration(s.estimate().seconds)), tr("Run"),
            [&s] { s.runNow(); });
    if (s.switching() && m_state == State::Content) {
        m_stateLayer->hold(true); // the checkpoint before stays in sight until this one has run
        return true;
    }
    return explain(State::Empty, tr("Running the prompt…"));
}

void View::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_missed)
        refreshNow();
}

void View::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const int top = m_titleLine->height();
    m_stateLayer->setGeometry(0, top, width(), height() - top);
}

// --- the frame

void View::setSubtitle(const QString& subtitle)
{
    if (subtitle == m_titleLine->subtitle())
        return;
    m_titleLine->setSubtitle(subtitle);
    emit titleChanged();
}

Words* View::addWords(const QString& accessibleName, const QStringList& words, int active)
{
    auto* control = new Words(accessibleName, words, active, this);
    m_titleLine->addControl(control);
    return control;
}

void View::addControl(QWidget* control)
{
    m_titleLine->addControl(control);
}

void View::setContent(QWidget* content)
{
    m_content = content;
    content->setParent(this);
    static_cast<QVBoxLayout*>(layout())->insertWidget(1, content, 1);
    m_stateLayer->raise();
}

void View::setState(State state, const QString& sentence, const QString& link, Action action)
{
    const bool same = state == m_state && sentence == m_stateLayer->sentence();
    m_state = state;
    if (state == State::Content)
        m_stateLayer->clear();
    else
        m_stateLayer->say(sentence, link, std::move(action), state == State::Failed);
    if (!same)
        emit stateChanged();
}

void View::showContent()
{
    setState(State::Content, {}, {}, {});
}

void View::showEmpty(const QString& sentence, const QString& link, Action action)
{
    setState(State::Empty, sentence, link, std::move(action));
}

void View::showFailed(const QString& sentence, const QString& link, Action action)
{
    setState(State::Failed, sentence, link, std::move(action));
}

// --- work

void View::beginWork(const QString& tag)
{
    if (!m_tags.contains(tag))
        m_tags << tag;
    if (m_working)
        return;
    m_working = true;
    QTimer::singleShot(dimAfter, this, [this] {
        m_stateLayer->dim(m_working);
        showProgress();
    });
}

void View::endWork(const QString& tag)
{
    m_tags.removeAll(tag);
    if (!m_tags.isEmpty())
        return;
    m_working = false;
    m_stateLayer->dim(false);
    m_titleLine->setProgress({});
    emit stateChanged();
}

void View::cancel(const QString& tag)
{
    m_session.engine().cancel(this, tag);
    endWork(tag);
}

void View::showProgress()
{
    if (!m_working)
        return;
    for (const QString& tag : m_tags) {
        const auto job = m_session.engine().jobOf(this, tag);
        if (!job)
            continue;
        QString text = tr("waiting");
        if (job->running) {
            text = job->what.empty() ? QString()
                                     : QString::fromStdString(job->what) + QStringLiteral(", ");
            text += tr("%1 %").arg(qRound(job->fraction * 100));
            if (job->secondsLeft)
                text += tr(", %1 left").arg(duration(*job->secondsLeft));
        }
        m_titleLine->setProgress(text);
        return;
    }
}

} // namespace microtome
