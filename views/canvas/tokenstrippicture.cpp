#include "views/canvas/tokenstrippicture.h"

#include "core/work/error.h"
#include "views/style/colour.h"
#include "views/style/number.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double preferredWidth = 640;
constexpr double longestToken = 240;

struct Spacing {
    double padding; // beside the letters
    double between; // two tokens
    double height; // of a token
    double line; // from one line to the next
};

Spacing spacingOf(TokenStripData::Form form, const Style& style)
{
    return form == TokenStripData::Form::Chips
        ? Spacing{6, 4, style.metrics.chip, style.metrics.chip + 4}
        : Spacing{1, 0, 18, 22};
}

} // namespace

TokenStripPicture::TokenStripPicture(TokenStripData data)
    : m_data(std::move(data))
{
    if (!m_data.values.empty() && static_cast<int>(m_data.values.size()) != count())
        throw Error("A line of tokens was given the wrong number of values.");
}

double TokenStripPicture::width(int token, const Style& style) const
{
    const double letters = textWidth(m_data.tokens[token], TextRole::Token, style);
    return std::ceil(std::min(letters, longestToken)) + 2 * spacingOf(m_data.form, style).padding;
}

bool TokenStripPicture::hasValue(std::size_t token) const
{
    return token < m_data.values.size() && std::isfinite(m_data.values[token]);
}

std::vector<QRectF> TokenStripPicture::arrange(const QRectF& area, const Style& style) const
{
    const Spacing s = spacingOf(m_data.form, style);
    std::vector<QRectF> rects;
    double x = area.left();
    double y = area.top();
    for (int i = 0; i < count(); ++i) {
        const double w = width(i, style);
        if (x > area.left() && x + w > area.right()) {
            x = area.left();
            y += s.line;
        }
        rects.emplace_back(x, y, w, s.height);
        x += w + s.between;
    }
    return rects;
}

std::vector<Label> TokenStripPicture::labelsOn(
    const std::vector<QRectF>& rects, const QRectF& visible, const Style& style) const
{
    const ColourScale scale(m_data.range, style.theme);
    const double padding = spacingOf(m_data.form, style).padding;
    std::vector<Label> labels;
    for (int i = 0; i < count(); ++i) {
        const auto index = static_cast<std::size_t>(i);
        if (!rects[index].intersects(visible))
            continue;
        const QColor colour = hasValue(index)
            ? textOn(scale.colour(static_cast<double>(m_data.values[index])), style.theme)
            : style.theme.text;
        labels.push_back(labelIn(rects[index].adjusted(padding, 0, -padding + 0.5, 0),
            Qt::AlignLeft, m_data.tokens[i], TextRole::Token, colour, style));
    }
    return labels;
}

std::vector<Label> TokenStripPicture::labels(const QRectF& area, const Style& style) const
{
    const auto rects = arrange(area, style);
    const double bottom = rects.empty() ? area.bottom() : rects.back().bottom();
    return labelsOn(
        rects, area.united(QRectF(area.left(), area.top(), 1e6, bottom - area.top())), style);
}

void TokenStripPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const auto rects = arrange(area, style);
    const bool clipped = painter.hasClipping();
    const QRectF visible
        = clipped ? painter.clipBoundingRect() : QRectF(area.left(), area.top(), 1e6, 1e6);
    const ColourScale scale(m_data.range, style.theme);
    const bool chips = m_data.form == TokenStripData::Form::Chips;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (std::size_t i = 0; i < rects.size(); ++i) {
        if (!rects[i].intersects(visible))
            continue;
        const QColor fill = hasValue(i) ? scale.colour(static_cast<double>(m_data.values[i]))
                                        : style.theme.window;
        const bool focused = focus() && focus()->column == static_cast<int>(i);
        if (chips) {
            painter.setPen(
                QPen(focused ? style.theme.accent : style.theme.line, style.metrics.line));
            painter.setBrush(focused && !hasValue(i) ? style.theme.accentBackground : fill);
            painter.drawRoundedRect(rects[i].adjusted(0.5, 0.5, -0.5, -0.5), style.metrics.corner,
                style.metrics.corner);
        } else if (hasValue(i)) {
            painter.fillRect(rects[i], fill);
        }
    }
    drawLabels(painter, labelsOn(rects, visible, style), style);
    for (const PinnedCell& pinned : pins()) {
        const auto index = static_cast<std::size_t>(pinned.cell.column);
        if (index < rects.size())
            pinDot(painter, rects[index].topRight() + QPointF(-4, 4), pinned.pin, style);
    }
    if (focus() && !chips)
        outline(painter, cellRect(*focus(), area, style), style.theme.text, style.metrics.focus);
    painter.restore();
}

std::optional<Cell> TokenStripPicture::hit(
    QPointF point, const QRectF& area, const Style& style) const
{
    const auto rects = arrange(area, style);
    const auto under = std::find_if(
        rects.begin(), rects.end(), [&](const QRectF& rect) { return rect.contains(point); });
    if (under == rects.end())
        return std::nullopt;
    return Cell{0, static_cast<int>(under - rects.begin())};
}

QRectF TokenStripPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    if (cell.row != 0 || cell.column < 0 || cell.column >= count())
        return {};
    return arrange(area, style)[static_cast<std::size_t>(cell.column)];
}

double TokenStripPicture::heightFor(double width, const Style& style) const
{
    const auto rects = arrange(QRectF(0, 0, width, 1), style);
    return rects.empty() ? spacingOf(m_data.form, style).height : rects.back().bottom();
}

double TokenStripPicture::usedHeight(const QRectF& area, const Style& style) const
{
    return std::min(heightFor(area.width(), style), area.height());
}

QSizeF TokenStripPicture::preferredSize(const Style& style) const
{
    return {preferredWidth, heightFor(preferredWidth, style)};
}

Cell TokenStripPicture::neighbour(const Cell& from, int right, int down) const
{
    return {0, std::clamp(from.column + right + down, 0, std::max(count() - 1, 0))};
}

QString TokenStripPicture::describe(const Cell& cell) const
{
    if (cell.column < 0 || cell.column >= count())
        return {};
    const QString name = QStringLiteral("%1  %2").arg(cell.column).arg(m_data.tokens[cell.column]);
    const auto index = static_cast<std::size_t>(cell.column);
    if (!hasValue(index))
        return name;
    return QStringLiteral("%1  %2 %3")
        .arg(name, formatShort(static_cast<double>(m_data.values[index])), m_data.range.unit)
        .trimmed();
}

Table TokenStripPicture::table() const
{
    Table table{{QStringLiteral("position"), QStringLiteral("token")}, {}};
    if (!m_data.values.empty())
        table.columns << (m_data.range.unit.isEmpty() ? QStringLiteral("value")
                                                      : m_data.range.unit);
    for (int i = 0; i < count(); ++i) {
        std::vector<Table::Value> row{static_cast<double>(i), m_data.tokens[i]};
        if (!m_data.values.empty())
            row.emplace_back(static_cast<double>(m_data.values[static_cast<std::size_t>(i)]));
        table.rows.push_back(std::move(row));
    }
    return table;
}

std::optional<ColourRange> TokenStripPicture::range() const
{
    if (m_data.values.empty())
        return std::nullopt;
    return m_data.range;
}

} // namespace microtome
