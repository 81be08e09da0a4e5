#include "app/walkguide.h"

#include "app/workspace.h"
#include "views/session/view.h"

#include <algorithm>

namespace microtome {

namespace fs = std::filesystem;

namespace {

bool samePlace(const fs::path& a, const fs::path& b)
{
    std::error_code error;
    return a == b || fs::equivalent(a, b, error);
}

} // namespace

WalkGuide::WalkGuide(Session& session, Workspace& workspace, QString models, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_workspace(workspace)
    , m_models(std::move(models))
{
    connect(&session, &Session::changed, this, &WalkGuide::follow);
}

void WalkGuide::start(const Walk& walk)
{
    m_walk = walk;
    show(0);
}

void WalkGuide::show(int step)
{
    if (!m_walk)
        return;
    if (step >= static_cast<int>(m_walk->steps.size())) {
        m_walk.reset();
        m_waiting = false;
        emit changed();
        emit left(true);
        return;
    }
    m_step = std::max(step, 0);
    enter();
}

void WalkGuide::leave()
{
    m_walk.reset();
    m_waiting = false;
    emit changed();
    emit left(false);
}

fs::path WalkGuide::folder() const
{
    const WalkStep& step = m_walk->steps[static_cast<std::size_t>(m_step)];
    const fs::path model = fs::path(m_models.toStdString()) / m_walk->model;
    return step.checkpoint.empty() ? model : model / "checkpoints" / step.checkpoint;
}

void WalkGuide::enter()
{
    m_problem.clear();
    const fs::path wanted = folder();
    const bool open
        = m_session.hasModel() && !m_session.opening() && samePlace(m_session.info().path, wanted);
    m_waiting = !open;
    if (open)
        apply();
    else
        m_session.openModel(QString::fromStdString(wanted.string()), m_session.engineOptions());
    emit changed();
}

void WalkGuide::follow(Changes changes)
{
    if (!m_walk || !m_waiting || !(changes & (Changes(Change::Model) | Change::State))
        || m_session.opening())
        return;
    m_waiting = false;
    if (!m_session.modelError().isEmpty())
        m_problem = m_session.modelError();
    else if (samePlace(m_session.info().path, folder()))
        apply();
    else
        m_problem = tr("Another model was opened. Press Next or Back to come back to the walk.");
    emit changed();
}

void WalkGuide::apply()
{
    const WalkStep& step = m_walk->steps[static_cast<std::size_t>(m_step)];
    try {
        RunSettings settings = m_session.settings();
        settings.bos.reset();
        settings.target = -1;
        m_session.setSettings(settings);
        m_session.setPromptText(QString::fromStdString(step.prompt));
        m_session.setReferenceText(QString::fromStdString(step.second));
        if (m_session.edits() != step.edits)
            m_session.editList().replaceAll(step.edits, tr("a step of the walk"));
        m_session.setShown(Shown::Edited);
        m_workspace.showView(QString::fromStdString(step.view));
        View* view = m_workspace.current();
        if (!view || view->name() != QString::fromStdString(step.view))
            throw Error("There is no view “" + step.view + "”.");
        if (!step.viewState.is_null())
            view->restore(step.viewState);
        std::vector<Pin> pins;
        for (const WalkFocus& pin : step.pins)
            pins.push_back({pin.in(m_session), static_cast<int>(pins.size())});
        m_session.selection().setPins(pins);
        if (step.focus)
            m_session.selection().setFocus(step.focus->in(m_session));
    } catch (const std::exception& error) {
        m_problem = QString::fromUtf8(error.what());
    }
}

} // namespace microtome
