#include "views/features/histogrampicture.h"

#include "views/style/colour.h"
#include "views/style/number.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double axisHeight = 18;
constexpr int pixelsOfTick = 64;

} // namespace

HistogramPicture::HistogramPicture(HistogramData data)
    : m_data(std::move(data))
{
    for (const double count : m_data.counts)
        m_most = std::max(m_most, count);
    const double part = (m_data.high - m_data.low) / std::max(count(), 1);
    if (part > 0)
        m_decimals = std::clamp(static_cast<int>(std::ceil(1 - std::log10(part))), 0, 6);
}

double HistogramPicture::edge(int part) const
{
    return m_data.low + (m_data.high - m_data.low) * part / std::max(count(), 1);
}

double HistogramPicture::height(int part) const
{
    const double count = m_data.counts[static_cast<std::size_t>(part)];
    if (m_most <= 0)
        return 0;
    return m_data.logarithmic ? std::log10(1 + count) / std::log10(1 + m_most) : count / m_most;
}

QRectF HistogramPicture::plot(const QRectF& area, const Style&) const
{
    return area.adjusted(0, 2, 0, -axisHeight);
}

void HistogramPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const QRectF inner = plot(area, style);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int i = 0; i < count(); ++i) {
        const QRectF cell = cellRect({0, i}, area, style);
        const double part = height(i);
        if (part <= 0)
            continue;
        const double top = std::min(
            style.snap(inner.bottom() - part * inner.height()), inner.bottom() - 1); // one is seen
        QColor colour = mix(style.theme.panel, style.theme.accent, 0.6);
        if (m_data.signedColours)
            colour = edge(i) + edge(i + 1) < 0 ? style.theme.negative : style.theme.positive;
        const double left = style.snap(cell.left());
        const double gap = cell.width() >= 4 ? 1 : 0;
        painter.fillRect(
            QRectF(left, top, style.snap(cell.right()) - left - gap, inner.bottom() - top), colour);
    }
    painter.fillRect(
        QRectF(inner.left(), style.snap(inner.bottom()), inner.width(), 1), style.theme.line);
    drawLabels(painter, labels(area, style), style);
    if (focus())
        outline(painter, cellRect(*focus(), area, style), style.theme.text, style.metrics.focus);
    painter.restore();
}

std::vector<Label> HistogramPicture::labels(const QRectF& area, const Style& style) const
{
    const QRectF inner = plot(area, style);
    const Ticks ticks = niceTicks(m_data.low, m_data.high, true, true,
        std::max(2, static_cast<int>(inner.width()) / pixelsOfTick));
    std::vector<Label> labels;
    double free = inner.left() - 1;
    for (const double at : ticks.at) {
        if (!(m_data.high > m_data.low))
            break;
        const double x
            = inner.left() + inner.width() * (at - m_data.low) / (m_data.high - m_data.low);
        const QString text = formatNumber(at, ticks.decimals);
        const double width = std::ceil(textWidth(text, TextRole::Axis, style)) + 1;
        const double left = std::clamp(
            x - width / 2, inner.left(), std::max(inner.right() - width, inner.left()));
        if (left <= free)
            continue;
        labels.push_back(labelIn(QRectF(left, inner.bottom() + 3, width, axisHeight - 4),
            Qt::AlignHCenter, text, TextRole::Axis, style.theme.secondary, style));
        free = left + width + 4;
    }
    return labels;
}

std::optional<Cell> HistogramPicture::hit(
    QPointF point, const QRectF& area, const Style& style) const
{
    const QRectF inner = plot(area, style);
    if (!inner.contains(point) || count() == 0)
        return std::nullopt;
    return Cell{0,
        std::clamp(static_cast<int>((point.x() - inner.left()) / inner.width() * count()), 0,
            count() - 1)};
}

QRectF HistogramPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    if (cell.row != 0 || cell.column < 0 || cell.column >= count())
        return {};
    const QRectF inner = plot(area, style);
    const double width = inner.width() / count();
    return {inner.left() + width * cell.column, inner.top(), width, inner.height()};
}

QSizeF HistogramPicture::preferredSize(const Style&) const
{
    return {360, 92};
}

Cell HistogramPicture::neighbour(const Cell& from, int right, int) const
{
    return {0, std::clamp(from.column + right, 0, std::max(count() - 1, 0))};
}

QString HistogramPicture::describe(const Cell& cell) const
{
    if (cell.row != 0 || cell.column < 0 || cell.column >= count())
        return {};
    return QStringLiteral("%1 \u2026 %2 %3: %4 %5")
        .arg(formatNumber(edge(cell.column), m_decimals),
            formatNumber(edge(cell.column + 1), m_decimals), m_data.unit,
            formatNumber(m_data.counts[static_cast<std::size_t>(cell.column)], 0), m_data.what)
        .simplified();
}

Table HistogramPicture::table() const
{
    Table table{{QStringLiteral("from"), QStringLiteral("to"), m_data.what}, {}};
    for (int i = 0; i < count(); ++i)
        table.rows.push_back({edge(i), edge(i + 1), m_data.counts[static_cast<std::size_t>(i)]});
    return table;
}

} // namespace microtome
