#include "views/features/examplespicture.h"

#include "views/style/colour.h"
#include "views/style/number.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double lineHeight = 20; // of a snippet
constexpr double tokenHeight = 18;
constexpr double headHeight = 24;
constexpr double betweenContexts = 8;
constexpr double peakAt = 0.58; // of the width: more is read before a token than after it
const QString ellipsis = QStringLiteral("\u2026");

double tokenWidth(const QString& token, const Style& style)
{
    return textWidth(token, TextRole::Token, style);
}

} // namespace

struct ExamplesPicture::Placed {
    QRectF rect;
    QString text;
    Cell cell; ///< {-1, -1}: no token
    bool head = false;
};

struct ExamplesPicture::Layout {
    QRectF area; // that it is for, with this font
    QString font;
    std::vector<Placed> placed;
    double bottom = 0;

    const Placed* at(const Cell& cell) const
    {
        const auto found = std::ranges::find(placed, cell, &Placed::cell);
        return found == placed.end() || cell.row < 0 ? nullptr : &*found;
    }
};

ExamplesPicture::ExamplesPicture(ExamplesData data)
    : m_data(std::move(data))
{
    for (const ExampleBlock& block : m_data.blocks)
        for (const ExampleLine& line : block.lines)
            m_lines.push_back(&line);
}

double ExamplesPicture::gutter(const Style& style) const
{
    if (!m_data.strengths)
        return 0;
    double width = 0;
    for (const ExampleLine* line : m_lines)
        width = std::max(width, textWidth(formatNumber(line->strength, 2), TextRole::Axis, style));
    return std::ceil(width) + 10;
}

/// The peak at the same place in every line; what is before it is set from right to left.
void ExamplesPicture::placeSnippet(
    Layout& layout, int row, double y, const QRectF& area, const Style& style) const
{
    const ExampleLine& one = line(row);
    const double left = area.left() + gutter(style);
    const double dots = tokenWidth(ellipsis, style);
    const double top = y + (lineHeight - tokenHeight) / 2;
    const auto put = [&](double x, double width, int token) {
        layout.placed.push_back(
            {QRectF(x, top, width, tokenHeight), one.tokens[token], {row, token}, false});
    };
    const auto putDots = [&](double x) {
        layout.placed.push_back({QRectF(x, top, dots, tokenHeight), ellipsis, {}, false});
    };
    const double start = std::floor(left + (area.right() - left) * peakAt);
    double x = start;
    bool whole = true; // up to the first token
    for (int i = one.peak - 1; i >= 0 && whole; --i) {
        const double width = tokenWidth(one.tokens[i], style);
        const bool last = i == 0 && !one.cutBefore;
        if (x - width < left + (last ? 0 : dots)) {
            putDots(x - dots);
            whole = false;
        } else {
            put(x -= width, width, i);
        }
    }
    if (whole && one.cutBefore)
        putDots(x - dots);
    x = start;
    for (int i = one.peak; i < one.tokens.size(); ++i) {
        double width = tokenWidth(one.tokens[i], style);
        const bool last = i + 1 == one.tokens.size() && !one.cutAfter;
        if (i == one.peak)
            width = std::min(width, area.right() - dots - x);
        else if (x + width > area.right() - (last ? 0 : dots))
            return putDots(x);
        put(x, width, i);
        x += width;
    }
    if (one.cutAfter)
        putDots(x);
}

double ExamplesPicture::placeContext(
    Layout& layout, int row, double y, const QRectF& area, const Style& style) const
{
    const ExampleLine& one = line(row);
    const double left = area.left() + gutter(style);
    double x = left;
    for (int i = 0; i < one.tokens.size(); ++i) {
        const double width
            = std::min(tokenWidth(one.tokens[i], style), std::max(area.right() - left, 1.0));
        if (x > left && x + width > area.right()) {
            x = left;
            y += lineHeight;
        }
        layout.placed.push_back({QRectF(x, y + (lineHeight - tokenHeight) / 2, width, tokenHeight),
            one.tokens[i], {row, i}, false});
        x += width;
    }
    return y + lineHeight;
}

const ExamplesPicture::Layout& ExamplesPicture::layout(const QRectF& area, const Style& style) const
{
    const QString font = style.font(TextRole::Token).key();
    if (m_layout && m_layout->area == area && m_layout->font == font)
        return *m_layout;
    Layout layout;
    layout.area = area;
    layout.font = font;
    const double numbers = gutter(style);
    double y = area.top();
    int row = 0;
    for (const ExampleBlock& block : m_data.blocks) {
        if (!block.head.isEmpty()) {
            layout.placed.push_back(
                {QRectF(area.left(), y, area.width(), headHeight), block.head, {}, true});
            y += headHeight;
        }
        for (std::size_t i = 0; i < block.lines.size(); ++i, ++row) {
            if (m_data.strengths)
                layout.placed.push_back({QRectF(area.left(), y, numbers - 8, lineHeight),
                    formatNumber(line(row).strength, 2), {row, -1}, false});
            if (m_data.form == ExamplesData::Form::Snippets) {
                placeSnippet(layout, row, y, area, style);
                y += lineHeight;
            } else {
                y = placeContext(layout, row, y, area, style) + betweenContexts;
            }
        }
    }
    layout.bottom = y;
    m_layout = std::make_shared<const Layout>(std::move(layout));
    return *m_layout;
}

std::vector<Label> ExamplesPicture::labels(const QRectF& area, const Style& style) const
{
    const ColourScale scale(m_data.range, style.theme);
    std::vector<Label> labels;
    for (const Placed& placed : layout(area, style).placed) {
        if (placed.head) {
            labels.push_back(labelIn(placed.rect, Qt::AlignLeft, placed.text, TextRole::Text,
                style.theme.secondary, style));
        } else if (placed.cell.row >= 0 && placed.cell.column < 0) {
            labels.push_back(labelIn(placed.rect, Qt::AlignRight, placed.text, TextRole::Axis,
                style.theme.secondary, style));
        } else {
            const float value = placed.cell.row < 0
                ? 0
                : line(placed.cell.row).values[static_cast<std::size_t>(placed.cell.column)];
            const bool fires = value != 0;
            labels.push_back(labelIn(placed.rect.adjusted(0, 0, 0.5, 0), Qt::AlignLeft, placed.text,
                TextRole::Token,
                fires ? textOn(scale.colour(static_cast<double>(value)), style.theme)
                      : style.theme.secondary,
                style));
        }
    }
    return labels;
}

void ExamplesPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const QRectF visible = visibleOf(painter, area);
    const ColourScale scale(m_data.range, style.theme);
    painter.save();
    for (const Placed& placed : layout(area, style).placed) {
        if (placed.cell.row < 0 || placed.cell.column < 0 || !placed.rect.intersects(visible))
            continue;
        const float value
            = line(placed.cell.row).values[static_cast<std::size_t>(placed.cell.column)];
        if (value != 0)
            painter.fillRect(placed.rect, scale.colour(static_cast<double>(value)));
    }
    for (const Label& label : labels(area, style))
        if (label.rect.intersects(visible))
            drawLabel(painter, label, style);
    if (focus())
        outline(painter, cellRect(*focus(), area, style), style.theme.text, style.metrics.focus);
    painter.restore();
}

std::optional<Cell> ExamplesPicture::hit(
    QPointF point, const QRectF& area, const Style& style) const
{
    for (const Placed& placed : layout(area, style).placed)
        if (placed.cell.row >= 0 && placed.cell.column >= 0 && placed.rect.contains(point))
            return placed.cell;
    return std::nullopt;
}

QRectF ExamplesPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    const Layout& all = layout(area, style);
    const Placed* placed = cell.column < 0 ? nullptr : all.at(cell);
    return placed ? placed->rect : QRectF();
}

double ExamplesPicture::heightFor(double width, const Style& style) const
{
    return layout(QRectF(0, 0, width, 1), style).bottom;
}

double ExamplesPicture::usedHeight(const QRectF& area, const Style& style) const
{
    return std::min(heightFor(area.width(), style), area.height());
}

QSizeF ExamplesPicture::preferredSize(const Style& style) const
{
    return {420, heightFor(420, style)};
}

Cell ExamplesPicture::neighbour(const Cell& from, int right, int down) const
{
    const int row = std::clamp(from.row + down, 0, std::max(count() - 1, 0));
    if (count() == 0)
        return {};
    const int tokens = static_cast<int>(line(row).tokens.size());
    const int column = down != 0 ? line(row).peak : from.column + right;
    return {row, std::clamp(column, 0, std::max(tokens - 1, 0))};
}

QString ExamplesPicture::describe(const Cell& cell) const
{
    if (cell.row < 0 || cell.row >= count() || cell.column < 0
        || cell.column >= line(cell.row).tokens.size())
        return {};
    const float value = line(cell.row).values[static_cast<std::size_t>(cell.column)];
    return QStringLiteral("%1  %2").arg(line(cell.row).tokens[cell.column].trimmed(),
        value == 0 ? QStringLiteral("0") : formatNumber(static_cast<double>(value), 3));
}

Table ExamplesPicture::table() const
{
    Table table{{QStringLiteral("group"), QStringLiteral("example"), QStringLiteral("token"),
                    QStringLiteral("text"), QStringLiteral("value")},
        {}};
    int row = 0;
    for (const ExampleBlock& block : m_data.blocks)
        for (const ExampleLine& one : block.lines) {
            for (qsizetype i = 0; i < one.tokens.size(); ++i)
                table.rows.push_back({block.head, static_cast<double>(row), static_cast<double>(i),
                    one.tokens[i], static_cast<double>(one.values[static_cast<std::size_t>(i)])});
            ++row;
        }
    return table;
}

} // namespace microtome
