#include "views/lens/sidecharts.h"

#include "views/canvas/trajectorypicture.h"
#include "views/panel/lensrows.h"
#include "views/panel/naming.h"
#include "views/panel/picturepanel.h"
#include "views/session/words.h"

#include <QHBoxLayout>
#include <QSplitter>

#include <algorithm>
#include <map>

namespace microtome {

namespace {

constexpr std::size_t mostFollowed = 8;

/// A colour and dashes for every tracked token: pinned ones keep their own.
std::vector<int> stylesOf(const Selection& selection, const std::vector<TokenId>& tokens)
{
    std::vector<int> styles(tokens.size(), -1);
    std::vector<bool> taken(pinLimit, false);
    for (const Pin& pin : selection.pins()) {
        const auto it = std::ranges::find(tokens, pin.what.token);
        if (pin.what.token < 0 || it == tokens.end())
            continue;
        int& style = styles[static_cast<std::size_t>(it - tokens.begin())];
        if (style < 0) {
            style = pin.style;
            taken[static_cast<std::size_t>(pin.style % pinLimit)] = true;
        }
    }
    int next = 0;
    for (int& style : styles) {
        if (style >= 0)
            continue;
        while (next < pinLimit && taken[static_cast<std::size_t>(next)])
            ++next;
        style = next < pinLimit ? next++ : pinLimit - 1;
    }
    return styles;
}

std::shared_ptr<TrajectoryPicture> chart(
    const Session& session, const std::vector<Trajectory>& courses, const Axis& x, bool ranks)
{
    std::vector<TokenId> tokens;
    for (const Trajectory& course : courses)
        tokens.push_back(course.id);
    const std::vector<int> styles = stylesOf(session.selection(), tokens);
    TrajectoryData drawn;
    drawn.x = x;
    drawn.unit = ranks ? QObject::tr("rank") : QObject::tr("probability");
    drawn.scale = ranks ? TrajectoryData::Scale::LogRank : TrajectoryData::Scale::Linear;
    drawn.decimals = ranks ? 0 : 3;
    if (!ranks) {
        drawn.low = 0;
        drawn.high = 1;
    }
    for (std::size_t i = 0; i < courses.size(); ++i) {
        Series series;
        series.name = session.tokenText(courses[i].id);
        series.pin = styles[i];
        for (std::size_t k = 0; k < courses[i].probability.size(); ++k)
            series.values.push_back(ranks ? static_cast<float>(courses[i].rank[k] + 1)
                                          : static_cast<float>(courses[i].probability[k]));
        drawn.series.push_back(std::move(series));
    }
    return std::make_shared<TrajectoryPicture>(std::move(drawn));
}

} // namespace

std::vector<TokenId> tokensToFollow(
    const Lens& lens, std::size_t column, const std::vector<TokenId>& pinned)
{
    std::map<TokenId, double> best;
    for (std::size_t row = 0; row < lens.rows.size(); ++row) {
        const Lens::Entry top = lens.top(row, column).front();
        best[top.id] = std::max(best[top.id], top.probability);
    }
    std::vector<std::pair<TokenId, double>> order(best.begin(), best.end());
    std::ranges::stable_sort(
        order, [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<TokenId> tokens = pinned;
    for (const auto& [id, probability] : order)
        if (tokens.size() < mostFollowed && std::ranges::find(tokens, id) == tokens.end())
            tokens.push_back(id);
    return tokens;
}

SideCharts::SideCharts(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_tokens(new PicturePanel(tr("By layer"), session))
    , m_byLayer(new PicturePanel(tr("Tracked tokens by layer"), session))
    , m_byPosition(new PicturePanel(tr("By position"), session))
    , m_measure(
          m_byLayer->addWords(tr("Measure of the charts"), {tr("Probability"), tr("Rank")}, 1))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    for (PicturePanel* panel : {m_tokens, m_byLayer, m_byPosition}) {
        panel->setMinimumWidth(180);
        splitter->addWidget(panel);
    }
    splitter->setSizes({420, 380, 380});
    m_tokens->setScaleBelow();
    row->addWidget(splitter);
    connect(m_measure, &Words::chosen, this, [this] {
        drawColumn();
        drawRow();
    });
    const auto inRow = [this](const Cell& cell) {
        if (cell.row >= 0)
            emit rowChosen(static_cast<std::size_t>(cell.row));
    };
    const auto atLayer = [this](const Cell& cell) {
        if (cell.column >= 0)
            emit rowChosen(static_cast<std::size_t>(cell.column));
    };
    const auto atPosition = [this](const Cell& cell) {
        if (cell.column >= 0)
            emit columnChosen(static_cast<std::size_t>(cell.column));
    };
    connect(m_tokens, &PicturePanel::scrubbed, this, inRow);
    connect(m_tokens, &PicturePanel::clicked, this, [this, inRow](const Cell& cell) {
        inRow(cell);
        if (!m_column || cell.row < 0 || cell.column < 0)
            return;
        const auto at = static_cast<std::size_t>(cell.row);
        const auto top = m_column->top(at, 0);
        emit tokenChosen(at, top.at(static_cast<std::size_t>(cell.column)).id);
    });
    connect(m_byLayer, &PicturePanel::scrubbed, this, atLayer);
    connect(m_byLayer, &PicturePanel::clicked, this, atLayer);
    connect(m_byPosition, &PicturePanel::scrubbed, this, atPosition);
    connect(m_byPosition, &PicturePanel::clicked, this, atPosition);
}

bool SideCharts::ranks() const
{
    return m_measure->active() == 1;
}

void SideCharts::setRanks(bool on)
{
    m_measure->setActive(on ? 1 : 0);
}

void SideCharts::say(const QString& sentence)
{
    m_column = nullptr;
    m_tokens->setSentence(sentence);
    m_byLayer->setSentence(sentence);
}

void SideCharts::applyTheme()
{
    for (PicturePanel* panel : {m_tokens, m_byLayer, m_byPosition})
        panel->applyTheme();
}

void SideCharts::setColumn(std::shared_ptr<const Lens> column)
{
    m_column = std::move(column);
    drawColumn();
}

void SideCharts::setRow(std::shared_ptr<const Lens> grid, std::optional<std::size_t> row)
{
    m_grid = std::move(grid);
    m_row = row;
    drawRow();
    if (!m_row || !m_column)
        return;
    const int marked = static_cast<int>(*m_row);
    m_tokens->mark(Cell{marked, 0});
    if (m_byLayer->picture())
        m_byLayer->mark(Cell{0, marked});
}

void SideCharts::drawColumn()
{
    if (!m_column) {
        m_tokens->setSentence(tr("Click a cell of the grid to see its position layer by layer."));
        m_byLayer->setSentence(
            tr("Click a cell of the grid to follow its tokens through the layers."));
        return;
    }
    const Lens& lens = *m_column;
    MatrixData drawn;
    std::vector<float> values;
    for (std::size_t row = 0; row < lens.rows.size(); ++row) {
        for (const Lens::Entry& e : lens.top(row, 0)) {
            values.push_back(static_cast<float>(e.probability));
            drawn.texts.push_back(m_session.tokenText(e.id));
        }
    }
    const std::size_t best = values.size() / lens.rows.size();
    drawn.values = Matrix(lens.rows.size(), best, std::move(values));
    drawn.rows = lensRows(lens);
    for (std::size_t k = 0; k < drawn.values.columns(); ++k)
        drawn.columns.labels << QString::number(k + 1);
    drawn.range = ColourRange::magnitude(0, 1, tr("probability"));
    drawn.rowsUpwards = true;
    drawn.decimals = 3;
    m_tokens->setSubtitle(
        tr("best tokens at %1").arg(tokenAt(m_session, lens.ids, lens.positions[0])));
    m_tokens->setPicture(
        std::make_shared<MatrixPicture>(std::move(drawn)), PictureWidget::Fit::Scrolled);
    m_byLayer->setSubtitle(tr("at %1").arg(tokenAt(m_session, lens.ids, lens.positions[0])));
    m_byLayer->setPicture(chart(m_session, trajectoriesByRow(lens, 0), lensRows(lens), ranks()));
}

/// Along a prompt lines cross at every step: only the pinned tokens, or without any the first ones.
std::vector<Trajectory> SideCharts::toldApart(std::vector<Trajectory> courses) const
{
    const std::vector<TokenId> pinned = m_session.selection().pinnedTokens();
    const std::size_t most = m_grid->columns() > 64 ? 1 : 3;
    if (pinned.empty())
        courses.resize(std::min(courses.size(), most));
    else
        std::erase_if(courses, [&pinned](const Trajectory& course) {
            return std::ranges::find(pinned, course.id) == pinned.end();
        });
    return courses;
}

void SideCharts::drawRow()
{
    if (!m_grid || !m_row || *m_row >= m_grid->rows.size()) {
        m_byPosition->setSentence(
            tr("Click a cell of the grid to follow its tokens along the prompt."));
        return;
    }
    m_byPosition->setSubtitle(tr("in layer %1").arg(lensRowName(*m_grid, *m_row)));
    m_byPosition->setPicture(chart(m_session, toldApart(trajectoriesByPosition(*m_grid, *m_row)),
        tokenAxis(m_session, m_grid->ids, m_grid->positions), ranks()));
}

} // namespace microtome
