#include "views/figure/scene.h"

#include "core/work/error.h"
#include "views/canvas/colourbar.h"
#include "views/figure/file.h"

#include <nlohmann/json.hpp>

#include <QPainter>
#include <QTextLayout>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double margin = 4;
constexpr double titleHeight = 20;
constexpr double scaleHeight = 20;
constexpr double between = 4;
constexpr double tallest = 1500; // units; what would be taller fills any room

/// A caption broken into lines of at most `width`.
QStringList brokenLines(const QString& text, double width, const Style& style)
{
    QStringList lines;
    if (text.isEmpty())
        return lines;
    QTextLayout layout(text, style.font(TextRole::Axis));
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        lines << text.mid(line.textStart(), line.textLength()).trimmed();
    }
    layout.endLayout();
    return lines;
}

} // namespace

void FigureFormat::check() const
{
    const auto within
        = [](double value, double low, double high) { return value >= low && value <= high; };
    if (!within(widthInches, 0.5, 60) || !within(heightInches, 0.5, 60))
        throw Error("A figure is between 0.5 and 60 inches wide and high.");
    if (!within(fontPoints, 4, 24))
        throw Error("The letters of a figure are between 4 and 24 points high.");
    if (!within(dpi, 36, 2400) || widthInches * heightInches * dpi * dpi > 4e8)
        throw Error(
            "This resolution makes an image of more than 400 million pixels; choose fewer dpi.");
}

FigureScene::FigureScene(std::shared_ptr<const Picture> picture, Provenance provenance)
    : m_picture(std::move(picture))
    , m_provenance(std::move(provenance))
{
    if (!m_picture)
        throw Error("There is nothing to export yet; run the model first.");
    if (!m_provenance.colours)
        m_provenance.colours = m_picture->range();
}

double FigureScene::surroundings(double width, const Style& style) const
{
    const auto lines = static_cast<double>(brokenLines(caption, width, style).size());
    return (title.isEmpty() ? 0 : titleHeight) + (m_picture->range() ? scaleHeight + between : 0)
        + (lines > 0 ? lines * textHeight(TextRole::Axis, style) + between : 0);
}

void FigureScene::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const QRectF inside = area.adjusted(margin, margin, -margin, -margin);
    const double titled = title.isEmpty() ? 0 : titleHeight;
    QRectF room(inside.left(), inside.top() + titled, inside.width(),
        std::max(inside.height() - surroundings(inside.width(), style), 1.0));
    room.setHeight(m_picture->usedHeight(room, style));
    painter.save();
    const auto write
        = [&](double top, double height, const QString& text, TextRole role, const QColor& colour) {
              const QRectF line(inside.left(), top, inside.width(), height);
              drawLabel(painter, labelIn(line, Qt::AlignLeft, text, role, colour, style), style);
          };
    if (!title.isEmpty())
        write(inside.top(), titleHeight - 4, title, TextRole::Title, style.theme.text);
    double y = room.bottom() + between;
    if (const auto range = m_picture->range()) {
        const ColourBar bar(*range);
        const double width = std::min(bar.preferredSize(style).width(), inside.width());
        bar.paint(painter, QRectF(inside.right() - width, y, width, scaleHeight), style);
        y += scaleHeight + between;
    }
    const double lineHeight = textHeight(TextRole::Axis, style);
    for (const QString& text : brokenLines(caption, inside.width(), style)) {
        write(y, lineHeight, text, TextRole::Axis, style.theme.secondary);
        y += lineHeight;
    }
    painter.setClipRect(room.adjusted(-2, -2, 2, 2), Qt::IntersectClip);
    m_picture->paint(painter, room, style);
    painter.restore();
}

double FigureScene::fittingHeight(const FigureFormat& format) const
{
    const Style style = Style::figure(format.theme, 0);
    const double width = format.areaUnits().width() - 2 * margin;
    double height = m_picture->usedHeight(QRectF(0, 0, width, tallest), style);
    if (height >= tallest) {
        const QSizeF preferred = m_picture->preferredSize(style);
        height = preferred.height() / preferred.width() * width;
    }
    const double units = height + surroundings(width, style) + 2 * margin;
    return std::clamp(units * format.pointsPerUnit() / 72, 0.5, 9.0);
}

void writeSidecar(const FigureScene& scene, const QString& path)
{
    const std::string text
        = scene.provenance().toJson().dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
    writeWhole(path, QByteArray::fromStdString(text) + '\n');
}

} // namespace microtome
