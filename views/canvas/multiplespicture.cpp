#include "views/canvas/multiplespicture.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double narrowest = 104;
constexpr double gapAcross = 16;
constexpr double gapDown = 10;
constexpr double liked = 1.9; ///< width of a chart over its height
constexpr double yRoom = 22; ///< for the numbers at the left of each row
constexpr double xRoom = 18; ///< and below the lowest charts

} // namespace

struct MultiplesPicture::Layout {
    QRectF area;
    int columns = 1;
    int rows = 1;
    double width = 1; // of a chart's plot and head, without numbers
    double height = 1;
    int count = 0;

    bool lowest(int chart) const { return chart + columns >= count; }
    bool first(int chart) const { return chart % columns == 0; }

    /// With the numbers that belong to it.
    QRectF box(int chart) const
    {
        const double left = area.left() + yRoom + (chart % columns) * (width + gapAcross);
        const double top = area.top() + (chart / columns) * (height + gapDown);
        return {first(chart) ? left - yRoom : left, top, first(chart) ? width + yRoom : width,
            lowest(chart) ? height + xRoom : height};
    }
};

MultiplesPicture::MultiplesPicture(std::vector<CurvesData> charts)
    : m_charts(std::move(charts))
{
}

MultiplesPicture::Layout MultiplesPicture::layout(const QRectF& area, const Style&) const
{
    Layout best;
    best.area = area;
    best.count = count();
    if (m_charts.empty())
        return best;
    double distance = HUGE_VAL;
    for (int columns = 1; columns <= count(); ++columns) {
        const int rows = (count() + columns - 1) / columns;
        if ((rows - 1) * columns >= count())
            continue;
        const double width = (area.width() - yRoom + gapAcross) / columns - gapAcross;
        const double height = (area.height() - xRoom + gapDown) / rows - gapDown;
        if (columns > 1 && width < narrowest)
            break;
        const double off = std::fabs(std::log(std::max(width, 1.0) / std::max(height, 1.0) / liked))
            + 0.05 * (rows * columns - count());
        if (off >= distance)
            continue;
        distance = off;
        best.columns = columns;
        best.rows = rows;
        best.width = std::max(width, 1.0);
        best.height = std::max(height, 1.0);
    }
    return best;
}

CurvesPicture MultiplesPicture::part(int chart, const Layout& l) const
{
    CurvesData data = m_charts[static_cast<std::size_t>(chart)];
    data.names = false;
    data.xNumbers = l.lowest(chart);
    data.yNumbers = l.first(chart);
    return CurvesPicture(std::move(data));
}

void MultiplesPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    for (int i = 0; i < count(); ++i)
        part(i, l).paint(painter, l.box(i), style);
}

std::vector<Label> MultiplesPicture::labels(const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    std::vector<Label> labels;
    for (int i = 0; i < count(); ++i)
        for (Label& label : part(i, l).labels(l.box(i), style))
            labels.push_back(std::move(label));
    return labels;
}

std::optional<Cell> MultiplesPicture::hit(
    QPointF point, const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    for (int i = 0; i < count(); ++i)
        if (l.box(i).contains(point)) {
            const auto cell = part(i, l).hit(point, l.box(i), style);
            return Cell{i, cell ? cell->column : -1};
        }
    return std::nullopt;
}

QRectF MultiplesPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    if (cell.row < 0 || cell.row >= count())
        return {};
    const Layout l = layout(area, style);
    return cell.column < 0 ? l.box(cell.row)
                           : part(cell.row, l).cellRect({0, cell.column}, l.box(cell.row), style);
}

void MultiplesPicture::paintHover(
    QPainter& painter, const QRectF& area, const Style& style, const Cell& cell) const
{
    const auto at = xOf(cell);
    if (!at)
        return;
    const Layout l = layout(area, style);
    for (int i = 0; i < count(); ++i) {
        const auto& x = m_charts[static_cast<std::size_t>(i)].curves.front().x;
        if (const auto it = std::ranges::find(x, *at); it != x.end())
            part(i, l).paintHover(painter, l.box(i), style,
                {i == cell.row ? 0 : -1, static_cast<int>(it - x.begin())});
    }
}

std::optional<double> MultiplesPicture::xOf(const Cell& cell) const
{
    if (cell.row < 0 || cell.row >= count())
        return {};
    return CurvesPicture(m_charts[static_cast<std::size_t>(cell.row)]).xOf({0, cell.column});
}

QSizeF MultiplesPicture::preferredSize(const Style&) const
{
    const int columns = std::min(count(), 4);
    const int rows = columns == 0 ? 1 : (count() + columns - 1) / columns;
    return {yRoom + columns * 128.0, xRoom + rows * 72.0};
}

Cell MultiplesPicture::neighbour(const Cell& from, int right, int down) const
{
    if (m_charts.empty())
        return from;
    const int row = std::clamp(from.row + down, 0, count() - 1);
    const int last
        = static_cast<int>(m_charts[static_cast<std::size_t>(row)].curves.front().x.size()) - 1;
    return {row, std::clamp(from.column + right, 0, std::max(last, 0))};
}

QString MultiplesPicture::describe(const Cell& cell) const
{
    if (cell.row < 0 || cell.row >= count())
        return {};
    const CurvesData& chart = m_charts[static_cast<std::size_t>(cell.row)];
    return cell.column < 0 ? chart.title : CurvesPicture(chart).describe({0, cell.column});
}

Table MultiplesPicture::table() const
{
    Table table{{QStringLiteral("name"), QStringLiteral("step"), QStringLiteral("value")}, {}};
    for (const CurvesData& chart : m_charts)
        for (const auto& row : CurvesPicture(chart).table().rows)
            table.rows.push_back(row);
    return table;
}

} // namespace microtome
