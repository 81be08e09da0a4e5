#include "views/panel/picturepanel.h"
#include "views/training/scorejob.h"
#include "views/training/trainingview.h"

#include <QTimer>

namespace microtome {

namespace {

const QString scoreTag = QStringLiteral("scores");

} // namespace

std::vector<std::size_t> TrainingView::missing() const
{
    std::vector<std::size_t> states;
    for (std::size_t i = 0; i < history().states.size(); ++i)
        if (!m_computed.contains(i) && !history().scores(i, headScoreName(score())))
            states.push_back(i);
    return states;
}

void TrainingView::recallScores()
{
    if (!session().project())
        return;
    for (std::size_t i = 0; i < history().states.size(); ++i) {
        if (m_computed.contains(i))
            continue;
        try {
            if (const auto kept = findStored(session(), scoreRequest(history().states[i]))) {
                m_computed[i] = HeadScores::fromBundle(*kept);
                m_kept.insert(i);
            }
        } catch (const Error&) {
            continue; // a damaged one is computed again
        }
    }
}

void TrainingView::scoreHeads()
{
    const std::vector<std::size_t> states = missing();
    m_scoring = !states.empty();
    drawHeads();
    if (!m_scoring)
        return;
    session().engine().postInParts<ScoresByState>(
        this, scoreTag, tr("scoring heads"),
        [open = session().engine().opener(), options = session().engineOptions(),
            history = history(),
            states](Model&, const Progress& progress, const Partial<ScoresByState>& part) {
            return scoreCheckpoints(open, options, history, states, progress, part);
        },
        [this](const ScoresByState& part) { keepScores(part); },
        [this](const ScoresByState& all) {
            m_scoring = false;
            keepScores(all);
        },
        [this](const QString& why) {
            m_scoring = false;
            drawHeads();
            m_grid->setSentence(why);
        });
}

void TrainingView::keepScores(const ScoresByState& scores)
{
    for (const auto& [state, of] : scores) {
        m_computed[state] = of;
        if (m_kept.insert(state).second)
            if (const QString why
                = keepStored(session(), scoreRequest(history().states[state]), of.toBundle());
                !why.isEmpty())
                session().tell(tr("The scores could not be kept: %1").arg(why));
    }
    drawHeads();
}

void TrainingView::stopScoring()
{
    m_scoring = false;
    session().engine().cancel(this, scoreTag);
    drawHeads();
}

/// Notices a job that was stopped from elsewhere; one that gave way to another checkpoint goes on
/// with that one.
void TrainingView::watchScoring()
{
    if (!m_scoring)
        return;
    QTimer::singleShot(0, this, [this] {
        if (!m_scoring || session().opening() || session().engine().jobOf(this, scoreTag))
            return;
        QTimer::singleShot(0, this, [this] {
            if (m_scoring && !session().opening() && !session().engine().jobOf(this, scoreTag))
                stopScoring();
        });
    });
}

} // namespace microtome
