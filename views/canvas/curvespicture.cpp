#include "views/canvas/curveslayout.h"
#include "views/style/colour.h"
#include "views/style/number.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr int mostMarked = 40; ///< up to so many points each one of a line has a dot
constexpr double reach = 14; ///< a line is meant by the mouse up to this distance

} // namespace

CurvesPicture::CurvesPicture(CurvesData data)
    : m_data(std::move(data))
{
    double least = HUGE_VAL;
    double most = -HUGE_VAL;
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    for (Curve& curve : m_data.curves) {
        const std::size_t count = std::min(curve.x.size(), curve.y.size());
        curve.x.resize(count);
        curve.y.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            least = std::min(least, curve.x[i]);
            most = std::max(most, curve.x[i]);
            if (std::isfinite(curve.y[i])) {
                low = std::min(low, curve.y[i]);
                high = std::max(high, curve.y[i]);
            }
        }
    }
    if (m_data.span) {
        least = m_data.span->first;
        most = m_data.span->second;
    }
    m_first = least > most ? 0 : place(least);
    m_last = least > most ? 1 : place(most);
    if (!(m_last > m_first))
        m_last = m_first + 1;
    m_low = m_data.low.value_or(low > high ? 0 : low);
    m_high = m_data.high.value_or(low > high ? 1 : high);
    if (!(m_high > m_low))
        m_high = m_low + 1;
}

double CurvesPicture::place(double x) const
{
    return m_data.logarithmic ? std::log10(1 + std::max(x, 0.0)) : x;
}

QColor CurvesPicture::colourOf(const Curve& curve, const Style& style) const
{
    if (curve.strong)
        return style.theme.accent;
    if (curve.pin >= 0)
        return style.pinColour(curve.pin);
    return curve.faint ? mix(style.theme.panel, style.theme.faint, 0.55) : style.theme.text;
}

void CurvesPicture::paintCurve(
    QPainter& painter, const Layout& l, const Curve& curve, const Style& style) const
{
    const QColor colour = colourOf(curve, style);
    QPen pen(colour,
        curve.strong      ? 2
            : curve.faint ? 1
                          : 1.5,
        Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    if (curve.pin >= 0 && !curve.strong)
        if (const auto dashes = Style::dashes(curve.pin); !dashes.isEmpty())
            pen.setDashPattern(dashes);
    QPainterPath path;
    bool down = false;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
        if (!std::isfinite(curve.y[i])) {
            down = false;
            continue;
        }
        const QPointF point(l.x(place(curve.x[i])), l.y(curve.y[i]));
        if (down)
            path.lineTo(point);
        else
            path.moveTo(point);
        down = true;
    }
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    if (curve.faint || curve.x.size() > mostMarked)
        return;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    for (std::size_t i = 0; i < curve.x.size(); ++i)
        if (std::isfinite(curve.y[i]))
            painter.drawEllipse(QPointF(l.x(place(curve.x[i])), l.y(curve.y[i])), 2, 2);
}

void CurvesPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    const double line = style.metrics.line;
    painter.save();
    if (m_data.rise) {
        const double from = l.x(place(m_data.rise->first));
        const double to = l.x(place(m_data.rise->second));
        painter.fillRect(QRectF(from, l.plot.top(), std::max(to - from, 2.0), l.plot.height()),
            style.theme.accentBackground);
    }
    for (const double tick : l.yTicks)
        painter.fillRect(
            QRectF(l.plot.left(), style.snap(l.y(tick)), l.plot.width(), line), style.theme.band);
    painter.fillRect(
        QRectF(l.plot.left(), style.snap(l.plot.bottom()), l.plot.width(), line), style.theme.line);
    for (const double tick : l.xTicks)
        painter.fillRect(
            QRectF(style.snap(l.x(place(tick))), l.plot.bottom(), line, 3), style.theme.line);
    if (m_data.here) {
        const double x = style.snap(l.x(place(*m_data.here)));
        painter.fillRect(QRectF(x, l.plot.top(), line, l.plot.height()), style.theme.text);
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.save();
    painter.setClipRect(l.plot.adjusted(-3, -3, 3, 3), Qt::IntersectClip);
    for (const int pass : {0, 1, 2})
        for (const Curve& curve : m_data.curves)
            if (pass == (curve.strong ? 2 : curve.faint ? 0 : 1))
                paintCurve(painter, l, curve, style);
    painter.restore();
    for (const End& end : ends(l, style)) {
        QColor colour = colourOf(m_data.curves[end.curve], style);
        painter.setPen(QPen(mix(style.theme.panel, colour, 0.6), 1));
        painter.drawLine(end.point + QPointF(3, 0), QPointF(end.x - 3, end.y));
    }
    drawLabels(painter, labels(area, style), style);
    painter.restore();
}

void CurvesPicture::paintHover(
    QPainter& painter, const QRectF& area, const Style& style, const Cell& cell) const
{
    const auto at = xOf(cell);
    if (!at)
        return;
    const Layout l = layout(area, style);
    painter.fillRect(
        QRectF(style.snap(l.x(place(*at))), l.plot.top(), style.metrics.hover, l.plot.height()),
        style.theme.faint);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setClipRect(l.plot.adjusted(-4, -4, 4, 4), Qt::IntersectClip);
    if (cell.row >= 0) {
        Curve shown = m_data.curves[static_cast<std::size_t>(cell.row)];
        if (shown.faint) {
            shown.faint = false;
            shown.strong = false;
        }
        paintCurve(painter, l, shown, style);
    }
    if (const QRectF rect = cellRect(cell, area, style); !rect.isEmpty()) {
        painter.setPen(QPen(style.theme.text, style.metrics.hover));
        painter.setBrush(style.theme.panel);
        painter.drawEllipse(rect);
    }
    painter.restore();
}

std::optional<Cell> CurvesPicture::hit(QPointF point, const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    const double line = textHeight(TextRole::Axis, style);
    for (const End& end : ends(l, style))
        if (QRectF(end.x - 4, end.y - line / 2, l.names, line).contains(point)) {
            const auto& curve = m_data.curves[end.curve];
            return Cell{static_cast<int>(end.curve), static_cast<int>(curve.x.size()) - 1};
        }
    if (!l.plot.adjusted(-6, -6, 6, 6).contains(point))
        return std::nullopt;
    std::optional<Cell> best;
    double distance = HUGE_VAL;
    std::optional<Cell> below; // the nearest x of any curve
    double across = HUGE_VAL;
    for (std::size_t c = 0; c < m_data.curves.size(); ++c) {
        const Curve& curve = m_data.curves[c];
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            const double dx = std::fabs(l.x(place(curve.x[i])) - point.x());
            const Cell cell{static_cast<int>(c), static_cast<int>(i)};
            if (dx < across) {
                across = dx;
                below = cell;
            }
        }
    }
    if (!below)
        return std::nullopt;
    // Of each line the point that is nearest along x decides, wherever the mouse is between two.
    const double x = *xOf(*below);
    for (std::size_t c = 0; c < m_data.curves.size(); ++c) {
        const Curve& curve = m_data.curves[c];
        const auto it = std::ranges::find(curve.x, x);
        if (it == curve.x.end())
            continue;
        const auto i = static_cast<std::size_t>(it - curve.x.begin());
        const double dy = std::fabs(l.y(curve.y[i]) - point.y());
        if (std::isfinite(dy) && dy < distance) {
            distance = dy;
            best = Cell{static_cast<int>(c), static_cast<int>(i)};
        }
    }
    if (best && (distance <= reach || m_data.curves.size() == 1))
        return best;
    return Cell{-1, below->column};
}

std::optional<double> CurvesPicture::xOf(const Cell& cell) const
{
    if (cell.column < 0 || m_data.curves.empty())
        return {};
    const auto i = static_cast<std::size_t>(cell.column);
    for (std::size_t c = 0; c < m_data.curves.size(); ++c) {
        const bool own = cell.row < 0 || static_cast<std::size_t>(cell.row) == c;
        if (own && i < m_data.curves[c].x.size())
            return m_data.curves[c].x[i];
    }
    return {};
}

std::optional<double> CurvesPicture::hereIn(const QRectF& area, const Style& style) const
{
    if (!m_data.here)
        return {};
    return layout(area, style).x(place(*m_data.here));
}

QRectF CurvesPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    if (cell.row < 0 || cell.column < 0
        || static_cast<std::size_t>(cell.row) >= m_data.curves.size())
        return {};
    const Curve& curve = m_data.curves[static_cast<std::size_t>(cell.row)];
    const auto i = static_cast<std::size_t>(cell.column);
    if (i >= curve.x.size() || !std::isfinite(curve.y[i]))
        return {};
    const Layout l = layout(area, style);
    return {l.x(place(curve.x[i])) - 3.5, l.y(curve.y[i]) - 3.5, 7, 7};
}

QSizeF CurvesPicture::preferredSize(const Style&) const
{
    return {320, 160};
}

Cell CurvesPicture::neighbour(const Cell& from, int right, int down) const
{
    if (m_data.curves.empty())
        return from;
    const int row = std::clamp(from.row + down, 0, static_cast<int>(m_data.curves.size()) - 1);
    const int last = static_cast<int>(m_data.curves[static_cast<std::size_t>(row)].x.size()) - 1;
    return {row, std::clamp(from.column + right, 0, std::max(last, 0))};
}

QString CurvesPicture::describe(const Cell& cell) const
{
    const auto at = xOf(cell);
    if (!at)
        return {};
    QString text = QStringLiteral("step %1").arg(formatNumber(*at, 0));
    for (std::size_t c = 0; c < m_data.curves.size(); ++c) {
        const Curve& curve = m_data.curves[c];
        const bool shown = cell.row == static_cast<int>(c) || (!curve.faint && cell.row < 0);
        const auto it = std::ranges::find(curve.x, *at);
        if (shown && it != curve.x.end())
            text += QStringLiteral("   %1 %2")
                        .arg(curve.name,
                            formatNumber(curve.y[static_cast<std::size_t>(it - curve.x.begin())],
                                m_data.decimals));
    }
    return text;
}

Table CurvesPicture::table() const
{
    Table table{{QStringLiteral("name"), QStringLiteral("step"), QStringLiteral("value")}, {}};
    for (const Curve& curve : m_data.curves)
        for (std::size_t i = 0; i < curve.x.size(); ++i)
            table.rows.push_back({curve.name, curve.x[i], curve.y[i]});
    return table;
}

} // namespace microtome
