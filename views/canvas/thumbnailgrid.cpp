#include "views/canvas/thumbnailgrid.h"

#include "views/canvas/pool.h"

#include <QImage>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double largestSide = 56;
constexpr double preferredSide = 40;
constexpr double sharpest = 2048; // pixels of a side in a vector format, at most

} // namespace

struct ThumbnailGrid::Layout {
    double side = 0; // of a thumbnail
    double pitch = 0; // from one to the next
    QPointF origin;
    AxisPlan rowPlan;
    AxisPlan columnPlan;

    QRectF rect(int row, int column) const
    {
        return {origin.x() + column * pitch, origin.y() + row * pitch, side, side};
    }
};

ThumbnailGrid::ThumbnailGrid(ThumbnailData data)
    : m_data(std::move(data))
{
    if (m_data.matrices.size()
        != static_cast<std::size_t>(m_data.rows) * static_cast<std::size_t>(m_data.columns))
        throw Error("A grid of pictures was given the wrong number of matrices.");
}

ThumbnailGrid::Layout ThumbnailGrid::layout(const QRectF& area, const Style& style) const
{
    Layout l;
    const double line = textHeight(TextRole::Axis, style);
    const int rows = std::max(m_data.rows, 1);
    const int columns = std::max(m_data.columns, 1);
    const double high = (area.height() - line - 4) / rows;
    l.rowPlan = planRows(m_data.rowAxis, m_data.rows, std::clamp(high, 1.0, largestSide), style);
    const double left = l.rowPlan.extent > 0 ? std::ceil(l.rowPlan.extent) + 8 : 0;
    const double wide = (area.width() - left - 2) / columns;
    const double gap = std::min(high, wide) >= 24 ? 4 : 2;
    l.side = std::clamp(std::floor(std::min(high, wide) - gap), 1.0, largestSide);
    l.pitch = l.side + gap;
    l.columnPlan = planColumns(m_data.columnAxis, m_data.columns, l.pitch, style);
    const double top = l.columnPlan.extent > 0 ? std::ceil(l.columnPlan.extent) + 4 : 0;
    l.rowPlan.step = thinning(l.pitch, line);
    l.origin = QPointF(style.snap(area.left() + left), style.snap(area.top() + top));
    return l;
}

std::vector<Label> ThumbnailGrid::labels(const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    const double line = textHeight(TextRole::Axis, style);
    std::vector<Label> labels;
    for (int row = 0; l.rowPlan.extent > 0 && row < m_data.rows; row += l.rowPlan.step) {
        const double y = l.origin.y() + row * l.pitch + l.side / 2;
        const QRectF box(l.origin.x() - 8 - l.rowPlan.extent, y - line / 2, l.rowPlan.extent, line);
        labels.push_back(labelIn(box, Qt::AlignRight, l.rowPlan.text(m_data.rowAxis, row),
            l.rowPlan.role(m_data.rowAxis), style.theme.secondary, style));
    }
    for (int column = 0; l.columnPlan.extent > 0 && column < m_data.columns;
         column += l.columnPlan.step) {
        const double x = l.origin.x() + column * l.pitch;
        const double width = l.pitch * l.columnPlan.step - 4;
        const QRectF box(x + l.side / 2 - width / 2, l.origin.y() - 4 - line, width, line);
        labels.push_back(
            labelIn(box, Qt::AlignHCenter, l.columnPlan.text(m_data.columnAxis, column),
                l.columnPlan.role(m_data.columnAxis), style.theme.secondary, style));
    }
    return labels;
}

void ThumbnailGrid::paintThumbnail(QPainter& painter, const Matrix& matrix, const QRectF& rect,
    const ColourScale& scale, const Style& style) const
{
    if (matrix.empty()) {
        painter.fillRect(rect, style.theme.band);
        return;
    }
    const double pixels = style.resolution > 0 ? rect.width() * style.resolution : sharpest;
    const int side = std::max(static_cast<int>(pixels), 1);
    const Matrix pooled = poolLargest(matrix, side, side);
    const int rows = static_cast<int>(pooled.rows());
    const int columns = static_cast<int>(pooled.columns());
    QImage image(columns, rows, QImage::Format_ARGB32);
    for (int y = 0; y < rows; ++y) {
        const auto numbers = pooled.row(static_cast<std::size_t>(y));
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        const int end = m_data.triangular ? (y + 1) * columns / rows : columns;
        for (int x = 0; x < columns; ++x) {
            const double value = static_cast<double>(numbers[static_cast<std::size_t>(x)]);
            line[x] = x >= end || std::isnan(value) ? 0u : scale.rgb(value);
        }
    }
    painter.drawImage(rect, image);
}

void ThumbnailGrid::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    const QRectF visible = visibleOf(painter, area);
    const ColourScale scale(m_data.range, style.theme);
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.setRenderHint(QPainter::LosslessImageRendering, true);
    for (int row = 0; row < m_data.rows; ++row) {
        for (int column = 0; column < m_data.columns; ++column) {
            const QRectF rect = l.rect(row, column);
            if (rect.intersects(visible))
                paintThumbnail(painter,
                    m_data.matrices[static_cast<std::size_t>(row * m_data.columns + column)], rect,
                    scale, style);
        }
    }
    for (const Label& label : labels(area, style)) {
        if (label.rect.intersects(visible))
            drawLabel(painter, label, style);
    }
    for (const PinnedCell& pinned : pins())
        outline(painter, cellRect(pinned.cell, area, style), style.pinColour(pinned.pin), 2);
    if (focus())
        outline(painter, cellRect(*focus(), area, style), style.theme.text, style.metrics.focus);
    painter.restore();
}

std::optional<Cell> ThumbnailGrid::hit(QPointF point, const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    const QPointF at = point - l.origin;
    const int row = static_cast<int>(std::floor(at.y() / l.pitch));
    const int column = static_cast<int>(std::floor(at.x() / l.pitch));
    if (row >= m_data.rows || column >= m_data.columns || !area.contains(point))
        return std::nullopt;
    if (row < 0 && column < 0)
        return std::nullopt;
    return Cell{std::max(row, -1), std::max(column, -1)};
}

QRectF ThumbnailGrid::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    if (cell.row < 0 || cell.column < 0 || cell.row >= m_data.rows || cell.column >= m_data.columns)
        return {};
    return layout(area, style).rect(cell.row, cell.column);
}

QSizeF ThumbnailGrid::preferredSize(const Style& style) const
{
    const double pitch = preferredSide + 4;
    const double line = textHeight(TextRole::Axis, style);
    const AxisPlan rows = planRows(m_data.rowAxis, m_data.rows, pitch, style);
    return {std::ceil(rows.extent) + 12 + m_data.columns * pitch, line + 6 + m_data.rows * pitch};
}

Cell ThumbnailGrid::neighbour(const Cell& from, int right, int down) const
{
    return {std::clamp(from.row + down, 0, std::max(m_data.rows - 1, 0)),
        std::clamp(from.column + right, 0, std::max(m_data.columns - 1, 0))};
}

QString ThumbnailGrid::describe(const Cell& cell) const
{
    const auto name = [](const Axis& axis, int index) {
        return index < axis.labels.size() ? axis.labels[index] : QString::number(index);
    };
    if (cell.row >= m_data.rows || cell.column >= m_data.columns)
        return {};
    if (cell.row < 0)
        return cell.column < 0 ? QString() : name(m_data.columnAxis, cell.column);
    if (cell.column < 0)
        return name(m_data.rowAxis, cell.row);
    return name(m_data.rowAxis, cell.row) + QLatin1Char('.') + name(m_data.columnAxis, cell.column);
}

Table ThumbnailGrid::table() const
{
    Table table{{QStringLiteral("row"), QStringLiteral("column"), QStringLiteral("from"),
                    QStringLiteral("to"), QStringLiteral("value")},
        {}};
    for (int i = 0; i < m_data.rows * m_data.columns; ++i) {
        const Matrix& matrix = m_data.matrices[static_cast<std::size_t>(i)];
        for (std::size_t y = 0; y < matrix.rows(); ++y) {
            const std::size_t end
                = m_data.triangular ? std::min(y + 1, matrix.columns()) : matrix.columns();
            for (std::size_t x = 0; x < end; ++x) {
                table.rows.push_back({static_cast<double>(i / m_data.columns),
                    static_cast<double>(i % m_data.columns), static_cast<double>(y),
                    static_cast<double>(x), static_cast<double>(matrix(y, x))});
            }
        }
    }
    return table;
}

double ThumbnailGrid::usedHeight(const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    return std::min(l.origin.y() + m_data.rows * l.pitch - area.top(), area.height());
}

QMarginsF ThumbnailGrid::heads(const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    return {l.origin.x() - area.left(), l.origin.y() - area.top(), 0, 0};
}

} // namespace microtome
