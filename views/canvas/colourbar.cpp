#include "views/canvas/colourbar.h"

#include "views/style/number.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double blockWidth = 8;
constexpr double barHeight = 10;
constexpr double space = 12;
constexpr double wedge = 6;

} // namespace

double ColourBar::valueOf(int block) const
{
    return std::lerp(m_range.low, m_range.high, static_cast<double>(block) / (blocks - 1));
}

QRectF ColourBar::bar(const QRectF& area, const Style& style) const
{
    const double low = textWidth(formatShort(m_range.low), TextRole::Axis, style);
    return {style.snap(area.left() + low + space), style.snap(area.center().y() - barHeight / 2),
        blocks * blockWidth, barHeight};
}

std::vector<Label> ColourBar::labels(const QRectF& area, const Style& style) const
{
    const QRectF scale = bar(area, style);
    const auto line = [&](double left, double right) {
        return QRectF(left, area.top(), std::max(right - left, 0.0), area.height());
    };
    const bool sign = m_range.kind == ColourRange::Kind::Diverging;
    std::vector<Label> labels;
    labels.push_back(labelIn(line(area.left(), scale.left() - space + 0.5), Qt::AlignLeft,
        formatShort(m_range.low, sign), TextRole::Axis, style.theme.secondary, style));
    labels.push_back(labelIn(line(scale.right() + space, area.right()), Qt::AlignLeft,
        formatShort(m_range.high, sign), TextRole::Axis, style.theme.secondary, style));
    if (!m_range.unit.isEmpty()) {
        labels.push_back(labelIn(line(labels.back().rect.right() + space, area.right()),
            Qt::AlignLeft, m_range.unit, TextRole::Axis, style.theme.secondary, style));
    }
    return labels;
}

void ColourBar::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const QRectF scale = bar(area, style);
    const ColourScale colours(m_range, style.theme);
    painter.save();
    for (int block = 0; block < blocks; ++block) {
        painter.fillRect(cellRect({0, block}, area, style), colours.colour(valueOf(block)));
    }
    // The palest block would be lost on the page, so the scale has a foot.
    painter.fillRect(QRectF(scale.left(), scale.bottom(), scale.width(), 1), style.theme.line);
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(Qt::NoPen);
    const auto wedgeAt = [&](double x, double tip, double value) {
        const QPointF points[] = {{x, scale.top()}, {tip, scale.center().y()}, {x, scale.bottom()}};
        painter.setBrush(colours.colour(value));
        painter.setPen(QPen(style.theme.secondary, 0.75));
        painter.drawPolygon(points, 3);
    };
    if (m_range.clippedLow)
        wedgeAt(scale.left() - 1, scale.left() - 1 - wedge, m_range.low);
    if (m_range.clippedHigh)
        wedgeAt(scale.right() + 1, scale.right() + 1 + wedge, m_range.high);
    drawLabels(painter, labels(area, style), style);
    painter.restore();
}

std::optional<Cell> ColourBar::hit(QPointF point, const QRectF& area, const Style& style) const
{
    const QRectF scale = bar(area, style);
    if (!scale.contains(point))
        return std::nullopt;
    return Cell{0, std::min(static_cast<int>((point.x() - scale.left()) / blockWidth), blocks - 1)};
}

QRectF ColourBar::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    if (cell.row != 0 || cell.column < 0 || cell.column >= blocks)
        return {};
    const QRectF scale = bar(area, style);
    return {scale.left() + cell.column * blockWidth, scale.top(), blockWidth, barHeight};
}

QSizeF ColourBar::preferredSize(const Style& style) const
{
    const bool sign = m_range.kind == ColourRange::Kind::Diverging;
    double width = blocks * blockWidth + 2 * space + 2;
    width += textWidth(formatShort(m_range.low, sign), TextRole::Axis, style);
    width += textWidth(formatShort(m_range.high, sign), TextRole::Axis, style);
    if (!m_range.unit.isEmpty())
        width += space + textWidth(m_range.unit, TextRole::Axis, style);
    return {std::ceil(width), 20};
}

Cell ColourBar::neighbour(const Cell& from, int right, int) const
{
    return {0, std::clamp(from.column + right, 0, blocks - 1)};
}

QString ColourBar::describe(const Cell& cell) const
{
    return formatShort(valueOf(cell.column)) + QLatin1Char(' ') + m_range.unit;
}

Table ColourBar::table() const
{
    return {{QStringLiteral("low"), QStringLiteral("high"), QStringLiteral("unit")},
        {{m_range.low, m_range.high, m_range.unit}}};
}

} // namespace microtome
