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
    const auto within = [](double value, double low, double high) {
        return value >= low && value <= high;
    };
    if (!within(widthInches, 0.5, 60) || !within(heightInches, 0.5, 60))
        throw Error("A figure is between 0.5 and 60 inches wide and high.");
    if (!within(fontPoints, 4, 24))
        throw Error("The letters of a figure are between 4 and 24 points high.");
    if (!within(dpi, 36, 2400) || widthInches * heightInches * dpi * dpi > 4e8)
        throw Error("This resolution makes an image of more than 400 million pixels; choose fewer dpi.");
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

void FigureScene::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    QRectF inside = area.adjusted(margin, margin, -margin, -margin);
    painter.save();
    if (!title.isEmpty()) {
        const QRectF line(inside.left(), inside.top(), inside.width(), titleHeight - 4);
        drawLabel(painter, labelIn(line, Qt::AlignLeft, title, TextRole::Title, style.theme.text, style), style);
        inside.setTop(inside.top() + titleHeight);
    }
    const QStringList lines = brokenLines(caption, inside.width(), style);
    const double lineHeight = textHeight(TextRole::Axis, style);
    double y = inside.bottom() - lineHeight * static_cast<double>(lines.size());
    if (!lines.isEmpty())
        inside.setBottom(y - 4);
    for (const QString& text : lines) {
        drawLabel(painter, labelIn(QRectF(inside.left(), y, inside.width(), lineHeight), Qt::AlignLeft,
                               text, TextRole::Axis, style.theme.secondary, style),
            style);
        y += lineHeight;
    }
    if (const auto range = m_picture->range()) {
        const ColourBar bar(*range);
        const double width = std::min(bar.preferredSize(style).width(), inside.width());
        bar.paint(painter, QRectF(inside.right() - width, inside.bottom() - scaleHeight, width, scaleHeight), style);
        inside.setBottom(inside.bottom() - scaleHeight - 4);
    }
    painter.setClipRect(inside.adjusted(-2, -2, 2, 2), Qt::IntersectClip);
    m_picture->paint(painter, inside, style);
    painter.restore();
}

void writeSidecar(const FigureScene& scene, const QString& path)
{
    const std::string text = scene.provenance().toJson().dump(2, ' ', false,
        nlohmann::json::error_handler_t::replace);
    writeWhole(path, QByteArray::fromStdString(text) + '\n');
}

} // namespace microtome
