#include "views/canvas/trajectorypicture.h"

#include "views/style/number.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double legendLine = 20;
constexpr double swatch = 20;

/// Above so many points neighbouring lines would run together into a block: dots alone are drawn.
constexpr int mostJoined = 200;
/// Up to so many points each one of a line has a dot, too.
constexpr int mostMarked = 64;

} // namespace

/// Where everything lies for one area.
struct TrajectoryPicture::Layout {
    QRectF plot;
    double low = 0; // in the axis's own scale: numbers, or log10 of ranks
    double high = 1;
    bool ranks = false;
    int count = 0;
    AxisPlan xPlan;
    std::vector<double> ticks; // numbers
    int decimals = 0;
    std::vector<QRectF> legend; // a swatch and a name each

    double x(int place) const
    {
        return plot.left() + (count > 1 ? place * plot.width() / (count - 1) : plot.width() / 2);
    }

    double y(double value) const
    {
        const double at = ranks ? std::log10(std::max(value, 1.0)) : value;
        const double share = (at - low) / (high - low);
        return ranks ? plot.top() + share * plot.height() : plot.bottom() - share * plot.height();
    }
};

TrajectoryPicture::TrajectoryPicture(TrajectoryData data)
    : m_data(std::move(data))
{
    for (const Series& series : m_data.series)
        m_places = std::max(m_places, static_cast<int>(series.values.size()));
}

double TrajectoryPicture::number(int series, int place) const
{
    const auto& values = m_data.series[static_cast<std::size_t>(series)].values;
    const auto index = static_cast<std::size_t>(place);
    return index < values.size() && std::isfinite(values[index])
        ? static_cast<double>(values[index])
        : std::nan("");
}

QString TrajectoryPicture::nameOf(int place) const
{
    return place < m_data.x.labels.size() ? m_data.x.labels[place] : QString::number(place);
}

TrajectoryPicture::Layout TrajectoryPicture::layout(const QRectF& area, const Style& style) const
{
    Layout l;
    l.count = places();
    l.ranks = m_data.scale == TrajectoryData::Scale::LogRank;
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    for (int s = 0; s < static_cast<int>(m_data.series.size()); ++s) {
        for (int i = 0; i < l.count; ++i) {
            if (const double v = number(s, i); !std::isnan(v)) {
                low = std::min(low, v);
                high = std::max(high, v);
            }
        }
    }
    if (low > high)
        low = high = 0;

    double y = area.top();
    double x = area.left();
    for (const Series& series : m_data.series) {
        const double width = std::min(
            swatch + 6 + std::ceil(textWidth(series.name, TextRole::Token, style)), area.width());
        if (x > area.left() && x + width > area.right()) {
            x = area.left();
            y += legendLine;
        }
        l.legend.emplace_back(x, y, width, legendLine);
        x += width + 16;
    }
    const double line = textHeight(TextRole::Axis, style);
    const double top = (m_data.series.empty() ? area.top() : y + legendLine)
        + (m_data.unit.isEmpty() ? line / 2 : line + 8);
    const double names = line + 6 + (m_data.x.title.isEmpty() ? 0 : line + 2);
    const double height = std::max(area.bottom() - names - top, 1.0);

    const int most = std::max(static_cast<int>(height / 28), 1);
    if (l.ranks) {
        l.low = 0;
        l.high = std::max(std::ceil(std::log10(std::max(high, 2.0))), 1.0);
        const int step = std::max(static_cast<int>(std::ceil(l.high / most)), 1);
        for (int power = 0; power <= static_cast<int>(l.high); power += step)
            l.ticks.push_back(std::pow(10.0, power));
    } else {
        l.low = m_data.low.value_or(low);
        l.high = m_data.high.value_or(high);
        if (!(l.high > l.low))
            l.high = l.low + 1;
        const Ticks ticks
            = niceTicks(l.low, l.high, m_data.low.has_value(), m_data.high.has_value(), most);
        l.low = ticks.low;
        l.high = ticks.high;
        l.decimals = ticks.decimals;
        l.ticks = ticks.at;
    }
    double widest = 0;
    for (double tick : l.ticks)
        widest = std::max(widest, textWidth(formatNumber(tick, l.decimals), TextRole::Axis, style));
    const double left = area.left() + std::ceil(widest) + 8;
    l.plot = QRectF(
        style.snap(left), style.snap(top), std::max(area.right() - 12 - left, 1.0), height);
    const double pitch = l.count > 1 ? l.plot.width() / (l.count - 1) : l.plot.width();
    l.xPlan = planColumns(m_data.x, l.count, pitch, style);
    if (l.xPlan.upright || (m_data.x.tokens && l.xPlan.step == 1 && pitch < 48)) {
        // Names under a chart lie; where they do not fit, numbers take their place.
        l.xPlan = {};
        l.xPlan.numbers = true;
        l.xPlan.extent = line;
        l.xPlan.step
            = thinning(pitch, textWidth(QString::number(l.count), TextRole::Axis, style) + 8);
    }
    return l;
}

std::vector<Label> TrajectoryPicture::labels(const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    const double line = textHeight(TextRole::Axis, style);
    const QColor& colour = style.theme.secondary;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < l.legend.size(); ++i)
        labels.push_back(labelIn(l.legend[i].adjusted(swatch + 6, 0, 1, 0), Qt::AlignLeft,
            m_data.series[i].name, TextRole::Token, style.theme.text, style));
    if (!m_data.unit.isEmpty())
        labels.push_back(labelIn(QRectF(area.left(), l.plot.top() - line - 8, area.width(), line),
            Qt::AlignLeft, m_data.unit, TextRole::Axis, colour, style));
    for (double tick : l.ticks)
        labels.push_back(labelIn(
            QRectF(area.left() - 1, l.y(tick) - line / 2, l.plot.left() - 7 - area.left(), line),
            Qt::AlignRight, formatNumber(tick, l.decimals), TextRole::Axis, colour, style));
    const double pitch = l.count > 1 ? l.plot.width() / (l.count - 1) : l.plot.width();
    const double width = pitch * l.xPlan.step - 4;
    for (int i = 0; l.xPlan.extent > 0 && i < l.count; i += l.xPlan.step) {
        const QRectF box(l.x(i) - width / 2, l.plot.bottom() + 6, width, line);
        Label label = labelIn(box, Qt::AlignHCenter, l.xPlan.text(m_data.x, i),
            l.xPlan.role(m_data.x), colour, style);
        if (label.rect.right() <= area.right() + 1)
            labels.push_back(std::move(label));
    }
    if (!m_data.x.title.isEmpty())
        labels.push_back(labelIn(QRectF(l.plot.left(), area.bottom() - line, l.plot.width(), line),
            Qt::AlignHCenter, m_data.x.title, TextRole::Axis, colour, style));
    return labels;
}

void TrajectoryPicture::paintSeries(QPainter& painter, const Layout& l, const Style& style) const
{
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (std::size_t s = 0; s < m_data.series.size(); ++s) {
        const Series& series = m_data.series[s];
        QPen pen(style.pinColour(series.pin), 1.5, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
        if (const auto dashes = Style::dashes(series.pin); !dashes.isEmpty())
            pen.setDashPattern(dashes);
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        const QRectF& key = l.legend[s];
        const auto dot = [&](QPointF centre, double radius) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(style.pinColour(series.pin));
            painter.drawEllipse(centre, radius, radius);
        };
        if (l.count > mostJoined) {
            for (int i = 0; i < 3; ++i)
                dot({key.left() + swatch * (i + 0.5) / 3, key.center().y()}, 1.5);
            painter.save();
            painter.setClipRect(l.plot.adjusted(-3, -3, 3, 3), Qt::IntersectClip);
            for (int i = 0; i < l.count; ++i)
                if (const double v = number(static_cast<int>(s), i); !std::isnan(v))
                    dot({l.x(i), l.y(v)}, 1.25);
            painter.restore();
            continue;
        }
        painter.drawLine(
            QPointF(key.left(), key.center().y()), QPointF(key.left() + swatch, key.center().y()));
        painter.save();
        painter.setClipRect(l.plot.adjusted(-3, -3, 3, 3), Qt::IntersectClip);
        QPainterPath path;
        bool down = false;
        for (int i = 0; i < l.count; ++i) {
            const double value = number(static_cast<int>(s), i);
            if (std::isnan(value)) {
                down = false;
                continue;
            }
            const QPointF point(l.x(i), l.y(value));
            if (down)
                path.lineTo(point);
            else
                path.moveTo(point);
            down = true;
        }
        painter.drawPath(path);
        for (int i = 0; l.count <= mostMarked && i < l.count; ++i)
            if (const double v = number(static_cast<int>(s), i); !std::isnan(v))
                dot({l.x(i), l.y(v)}, 2);
        painter.restore();
    }
}

void TrajectoryPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    painter.save();
    for (double tick : l.ticks)
        painter.fillRect(
            QRectF(l.plot.left(), style.snap(l.y(tick)), l.plot.width(), style.metrics.line),
            style.theme.band);
    if (!l.ranks && l.low < 0 && l.high > 0)
        painter.fillRect(
            QRectF(l.plot.left(), style.snap(l.y(0)), l.plot.width(), style.metrics.line),
            style.theme.faint);
    paintSeries(painter, l, style);
    drawLabels(painter, labels(area, style), style);
    if (focus()) {
        const QRectF rect = cellRect(*focus(), area, style);
        if (!rect.isEmpty()) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(style.theme.text, style.metrics.focus));
            painter.drawEllipse(rect);
        }
    }
    painter.restore();
}

void TrajectoryPicture::paintHover(
    QPainter& painter, const QRectF& area, const Style& style, const Cell& cell) const
{
    const Layout l = layout(area, style);
    if (cell.column < 0 || cell.column >= l.count)
        return;
    painter.fillRect(
        QRectF(style.snap(l.x(cell.column)), l.plot.top(), style.metrics.hover, l.plot.height()),
        style.theme.text);
    const QRectF rect = cellRect(cell, area, style);
    if (rect.isEmpty())
        return;
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(style.theme.text, style.metrics.hover));
    painter.setBrush(style.theme.panel);
    painter.drawEllipse(rect);
}

std::optional<Cell> TrajectoryPicture::hit(
    QPointF point, const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    for (std::size_t i = 0; i < l.legend.size(); ++i) {
        if (l.legend[i].contains(point))
            return Cell{static_cast<int>(i), -1};
    }
    if (l.count == 0 || !l.plot.adjusted(-6, -6, 6, 6).contains(point))
        return std::nullopt;
    const double pitch = l.count > 1 ? l.plot.width() / (l.count - 1) : 1;
    const int place = l.count > 1
        ? std::clamp(
            static_cast<int>(std::lround((point.x() - l.plot.left()) / pitch)), 0, l.count - 1)
        : 0;
    Cell nearest{-1, place};
    double distance = HUGE_VAL;
    for (int s = 0; s < static_cast<int>(m_data.series.size()); ++s) {
        const double value = number(s, place);
        if (!std::isnan(value) && std::fabs(l.y(value) - point.y()) < distance) {
            distance = std::fabs(l.y(value) - point.y());
            nearest.row = s;
        }
    }
    return nearest;
}

QRectF TrajectoryPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    if (cell.row < 0 || cell.row >= static_cast<int>(m_data.series.size())
        || cell.column >= places())
        return {};
    const Layout l = layout(area, style);
    if (cell.column < 0)
        return l.legend[static_cast<std::size_t>(cell.row)];
    const double value = number(cell.row, cell.column);
    if (std::isnan(value))
        return {};
    return {l.x(cell.column) - 3.5, l.y(value) - 3.5, 7, 7};
}

QSizeF TrajectoryPicture::preferredSize(const Style&) const
{
    return {480, 220};
}

Cell TrajectoryPicture::neighbour(const Cell& from, int right, int down) const
{
    return {std::clamp(from.row + down, 0, std::max(static_cast<int>(m_data.series.size()) - 1, 0)),
        std::clamp(from.column + right, 0, std::max(places() - 1, 0))};
}

QString TrajectoryPicture::describe(const Cell& cell) const
{
    if (cell.row >= static_cast<int>(m_data.series.size()) || cell.column >= places())
        return {};
    if (cell.column < 0)
        return cell.row < 0 ? QString() : m_data.series[static_cast<std::size_t>(cell.row)].name;
    QString text = nameOf(cell.column);
    for (int s = 0; s < static_cast<int>(m_data.series.size()); ++s) {
        const int decimals = m_data.scale == TrajectoryData::Scale::LogRank ? 0 : m_data.decimals;
        text += QStringLiteral("   %1 %2")
                    .arg(m_data.series[static_cast<std::size_t>(s)].name,
                        formatNumber(number(s, cell.column), decimals));
    }
    return text;
}

Table TrajectoryPicture::table() const
{
    Table table{{QStringLiteral("place"), QStringLiteral("name")}, {}};
    for (const Series& series : m_data.series)
        table.columns << series.name;
    for (int i = 0; i < places(); ++i) {
        std::vector<Table::Value> row{static_cast<double>(i), nameOf(i)};
        for (int s = 0; s < static_cast<int>(m_data.series.size()); ++s)
            row.emplace_back(number(s, i));
        table.rows.push_back(std::move(row));
    }
    return table;
}

} // namespace microtome
