#include "views/training/trainingview.h"

#include "views/canvas/multiplespicture.h"
#include "views/panel/focusstate.h"
#include "views/panel/picturepanel.h"
#include "views/panel/plainword.h"
#include "views/panel/seen.h"
#include "views/session/amount.h"
#include "views/session/checkpointname.h"
#include "views/session/words.h"
#include "views/training/checkpointslider.h"

#include <nlohmann/json.hpp>

#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace microtome {

namespace {

QSplitter* splitterOf(Qt::Orientation orientation, QWidget* first, QWidget* second)
{
    auto* splitter = new QSplitter(orientation);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(first);
    splitter->addWidget(second);
    splitter->setSizes({1000, 1000});
    return splitter;
}

} // namespace

TrainingView::TrainingView(Session& session, QWidget* parent)
    : View(QStringLiteral("training"), tr("Training"),
        Changes(Change::Model) | Change::State | Change::Focus | Change::Pins | Change::Theme
            | Change::Project,
        session, parent)
    , m_slider(new CheckpointSlider)
    , m_loss(new PicturePanel(tr("Loss"), session))
    , m_tasks(new PicturePanel(tr("Tasks"), session))
    , m_heads(new PicturePanel(tr("Heads"), session))
    , m_grid(new PicturePanel(tr("Heads by checkpoint"), session))
    , m_body(new QWidget)
    , m_axis(addWords(tr("Steps"), {tr("Log"), tr("Linear")}))
    , m_score(new Words(tr("Score"),
          {tr("Previous"), tr("Duplicate"), tr("Induction"), tr("Sink"), tr("Self"), tr("Entropy")},
          static_cast<int>(HeadScore::Induction), m_heads))
    , m_scoreAll(actionWord(
          tr("Score every checkpoint"), tr("Score the heads at every checkpoint"), m_grid))
    , m_used(m_heads)
{
    build();
    connectCharts();
    connect(m_axis, &Words::chosen, this, &TrainingView::draw);
    connect(m_score, &Words::chosen, this, &TrainingView::draw);
    connect(m_slider, &QAbstractSlider::valueChanged, this,
        [this](int index) { this->session().openCheckpoint(static_cast<std::size_t>(index)); });
    connect(m_scoreAll, &QToolButton::clicked, this, [this] {
        if (m_scoring)
            stopScoring();
        else
            scoreHeads();
    });
    connect(&session.engine(), &Engine::jobsChanged, this, &TrainingView::watchScoring);
}

void TrainingView::build()
{
    auto* scores = new QWidget; // six words are too many for a title line
    auto* scoresRow = new QHBoxLayout(scores);
    scoresRow->setContentsMargins(4, 4, 10, 0);
    scoresRow->addWidget(m_score);
    scoresRow->addStretch(1);
    m_heads->addLine(scores);
    m_grid->addControl(m_scoreAll);
    m_upper = splitterOf(Qt::Horizontal, m_loss, m_tasks);
    m_lower = splitterOf(Qt::Horizontal, m_heads, m_grid);
    m_split = splitterOf(Qt::Vertical, m_upper, m_lower);
    m_upper->setSizes({2000, 3000});
    m_upper->setStretchFactor(0, 2);
    m_upper->setStretchFactor(1, 3);
    for (PicturePanel* panel : {m_loss, m_tasks, m_heads, m_grid})
        panel->setMinimumWidth(220);
    auto* row = new QWidget;
    auto* around = new QVBoxLayout(row);
    around->setContentsMargins(10, 4, 10, 0);
    around->addWidget(m_slider);
    auto* line = new QWidget;
    line->setFixedHeight(1);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    auto* column = new QVBoxLayout(m_body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(row);
    column->addWidget(line);
    column->addWidget(m_split, 1);
    setContent(m_body);
}

/// A click into a chart opens the checkpoint that is nearest to its step; on a head's line or row
/// it looks at that head, too.
void TrainingView::connectCharts()
{
    const auto follow = [this](PicturePanel* panel, auto stepOf) {
        const auto go = [this, panel, stepOf](const Cell& cell) {
            if (const std::optional<double> step = stepOf(*panel->picture(), cell))
                openNearest(*step);
        };
        connect(panel, &PicturePanel::clicked, this, go);
        connect(panel, &PicturePanel::scrubbed, this, go);
        connect(panel, &PicturePanel::used, this, [this, panel] { m_used = panel; });
    };
    const auto curves = [](const Picture& picture, const Cell& cell) {
        return static_cast<const CurvesPicture&>(picture).xOf(cell);
    };
    follow(m_loss, curves);
    follow(m_tasks, [](const Picture& picture, const Cell& cell) {
        return static_cast<const MultiplesPicture&>(picture).xOf(cell);
    });
    follow(m_heads, curves);
    follow(m_grid, [this](const Picture&, const Cell& cell) -> std::optional<double> {
        const auto column = static_cast<std::size_t>(cell.column);
        return cell.column >= 0 && column < m_series.size() ? std::optional(m_series[column].step)
                                                            : std::nullopt;
    });
    for (PicturePanel* panel : {m_heads, m_grid})
        connect(panel, &PicturePanel::clicked, this, [this](const Cell& cell) {
            if (cell.row >= 0 && static_cast<std::size_t>(cell.row) < m_curveHeads.size()) {
                const Focus& head = m_curveHeads[static_cast<std::size_t>(cell.row)];
                selection().focusHead(head.layer, head.head);
            }
        });
}

HeadScore TrainingView::score() const
{
    return static_cast<HeadScore>(m_score->active());
}

ChartLook TrainingView::chartLook() const
{
    ChartLook look;
    look.logarithmic = m_axis->active() == 0;
    look.span = spanOf(history());
    if (const auto at = session().checkpoint())
        if (const auto step = history().states[*at].step)
            look.here = static_cast<double>(*step);
    return look;
}

void TrainingView::openNearest(double step)
{
    if (const auto state = history().nearest(step))
        session().openCheckpoint(*state);
}

// --- what is drawn

void TrainingView::refresh(Changes changes)
{
    if (changes & Change::Theme) {
        for (PicturePanel* panel : {m_loss, m_tasks, m_heads, m_grid})
            panel->applyTheme();
        m_slider->setLook(Style::screen(session().theme(), devicePixelRatioF()));
    }
    const bool other = m_shown != &history();
    if (other) {
        m_shown = &history();
        m_computed.clear();
        m_kept.clear();
        m_scoring = false;
    }
    if (history().states.empty() && !history().record) {
        showEmpty(history().problem.empty()
                ? tr("This model has no training record and no checkpoints.")
                : QString::fromStdString(history().problem),
            tr("Train a model…"), [this] { session().ask(QStringLiteral("train")); });
        return;
    }
    showContent();
    if (other || changes & Change::Project)
        recallScores();
    if (m_scoring && changes & Change::Model && !other)
        scoreHeads(); // opening another checkpoint stopped it
    if (other || changes & ~Changes(Change::State))
        draw();
    else
        followCheckpoint();
}

void TrainingView::followCheckpoint()
{
    const auto at = session().checkpoint();
    if (at && static_cast<int>(*at) != m_slider->value()) {
        const QSignalBlocker quiet(m_slider);
        m_slider->setValue(static_cast<int>(*at));
        m_slider->update();
        draw();
    }
}

void TrainingView::draw()
{
    if (!m_shown)
        return;
    const TrainingHistory& h = history();
    const ChartLook look = chartLook();
    m_slider->parentWidget()->setVisible(!h.states.empty());
    m_slider->setStates(h.states, look.logarithmic);
    if (const auto at = session().checkpoint()) {
        const QSignalBlocker quiet(m_slider);
        m_slider->setValue(static_cast<int>(*at));
    }
    QStringList told;
    if (const auto at = session().checkpoint())
        told << checkpointName(h.states[*at]);
    if (!h.states.empty())
        told << counted(static_cast<qint64>(h.states.size()), tr("checkpoint"), tr("checkpoints"));
    if (!h.problem.empty())
        told << QString::fromStdString(h.problem);
    setSubtitle(told.join(QStringLiteral(" · ")));

    if (h.record && !h.record->losses.empty())
        m_loss->setPicture(std::make_shared<CurvesPicture>(lossChart(*h.record, look)));
    else
        m_loss->setSentence(tr("The record tells no loss."));
    auto tasks = h.record ? taskCharts(*h.record, look) : std::vector<CurvesData>();
    m_tasks->setSubtitle(look.here && !tasks.empty()
            ? tr("accuracy, at step %1").arg(stepText(static_cast<std::int64_t>(*look.here)))
            : tr("accuracy"));
    if (tasks.empty())
        m_tasks->setSentence(tr("The record tells no accuracy."));
    else
        m_tasks->setPicture(std::make_shared<MultiplesPicture>(std::move(tasks)));
    drawHeads();
}

void TrainingView::drawHeads()
{
    const ChartLook look = chartLook();
    m_series = scoreSeries(history(), score(), m_computed);
    const bool all = missing().empty();
    m_scoreAll->setVisible(!all || m_scoring);
    m_scoreAll->setText(m_scoring ? tr("Stop scoring") : tr("Score every checkpoint"));
    m_curveHeads.clear();
    if (m_series.empty()) {
        const QString sentence = history().states.empty()
            ? tr("The record tells no such score, and the model has no checkpoints to score.")
            : tr("No head was scored yet. Press “Score every checkpoint”.");
        m_heads->setSentence(sentence);
        m_grid->setSentence(m_scoring ? tr("Scoring…") : QString());
        return;
    }
    HeadChart chart = headChart(m_series, score(), look, focus(), selection().pins());
    m_curveHeads = chart.heads;
    m_heads->setPicture(std::make_shared<CurvesPicture>(std::move(chart.data)));
    MatrixData grid = headTable(m_series, score(), look);
    const int marked = grid.marked;
    m_grid->setPicture(std::make_shared<MatrixPicture>(std::move(grid)), PictureWidget::Fit::Whole);
    std::optional<Cell> cell;
    std::vector<PinnedCell> pins;
    for (std::size_t i = 0; i < m_curveHeads.size(); ++i) {
        const Cell at{static_cast<int>(i), std::max(marked, 0)};
        if (m_curveHeads[i].sameThing(focus()))
            cell = at;
        if (const Pin* pin = selection().pinOf(m_curveHeads[i]))
            pins.push_back({at, pin->style});
    }
    m_grid->mark(cell, std::move(pins));
}

// --- what leaves the view

std::shared_ptr<const FigureScene> TrainingView::figure() const
{
    FigureWords words;
    words.view = name();
    words.title = m_used == m_heads || m_used == m_grid
        ? tr("%1 by step").arg(m_score->words().value(m_score->active()))
        : m_used->title();
    words.caption = m_used->subtitle();
    words.site = "hook_pattern";
    words.method = m_used == m_loss ? "loss, mean nats per predicted token"
        : m_used == m_tasks         ? "accuracy on held-out prompts"
                                    : "head scores on repeated random tokens";
    words.viewState = viewState();
    return figureOf(session(), m_used->canvas(), words);
}

Table TrainingView::table() const
{
    Table table{{tr("what"), tr("name"), tr("step"), tr("value")}, {}};
    for (const PicturePanel* panel : {m_loss, m_tasks, m_heads})
        if (panel->picture() && m_shown && state() == State::Content)
            for (const auto& row : panel->picture()->table().rows) {
                const QString what = panel == m_heads ? QString::fromLatin1(headScoreName(score()))
                                                      : panel->title().toLower();
                table.rows.push_back({what, row[0], row[1], row[2]});
            }
    return table;
}

std::array<PicturePanel*, 4> TrainingView::panels() const
{
    return {m_loss, m_tasks, m_heads, m_grid};
}

nlohmann::json TrainingView::viewState() const
{
    const auto sizes = [](const QSplitter& splitter) {
        nlohmann::json list = nlohmann::json::array();
        for (const int size : splitter.sizes())
            list.push_back(size);
        return list;
    };
    const auto panels = this->panels();
    const auto used = std::find(panels.begin(), panels.end(), m_used) - panels.begin();
    return {{"panel", used}, {"axis", m_axis->active()}, {"score", m_score->active()},
        {"upper", sizes(*m_upper)}, {"lower", sizes(*m_lower)}, {"split", sizes(*m_split)},
        {"focus", focusToJson(focus())}};
}

void TrainingView::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    for (const auto& [key, words] : {std::pair("axis", m_axis), std::pair("score", m_score)})
        if (state.contains(key) && state[key].is_number_integer())
            words->setActive(state[key].get<int>());
    if (state.contains("panel") && state["panel"].is_number_integer()) {
        const auto panels = this->panels();
        const auto used = state["panel"].get<std::size_t>();
        m_used = used < panels.size() ? panels[used] : m_used;
    }
    for (const auto& [key, splitter] :
        {std::pair("upper", m_upper), std::pair("lower", m_lower), std::pair("split", m_split)})
        if (state.contains(key) && state[key].is_array() && state[key].size() == 2
            && state[key][0].is_number_integer() && state[key][1].is_number_integer())
            splitter->setSizes({state[key][0].get<int>(), state[key][1].get<int>()});
    if (const Focus kept = focusFromJson(state.value("focus", nlohmann::json()));
        kept.kind != Focus::Kind::Nothing)
        selection().setFocus(kept);
}

ViewFactory trainingFactory()
{
    return {QStringLiteral("training"), QObject::tr("Training"),
        [](Session& session, QWidget* parent) -> View* {
            return new TrainingView(session, parent);
        }};
}

} // namespace microtome
