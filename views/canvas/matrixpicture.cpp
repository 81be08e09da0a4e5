#include "views/canvas/matrixpicture.h"

#include "views/canvas/matrixlayout.h"
#include "views/canvas/pool.h"
#include "views/style/colour.h"
#include "views/style/number.h"

#include <QImage>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double markedCell = 8; // smaller cells carry no mark for numbers beyond the scale
constexpr double textCellWidth = 22;
constexpr int manyCells = 64; // along a side; cells get small then

QString nameOf(const Axis& axis, int index)
{
    return index < axis.labels.size() ? axis.labels[index] : QString::number(index);
}

} // namespace

MatrixPicture::MatrixPicture(MatrixData data)
    : m_data(std::move(data))
{
    if (!m_data.texts.empty() && m_data.texts.size() != m_data.values.size())
        throw Error("A heat map was given the wrong number of texts.");
}

double MatrixPicture::value(int row, int column) const
{
    return static_cast<double>(
        m_data.values(static_cast<std::size_t>(row), static_cast<std::size_t>(column)));
}

bool MatrixPicture::isEmpty(int row, int column) const
{
    return (m_data.triangular && column > row) || std::isnan(value(row, column));
}

void MatrixPicture::addTexts(std::vector<Label>& labels, const MatrixLayout& l, const CellWindow& w,
    const Style& style) const
{
    if (m_data.texts.empty() || l.cellWidth < textCellWidth
        || l.cellHeight < textHeight(TextRole::Token, style) + 1)
        return;
    const ColourScale scale(m_data.range, style.theme);
    for (int place = w.row; place < w.rowEnd; ++place) {
        const int row = l.flip(place);
        for (int column = w.column; column < w.columnEnd; ++column) {
            if (isEmpty(row, column))
                continue;
            const auto index = static_cast<std::size_t>(row) * m_data.values.columns()
                + static_cast<std::size_t>(column);
            const QRectF box = l.rect(row, column).adjusted(3, 0, -3, 0);
            labels.push_back(labelIn(box, Qt::AlignHCenter, m_data.texts[index], TextRole::Token,
                textOn(scale.colour(value(row, column)), style.theme), style));
        }
    }
}

std::vector<Label> MatrixPicture::labels(const QRectF& area, const Style& style) const
{
    if (m_data.values.empty())
        return {};
    const MatrixLayout l(m_data, area, style);
    std::vector<Label> labels = l.heads(m_data, style);
    addTexts(labels, l, CellWindow(l, area), style);
    return labels;
}

void MatrixPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    if (m_data.values.empty())
        return;
    const MatrixLayout l(m_data, area, style);
    const QRectF visible = visibleOf(painter, area);
    const CellWindow w(l, visible);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, style.resolution <= 0);
    if (w.cells() > vectorCells || l.pooled)
        paintImage(painter, l, w, style);
    else
        paintCells(painter, l, w, style);
    std::vector<Label> labels = l.heads(m_data, style);
    addTexts(labels, l, w, style);
    for (const Label& label : labels) {
        if (label.rect.intersects(visible))
            drawLabel(painter, label, style);
    }
    paintMarks(painter, l, area, style);
    painter.restore();
}

void MatrixPicture::paintCells(
    QPainter& painter, const MatrixLayout& l, const CellWindow& w, const Style& style) const
{
    const ColourScale scale(m_data.range, style.theme);
    painter.setPen(Qt::NoPen);
    for (int place = w.row; place < w.rowEnd; ++place) {
        const int row = l.flip(place);
        for (int column = w.column; column < w.columnEnd; ++column) {
            if (isEmpty(row, column))
                continue;
            const double v = value(row, column);
            const QColor colour = scale.colour(v);
            const QRectF rect = l.rect(row, column);
            painter.fillRect(rect, colour);
            if (m_data.range.beyond(v) == 0 || std::min(rect.width(), rect.height()) < markedCell)
                continue;
            // A corner in the ink of texts marks numbers beyond the scale.
            const QPointF corner = rect.topLeft();
            const QPointF points[] = {corner, corner + QPointF(5, 0), corner + QPointF(0, 5)};
            painter.setBrush(textOn(colour, style.theme));
            painter.drawPolygon(points, 3);
        }
    }
}

/// One pixel per cell, or per block of cells where they are pooled.
void MatrixPicture::paintImage(
    QPainter& painter, const MatrixLayout& l, const CellWindow& w, const Style& style) const
{
    const ColourScale scale(m_data.range, style.theme);
    const int top = l.pooled ? 0 : w.row;
    const int bottom = l.pooled ? l.blockRows : w.rowEnd;
    const int left = l.pooled ? 0 : w.column;
    const int right = l.pooled ? l.blockColumns : w.columnEnd;
    if (bottom <= top || right <= left)
        return;
    QImage image(right - left, bottom - top, QImage::Format_ARGB32);
    for (int y = top; y < bottom; ++y) {
        auto* pixels = reinterpret_cast<QRgb*>(image.scanLine(y - top));
        for (int x = left; x < right; ++x) {
            Cell cell{l.flip(y), x};
            if (l.pooled) {
                const auto b = l.block(y, x);
                cell = largestIn(m_data.values, b.row, b.rowEnd, b.column, b.columnEnd);
            }
            pixels[x - left]
                = isEmpty(cell.row, cell.column) ? 0u : scale.rgb(value(cell.row, cell.column));
        }
    }
    const double blockWidth = l.grid.width() / l.blockColumns;
    const double blockHeight = l.grid.height() / l.blockRows;
    const QRectF target(l.grid.left() + left * blockWidth, l.grid.top() + top * blockHeight,
        (right - left) * blockWidth, (bottom - top) * blockHeight);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.setRenderHint(QPainter::LosslessImageRendering, true);
    painter.drawImage(target, image);
}

void MatrixPicture::paintMarks(
    QPainter& painter, const MatrixLayout& l, const QRectF& area, const Style& style) const
{
    if (m_data.marked >= 0 && m_data.marked < l.columns) {
        const QRectF column = l.rect(0, m_data.marked).united(l.rect(l.rows - 1, m_data.marked));
        outline(painter, column, style.theme.text, style.metrics.line);
    }
    for (const PinnedCell& pinned : pins()) {
        const QRectF rect = cellRect(pinned.cell, area, style);
        if (rect.isEmpty())
            continue;
        const double radius = style.metrics.pin;
        if (std::min(l.cellWidth, l.cellHeight) > 4 * radius) {
            pinDot(painter, rect.topRight() + QPointF(-radius - 3, radius + 3), pinned.pin, style);
        } else {
            painter.setRenderHint(QPainter::Antialiasing, style.resolution <= 0);
            outline(painter, rect, style.pinColour(pinned.pin), style.metrics.focus);
        }
    }
    painter.setRenderHint(QPainter::Antialiasing, style.resolution <= 0);
    if (focus())
        outline(painter, cellRect(*focus(), area, style), style.theme.text, style.metrics.focus);
}

std::optional<Cell> MatrixPicture::hit(QPointF point, const QRectF& area, const Style& style) const
{
    if (m_data.values.empty() || !area.contains(point))
        return std::nullopt;
    const MatrixLayout l(m_data, area, style);
    const double x = (point.x() - l.grid.left()) / l.grid.width();
    const double y = (point.y() - l.grid.top()) / l.grid.height();
    if (x >= 1 || y >= 1 || (x < 0 && y < 0) || l.grid.isEmpty())
        return std::nullopt;
    if (x < 0)
        return Cell{l.flip(static_cast<int>(y * l.rows)), -1};
    if (y < 0)
        return Cell{-1, static_cast<int>(x * l.columns)};
    const auto b = l.block(static_cast<int>(y * l.blockRows), static_cast<int>(x * l.blockColumns));
    return largestIn(m_data.values, b.row, b.rowEnd, b.column, b.columnEnd);
}

QRectF MatrixPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    if (cell.row >= static_cast<int>(m_data.values.rows())
        || cell.column >= static_cast<int>(m_data.values.columns())
        || (cell.row < 0 && cell.column < 0))
        return {};
    const MatrixLayout l(m_data, area, style);
    if (cell.row < 0) {
        const QRectF below = l.rect(0, cell.column);
        return {below.left(), area.top(), below.width(), l.grid.top() - area.top() - 2};
    }
    if (cell.column < 0) {
        const QRectF beside = l.rect(cell.row, 0);
        return {area.left(), beside.top(), l.grid.left() - area.left() - 4, beside.height()};
    }
    return l.rect(cell.row, cell.column);
}

QSizeF MatrixPicture::preferredSize(const Style& style) const
{
    const int rows = static_cast<int>(m_data.values.rows());
    const int columns = static_cast<int>(m_data.values.columns());
    const bool withTexts = !m_data.texts.empty();
    const double width = withTexts ? 60 : columns > manyCells ? 6 : 20;
    const double height = withTexts ? 26 : rows > manyCells ? 6 : 20;
    const double cellWidth = std::min(width, m_data.largestCell.width());
    const double cellHeight = std::min(height, m_data.largestCell.height());
    const double line = textHeight(TextRole::Axis, style);
    const double left = std::ceil(planRows(m_data.rows, rows, cellHeight, style).extent);
    const double top = std::ceil(planColumns(m_data.columns, columns, cellWidth, style).extent);
    return {columns * cellWidth + left + 10 + (m_data.rows.title.isEmpty() ? 0 : line + 4),
        rows * cellHeight + top + 6 + (m_data.columns.title.isEmpty() ? 0 : line + 2)};
}

Cell MatrixPicture::neighbour(const Cell& from, int right, int down) const
{
    const int rows = static_cast<int>(m_data.values.rows());
    const int columns = static_cast<int>(m_data.values.columns());
    return {std::clamp(from.row + (m_data.rowsUpwards ? -down : down), 0, std::max(rows - 1, 0)),
        std::clamp(from.column + right, 0, std::max(columns - 1, 0))};
}

QString MatrixPicture::describe(const Cell& cell) const
{
    if (cell.row >= static_cast<int>(m_data.values.rows())
        || cell.column >= static_cast<int>(m_data.values.columns()))
        return {};
    if (cell.row < 0)
        return cell.column < 0 ? QString() : nameOf(m_data.columns, cell.column);
    if (cell.column < 0)
        return nameOf(m_data.rows, cell.row);
    QString text = nameOf(m_data.rows, cell.row) + QStringLiteral(" \u2192 ")
        + nameOf(m_data.columns, cell.column);
    if (isEmpty(cell.row, cell.column))
        return text;
    const bool sign = m_data.range.kind == ColourRange::Kind::Diverging;
    return text + QStringLiteral("  ")
        + formatNumber(value(cell.row, cell.column), m_data.decimals, sign);
}

Table MatrixPicture::table() const
{
    Table table;
    table.columns = {QStringLiteral("row"), QStringLiteral("row name"), QStringLiteral("column"),
        QStringLiteral("column name"), QStringLiteral("value")};
    if (!m_data.texts.empty())
        table.columns << QStringLiteral("text");
    std::size_t index = 0;
    for (int row = 0; row < static_cast<int>(m_data.values.rows()); ++row) {
        for (int column = 0; column < static_cast<int>(m_data.values.columns());
             ++column, ++index) {
            if (isEmpty(row, column))
                continue;
            std::vector<Table::Value> line{static_cast<double>(row), nameOf(m_data.rows, row),
                static_cast<double>(column), nameOf(m_data.columns, column), value(row, column)};
            if (!m_data.texts.empty())
                line.emplace_back(m_data.texts[index]);
            table.rows.push_back(std::move(line));
        }
    }
    return table;
}

double MatrixPicture::usedHeight(const QRectF& area, const Style& style) const
{
    return std::min(
        MatrixLayout(m_data, area, style).grid.bottom() + 2 - area.top(), area.height());
}

QMarginsF MatrixPicture::heads(const QRectF& area, const Style& style) const
{
    const MatrixLayout l(m_data, area, style);
    return {l.grid.left() - area.left(), l.grid.top() - area.top(), 0, 0};
}

} // namespace microtome
