#include "views/lens/lensview.h"

#include "views/lens/sidecharts.h"
#include "views/panel/annotated.h"
#include "views/panel/lensrows.h"
#include "views/panel/picturepanel.h"
#include "views/session/words.h"

#include <QKeyEvent>
#include <QSplitter>
#include <QToolButton>

#include <algorithm>

namespace microtome {

// --- drawing

TokenId LensView::rankedToken() const
{
    const std::vector<TokenId> pinned = selection().pinnedTokens();
    const bool focused = std::ranges::find(pinned, focus().token) != pinned.end();
    return pinned.empty() ? -1 : focused ? focus().token : pinned.front();
}

void LensView::draw()
{
    if (!m_shown.lens)
        return;
    const Lens& lens = *m_shown.lens;
    m_shown.measure = static_cast<LensMeasure>(m_measure->active());
    m_shown.token = rankedToken();
    m_shown.rowKl = m_rowKl->isChecked();
    QString what = m_shown.change ? tr("the edited run's top token; colour: change of its %1")
                                  : tr("top token; colour: its %1");
    switch (m_shown.measure) {
    case LensMeasure::Probability:
        what = what.arg(tr("probability"));
        break;
    case LensMeasure::Entropy:
        what = what.arg(tr("distribution's entropy"));
        break;
    case LensMeasure::Kl:
        what = m_shown.change
            ? tr("the edited run's top token; colour: KL from the reference's cell")
            : tr("top token; colour: KL to the output");
        break;
    case LensMeasure::Rank:
        what = m_shown.token >= 0
            ? tr("top token; colour: %1 of %2")
                  .arg(m_shown.change ? tr("change of the rank") : tr("rank"),
                      session().tokenText(m_shown.token))
            : tr("click a cell again, or press P, to pin a token and see its rank");
        break;
    }
    if (lens.selfCheck > 1e-3 || !lens.selfCheckTop)
        what += tr(" · last row differs from the output by %1").arg(lens.selfCheck, 0, 'g', 2);
    setSubtitle(what);
    Annotations words;
    words.rows = static_cast<int>(lens.rows.size());
    words.columns = static_cast<int>(lens.columns());
    words.describe = [&session = session(), shown = m_shown](const Cell& cell) {
        return lensLine(session, shown, static_cast<std::size_t>(cell.row),
            static_cast<std::size_t>(cell.column));
    };
    auto matrix = std::make_shared<MatrixPicture>(lensGrid(session(), m_shown));
    m_grid->setPicture(std::make_shared<AnnotatedPicture>(std::move(matrix), std::move(words)),
        PictureWidget::Fit::Scrolled);
    mark();
    if (m_drawnIds != lens.ids) {
        m_drawnIds = lens.ids;
        fitSplitter();
        if (const auto cell = cellOf(focus()))
            m_grid->canvas().reveal(*cell);
    }
    if (!m_scroll.is_null())
        m_grid->setScroll(std::exchange(m_scroll, {}));
}

void LensView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    fitSplitter();
}

/// As much height for the grid as its rows need, up to two thirds.
void LensView::fitSplitter()
{
    const int all = m_splitter->height();
    if (m_placed || all <= 0 || !m_shown.lens)
        return;
    const int whole = m_grid->canvas().sizeHint().height() + 28;
    const int grid = std::min(whole, all * 2 / 3);
    m_splitter->setSizes({grid, all - grid});
}

std::optional<Cell> LensView::cellOf(const Focus& f) const
{
    if (!m_shown.lens || !f.position.valid())
        return {};
    const auto& positions = m_shown.lens->positions;
    const auto it = std::ranges::find(positions, f.position);
    if (it == positions.end())
        return {};
    const auto row = lensRowOf(*m_shown.lens, f);
    return Cell{row ? static_cast<int>(*row) : -1, static_cast<int>(it - positions.begin())};
}

std::vector<PinnedCell> LensView::pinnedCells() const
{
    std::vector<PinnedCell> cells;
    for (const Pin& pin : selection().pins()) {
        const auto cell = cellOf(pin.what);
        if (!cell)
            continue;
        if (pin.what.kind == Focus::Kind::Token)
            cells.push_back({{-1, cell->column}, pin.style});
        if (pin.what.token < 0)
            continue;
        for (int row = 0; row < static_cast<int>(m_shown.lens->rows.size()); ++row)
            if (m_shown.lens
                    ->top(static_cast<std::size_t>(row), static_cast<std::size_t>(cell->column))
                    .front()
                    .id
                == pin.what.token)
                cells.push_back({{row, cell->column}, pin.style});
    }
    return cells;
}

void LensView::mark()
{
    const auto cell = cellOf(focus());
    m_grid->mark(cell, pinnedCells());
    const bool inRow = cell && cell->row >= 0;
    m_side->setRow(
        m_shown.lens, inRow ? std::optional(static_cast<std::size_t>(cell->row)) : std::nullopt);
    if (inRow && m_side->byPosition().picture())
        m_side->byPosition().mark(Cell{0, cell->column});
}

void LensView::hoverChanged()
{
    const auto& hover = selection().hover();
    m_grid->canvas().setHover(hover ? cellOf(*hover) : std::nullopt);
}

// --- gestures

void LensView::goTo(const Cell& cell)
{
    if (!m_shown.lens)
        return;
    if (cell.row < 0 && cell.column >= 0) {
        const Position position = m_shown.lens->positions.at(static_cast<std::size_t>(cell.column));
        selection().focusToken(
            position, m_shown.lens->ids.at(static_cast<std::size_t>(position.value())));
        return;
    }
    const int column = cell.column >= 0 ? cell.column : cellOf(focus()).value_or(Cell{0, 0}).column;
    const auto row = static_cast<std::size_t>(cell.row);
    const auto at = static_cast<std::size_t>(std::max(column, 0));
    selection().setFocus(lensFocus(*m_shown.lens, row, at, m_shown.lens->top(row, at).front().id));
}

void LensView::click(const Cell& cell)
{
    const bool again = focus().kind == Focus::Kind::Cell && cellOf(focus()) == cell;
    if (again)
        pinFocus();
    else
        goTo(cell);
}

void LensView::pinFocus()
{
    const auto cell = cellOf(focus());
    if (!cell || cell->row < 0 || cell->column < 0)
        return;
    const auto row = static_cast<std::size_t>(cell->row);
    const auto column = static_cast<std::size_t>(cell->column);
    selection().togglePin(
        lensFocus(*m_shown.lens, row, column, m_shown.lens->top(row, column).front().id));
}

void LensView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_P && event->modifiers() == Qt::NoModifier)
        pinFocus();
    else
        View::keyPressEvent(event);
}

} // namespace microtome
