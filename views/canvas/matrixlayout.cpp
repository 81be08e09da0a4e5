#include "views/canvas/matrixlayout.h"

#include "views/canvas/pool.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double gappedCell = 6; // smaller cells touch each other
constexpr double rowGap = 8; // between names and cells
constexpr double columnGap = 4;

double reach(const AxisPlan& plan, double gap)
{
    return plan.extent > 0 ? std::ceil(plan.extent) + gap : 0;
}

} // namespace

MatrixLayout::MatrixLayout(const MatrixData& data, const QRectF& area, const Style& style)
    : upwards(data.rowsUpwards)
    , rows(static_cast<int>(data.values.rows()))
    , columns(static_cast<int>(data.values.columns()))
    , resolution(style.resolution)
{
    grid = QRectF(area.topLeft(), QSizeF(0, 0));
    if (data.values.empty())
        return;
    const double line = textHeight(TextRole::Axis, style);
    const double rowTitle = data.rows.title.isEmpty() ? 0 : line + 4;
    const double columnTitle = data.columns.title.isEmpty() ? 0 : line + 2;
    const auto fitted = [](double room, int count, double largest) {
        return std::clamp(room / count, 0.0, largest);
    };
    // The names' widths depend on the cells' height and the other way round; the height of one line
    // of column names is a good enough first guess.
    const double guess
        = fitted(area.height() - line - columnGap - columnTitle, rows, data.largestCell.height());
    rowPlan = planRows(data.rows, rows, guess, style);
    const double left = rowTitle + reach(rowPlan, rowGap);
    cellWidth = fitted(area.width() - left - 2, columns, data.largestCell.width());
    columnPlan = planColumns(data.columns, columns, cellWidth, style);
    if (data.square) {
        cellWidth = std::min(cellWidth,
            fitted(
                area.height() - columnTitle - reach(columnPlan, columnGap) - 2, rows, cellWidth));
        columnPlan = planColumns(data.columns, columns, cellWidth, style);
    }
    const double top = columnTitle + reach(columnPlan, columnGap);
    cellHeight = fitted(area.height() - top - 2, rows, data.largestCell.height());
    if (data.square)
        cellWidth = cellHeight = std::min(cellWidth, cellHeight);
    rowPlan.step = std::max(rowPlan.step, thinning(cellHeight, line));
    const double smallest = std::min(cellWidth, cellHeight);
    gap = smallest >= gappedCell ? (resolution > 0 ? std::max(1 / resolution, 0.75) : 0.75) : 0;
    grid = QRectF(style.snap(area.left() + left), style.snap(area.top() + top), cellWidth * columns,
        cellHeight * rows);
    blockRows = rows;
    blockColumns = columns;
    if (resolution > 0) {
        blockRows = std::clamp(static_cast<int>(grid.height() * resolution), 1, rows);
        blockColumns = std::clamp(static_cast<int>(grid.width() * resolution), 1, columns);
        pooled = blockRows < rows || blockColumns < columns;
    }
}

QRectF MatrixLayout::rect(int row, int column) const
{
    const auto snap = [this](double at) {
        return resolution > 0 ? std::round(at * resolution) / resolution : at;
    };
    const int place = flip(row);
    const double x0 = snap(grid.left() + column * cellWidth);
    const double x1 = snap(grid.left() + (column + 1) * cellWidth);
    const double y0 = snap(grid.top() + place * cellHeight);
    const double y1 = snap(grid.top() + (place + 1) * cellHeight);
    return {x0, y0, std::max(x1 - x0 - gap, 0.0), std::max(y1 - y0 - gap, 0.0)};
}

MatrixLayout::Block MatrixLayout::block(int placeRow, int placeColumn) const
{
    const int first = blockBegin(placeRow, blockRows, rows);
    const int end = blockBegin(placeRow + 1, blockRows, rows);
    return {upwards ? rows - end : first, upwards ? rows - first : end,
        blockBegin(placeColumn, blockColumns, columns),
        blockBegin(placeColumn + 1, blockColumns, columns)};
}

std::vector<Label> MatrixLayout::heads(const MatrixData& data, const Style& style) const
{
    std::vector<Label> labels;
    const QColor& colour = style.theme.secondary;
    const double line = textHeight(TextRole::Axis, style);
    for (int row = 0; rowPlan.extent > 0 && row < rows; row += rowPlan.step) {
        const double y = grid.top() + (flip(row) + 0.5) * cellHeight - gap / 2;
        const double width = rowPlan.extent + 0.5;
        labels.push_back(labelIn(QRectF(grid.left() - rowGap - width, y - line / 2, width, line),
            Qt::AlignRight, rowPlan.text(data.rows, row), rowPlan.role(data.rows), colour, style));
    }
    const double foot = grid.top() - columnGap;
    const double span = cellWidth * columnPlan.step - 4;
    for (int column = 0; columnPlan.extent > 0 && column < columns; column += columnPlan.step) {
        const double x = grid.left() + column * cellWidth - gap / 2;
        const QString text = columnPlan.text(data.columns, column);
        const TextRole role = columnPlan.role(data.columns);
        if (columnPlan.upright) {
            const QRectF box(x, foot - columnPlan.extent - 0.5, cellWidth, columnPlan.extent + 0.5);
            labels.push_back(uprightLabelIn(box, text, role, colour, style));
            continue;
        }
        // A number above a thin column may reach beyond the picture's edge: there it is left out.
        const QRectF box(x + cellWidth / 2 - span / 2, foot - line, span, line);
        Label label = labelIn(box, Qt::AlignHCenter, text, role, colour, style);
        if (columnPlan.step == 1 || label.rect.right() <= grid.right() + 2)
            labels.push_back(std::move(label));
    }
    if (!data.columns.title.isEmpty()) {
        const double bottom = foot - (columnPlan.extent > 0 ? std::ceil(columnPlan.extent) + 2 : 0);
        labels.push_back(labelIn(QRectF(grid.left(), bottom - line, grid.width(), line),
            Qt::AlignHCenter, data.columns.title, TextRole::Axis, colour, style));
    }
    if (!data.rows.title.isEmpty()) {
        const double length
            = std::min(textWidth(data.rows.title, TextRole::Axis, style) + 0.5, grid.height());
        const double right = grid.left() - reach(rowPlan, rowGap);
        labels.push_back(
            uprightLabelIn(QRectF(right - line - 4, grid.center().y() - length / 2, line, length),
                data.rows.title, TextRole::Axis, colour, style));
    }
    return labels;
}

CellWindow::CellWindow(const MatrixLayout& layout, const QRectF& visible)
{
    const QRectF seen = visible.intersected(layout.grid);
    if (seen.isEmpty())
        return;
    const auto first = [](double from, double cell) {
        return std::max(static_cast<int>(std::floor(from / cell)), 0);
    };
    const auto end = [](double to, double cell, int count) {
        return std::min(static_cast<int>(std::ceil(to / cell)), count);
    };
    row = first(seen.top() - layout.grid.top(), layout.cellHeight);
    column = first(seen.left() - layout.grid.left(), layout.cellWidth);
    rowEnd = end(seen.bottom() - layout.grid.top(), layout.cellHeight, layout.rows);
    columnEnd = end(seen.right() - layout.grid.left(), layout.cellWidth, layout.columns);
}

} // namespace microtome
