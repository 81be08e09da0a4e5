#include "views/canvas/linespicture.h"

#include "views/canvas/axis.h"
#include "views/style/colour.h"
#include "views/style/number.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double rowHeight = 20;
constexpr double widestName = 120;

} // namespace

struct LinesPicture::Columns {
    double height = 0; // of a row
    double top = 0;
    double left = 0; // where lines begin
    double right = 0; // and end
    double leftWidth = 0; // of the names
    double rightWidth = 0;
    AxisPlan plan;

    double y(int row) const { return top + (row + 0.5) * height; }
};

LinesPicture::LinesPicture(LinesData data)
    : m_data(std::move(data))
{
    for (std::size_t from = 0; from < m_data.weights.rows(); ++from) {
        for (std::size_t to = 0; to < m_data.weights.columns(); ++to) {
            const float weight = m_data.weights(from, to);
            if (weight >= m_data.threshold)
                m_lines.push_back({static_cast<int>(from), static_cast<int>(to), weight});
        }
    }
    std::stable_sort(m_lines.begin(), m_lines.end(),
        [](const Line& a, const Line& b) { return a.weight < b.weight; });
    if (m_lines.size() > mostLines)
        m_lines.erase(m_lines.begin(), m_lines.end() - static_cast<std::ptrdiff_t>(mostLines));
}

int LinesPicture::longest() const
{
    return static_cast<int>(
        std::max({m_data.weights.rows(), m_data.weights.columns(), std::size_t(1)}));
}

LinesPicture::Columns LinesPicture::columns(const QRectF& area, const Style& style) const
{
    Columns c;
    // Names of rows thinner than a line reach half a line beyond the first and the last.
    const double line = textHeight(TextRole::Axis, style);
    const double beyond = area.height() / longest() < line ? line / 2 : 0;
    c.top = area.top() + beyond;
    c.height = std::min(rowHeight, (area.height() - 2 * beyond) / longest());
    c.plan
        = planRows({m_data.from, true}, static_cast<int>(m_data.weights.rows()), c.height, style);
    const auto widest = [&](const QStringList& names) {
        double width = 0;
        for (int i = 0; i < names.size(); i += c.plan.step)
            width = std::max(
                width, textWidth(c.plan.text({names, true}, i), c.plan.role({names, true}), style));
        return std::min({std::ceil(width), widestName, area.width() / 3});
    };
    c.leftWidth = widest(m_data.from);
    c.rightWidth = widest(m_data.to);
    c.left = area.left() + c.leftWidth + 8;
    c.right = area.right() - c.rightWidth - 8;
    return c;
}

std::vector<Label> LinesPicture::labels(const QRectF& area, const Style& style) const
{
    const Columns c = columns(area, style);
    const double line = textHeight(TextRole::Axis, style);
    std::vector<Label> labels;
    const auto add
        = [&](const QStringList& names, int count, double x, double width, Qt::Alignment side) {
              const Axis axis{names, true};
              for (int i = 0; i < count; i += c.plan.step) {
                  const QRectF box(x, c.y(i) - line / 2, width + 0.5, line);
                  labels.push_back(labelIn(box, side, c.plan.text(axis, i), c.plan.role(axis),
                      c.plan.numbers ? style.theme.secondary : style.theme.text, style));
              }
          };
    add(m_data.from, static_cast<int>(m_data.weights.rows()), area.left() - 0.5, c.leftWidth,
        Qt::AlignRight);
    add(m_data.to, static_cast<int>(m_data.weights.columns()), c.right + 8, c.rightWidth,
        Qt::AlignLeft);
    return labels;
}

void LinesPicture::paintLines(
    QPainter& painter, const Columns& c, const QRectF& visible, const Style& style) const
{
    const ColourScale scale(m_data.range, style.theme);
    const auto ofFocus = [this](const Line& line) {
        return !focus()
            || (focus()->row >= 0 ? focus()->row == line.from : focus()->column == line.to);
    };
    const auto draw = [&](const Line& line, bool inFocus) {
        const QPointF from(c.left, c.y(line.from));
        const QPointF to(c.right, c.y(line.to));
        if (std::max(from.y(), to.y()) < visible.top()
            || std::min(from.y(), to.y()) > visible.bottom())
            return;
        const double weight = static_cast<double>(line.weight);
        // Colours are mixed with the panel beforehand: opaque lines paint many times faster.
        const QColor colour = inFocus
            ? mix(style.theme.panel, scale.colour(weight), 0.35 + 0.65 * weight)
            : style.theme.band;
        painter.setPen(QPen(colour, 0.75 + 2 * std::min(weight, 1.0)));
        const double bend = (to.x() - from.x()) * 0.4;
        QPainterPath path(from);
        path.cubicTo(from + QPointF(bend, 0), to - QPointF(bend, 0), to);
        painter.drawPath(path);
    };
    for (const bool pass : {false, true}) {
        for (const Line& line : m_lines) {
            if (ofFocus(line) == pass)
                draw(line, pass);
        }
    }
}

void LinesPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const Columns c = columns(area, style);
    const QRectF visible = visibleOf(painter, area);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setBrush(Qt::NoBrush);
    paintLines(painter, c, visible, style);
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

std::optional<Cell> LinesPicture::hit(QPointF point, const QRectF& area, const Style& style) const
{
    const Columns c = columns(area, style);
    const int row = static_cast<int>(std::floor((point.y() - c.top) / c.height));
    if (row < 0 || !area.contains(point))
        return std::nullopt;
    if (point.x() < c.left && row < static_cast<int>(m_data.weights.rows()))
        return Cell{row, -1};
    if (point.x() > c.right && row < static_cast<int>(m_data.weights.columns()))
        return Cell{-1, row};
    return std::nullopt;
}

QRectF LinesPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    const Columns c = columns(area, style);
    if (cell.row >= 0 && cell.column < 0 && cell.row < static_cast<int>(m_data.weights.rows()))
        return {area.left(), c.y(cell.row) - c.height / 2, c.left - 2 - area.left(), c.height};
    if (cell.row < 0 && cell.column >= 0
        && cell.column < static_cast<int>(m_data.weights.columns()))
        return {c.right + 2, c.y(cell.column) - c.height / 2, area.right() - c.right - 2, c.height};
    return {};
}

QSizeF LinesPicture::preferredSize(const Style&) const
{
    return {360, rowHeight * longest()};
}

Cell LinesPicture::neighbour(const Cell& from, int right, int down) const
{
    const int rows = std::max(static_cast<int>(m_data.weights.rows()), 1);
    const int columns = std::max(static_cast<int>(m_data.weights.columns()), 1);
    const bool atLeft = from.row >= 0;
    const int place = std::max(atLeft ? from.row : from.column, 0) + down;
    if (right > 0 || (!atLeft && right == 0))
        return {-1, std::clamp(place, 0, columns - 1)};
    return {std::clamp(place, 0, rows - 1), -1};
}

QString LinesPicture::describe(const Cell& cell) const
{
    const bool atLeft = cell.row >= 0;
    const int place = atLeft ? cell.row : cell.column;
    const QStringList& names = atLeft ? m_data.from : m_data.to;
    if (place < 0 || place >= names.size())
        return {};
    const auto strongest = std::find_if(m_lines.rbegin(), m_lines.rend(),
        [&](const Line& line) { return (atLeft ? line.from : line.to) == place; });
    if (strongest == m_lines.rend())
        return names[place];
    const QStringList& others = atLeft ? m_data.to : m_data.from;
    const int other = atLeft ? strongest->to : strongest->from;
    return QStringLiteral("%1 %2 %3  %4")
        .arg(names[place], atLeft ? QStringLiteral("\u2192") : QStringLiteral("\u2190"),
            other < others.size() ? others[other] : QString::number(other),
            formatNumber(static_cast<double>(strongest->weight), 2));
}

Table LinesPicture::table() const
{
    Table table{{QStringLiteral("from"), QStringLiteral("from name"), QStringLiteral("to"),
                    QStringLiteral("to name"), QStringLiteral("weight")},
        {}};
    for (const Line& line : m_lines)
        table.rows.push_back({static_cast<double>(line.from), m_data.from.value(line.from),
            static_cast<double>(line.to), m_data.to.value(line.to),
            static_cast<double>(line.weight)});
    return table;
}

} // namespace microtome
