#include "views/canvas/barspicture.h"

#include "views/style/number.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double rowHeight = 20;
constexpr double barHeight = 10;

} // namespace

/// Names | bars about zero | numbers.
struct BarsPicture::Columns {
    double nameWidth = 0;
    double numberWidth = 0;
    double left = 0; // of the space for bars
    double zero = 0;
    double unit = 0; // pixels per 1
    double height = rowHeight;
    bool readable = true; // rows are high enough for their texts
};

BarsPicture::BarsPicture(std::vector<Bar> bars, QString unit, int decimals, bool tokens)
    : m_bars(std::move(bars))
    , m_unit(std::move(unit))
    , m_decimals(decimals)
    , m_nameRole(tokens ? TextRole::Token : TextRole::Text)
{
}

BarsPicture::Columns BarsPicture::columns(const QRectF& area, const Style& style) const
{
    Columns c;
    double low = 0;
    double high = 0;
    for (const Bar& bar : m_bars) {
        c.nameWidth = std::max(c.nameWidth, textWidth(bar.name, m_nameRole, style));
        c.numberWidth = std::max(c.numberWidth,
            textWidth(formatNumber(bar.value, m_decimals, true), TextRole::Text, style));
        if (std::isfinite(bar.value)) {
            low = std::min(low, bar.value);
            high = std::max(high, bar.value);
        }
    }
    c.height = std::min(rowHeight, area.height() / std::max(count(), 1));
    c.readable = c.height >= textHeight(TextRole::Text, style) - 1;
    c.nameWidth = std::min(std::ceil(c.nameWidth), area.width() * 0.4);
    c.numberWidth = std::ceil(c.numberWidth) + 1;
    c.left = area.left() + c.nameWidth + 12;
    const double width = std::max(area.right() - c.numberWidth - 12 - c.left, 1.0);
    c.unit = high > low ? width / (high - low) : 0;
    c.zero = style.snap(c.left - low * c.unit);
    return c;
}

std::vector<Label> BarsPicture::labels(const QRectF& area, const Style& style) const
{
    const Columns c = columns(area, style);
    std::vector<Label> labels;
    for (int i = 0; i < count() && c.readable; ++i) {
        const Bar& bar = m_bars[static_cast<std::size_t>(i)];
        const QRectF row(area.left(), area.top() + i * c.height, area.width(), c.height);
        const QColor& colour = bar.faint ? style.theme.secondary : style.theme.text;
        labels.push_back(labelIn(QRectF(row.left(), row.top(), c.nameWidth + 0.5, row.height()),
            Qt::AlignLeft, bar.name, m_nameRole, colour, style));
        labels.push_back(
            labelIn(QRectF(row.right() - c.numberWidth, row.top(), c.numberWidth, row.height()),
                Qt::AlignRight, formatNumber(bar.value, m_decimals, true), TextRole::Text, colour,
                style));
    }
    return labels;
}

void BarsPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const Columns c = columns(area, style);
    const QRectF visible = visibleOf(painter, area);
    painter.save();
    const double thick = std::min(barHeight, c.height * 0.7);
    for (int i = 0; i < count(); ++i) {
        const Bar& bar = m_bars[static_cast<std::size_t>(i)];
        const QRectF row(area.left(), area.top() + i * c.height, area.width(), c.height);
        if (!row.intersects(visible) || !std::isfinite(bar.value))
            continue;
        const double end = style.snap(c.zero + bar.value * c.unit);
        QColor colour = bar.value < 0 ? style.theme.negative : style.theme.positive;
        if (bar.faint)
            colour = style.theme.faint;
        const double top = style.snap(row.center().y() - thick / 2);
        painter.fillRect(
            QRectF(std::min(c.zero, end), top, std::fabs(end - c.zero), thick), colour);
    }
    painter.fillRect(
        QRectF(c.zero, area.top(), style.metrics.line, c.height * count()), style.theme.line);
    for (const Label& label : labels(area, style)) {
        if (label.rect.intersects(visible))
            drawLabel(painter, label, style);
    }
    for (const PinnedCell& pinned : pins()) {
        const QRectF row = cellRect(pinned.cell, area, style);
        if (!row.isEmpty())
            pinDot(painter, QPointF(c.left - 6, row.center().y()), pinned.pin, style);
    }
    if (focus()) {
        const double width = style.metrics.focus;
        outline(painter, cellRect(*focus(), area, style).adjusted(width, width, -width, -width),
            style.theme.text, width);
    }
    painter.restore();
}

std::optional<Cell> BarsPicture::hit(QPointF point, const QRectF& area, const Style& style) const
{
    const Columns c = columns(area, style);
    const double row = (point.y() - area.top()) / c.height;
    if (row < 0 || row >= count() || point.x() < area.left() || point.x() >= area.right())
        return std::nullopt;
    return Cell{static_cast<int>(row), 0};
}

QRectF BarsPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    if (cell.row < 0 || cell.row >= count() || cell.column != 0)
        return {};
    const Columns c = columns(area, style);
    return {area.left(), area.top() + cell.row * c.height, area.width(), c.height};
}

double BarsPicture::usedHeight(const QRectF& area, const Style& style) const
{
    return columns(area, style).height * count();
}

QSizeF BarsPicture::preferredSize(const Style& style) const
{
    double names = 0;
    for (const Bar& bar : m_bars)
        names = std::max(names, textWidth(bar.name, m_nameRole, style));
    return {std::min(names, 160.0) + 200, rowHeight * count()};
}

Cell BarsPicture::neighbour(const Cell& from, int, int down) const
{
    return {std::clamp(from.row + down, 0, std::max(count() - 1, 0)), 0};
}

QString BarsPicture::describe(const Cell& cell) const
{
    if (cell.row < 0 || cell.row >= count())
        return {};
    const Bar& bar = m_bars[static_cast<std::size_t>(cell.row)];
    return QStringLiteral("%1  %2 %3")
        .arg(bar.name, formatNumber(bar.value, m_decimals, true), m_unit)
        .trimmed();
}

Table BarsPicture::table() const
{
    Table table{
        {QStringLiteral("name"),
            m_unit.isEmpty() ? QStringLiteral("value") : QStringLiteral("value, ") + m_unit},
        {}};
    for (const Bar& bar : m_bars)
        table.rows.push_back({bar.name, bar.value});
    return table;
}

} // namespace microtome
