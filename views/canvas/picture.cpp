#include "views/canvas/picture.h"

#include <QPainter>

namespace microtome {

QMarginsF Picture::heads(const QRectF&, const Style&) const
{
    return {};
}

double Picture::usedHeight(const QRectF& area, const Style&) const
{
    return area.height();
}

void Picture::paintHover(
    QPainter& painter, const QRectF& area, const Style& style, const Cell& cell) const
{
    outline(painter, cellRect(cell, area, style), style.theme.text, style.metrics.hover);
}

void Picture::outline(QPainter& painter, const QRectF& rect, const QColor& colour, double width)
{
    if (rect.isEmpty())
        return;
    const double half = width / 2;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(rect.adjusted(-half, -half, half, half));
}

void Picture::pinDot(QPainter& painter, QPointF centre, int pin, const Style& style)
{
    const double radius = style.metrics.pin;
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(Qt::NoPen);
    painter.setBrush(style.theme.panel);
    painter.drawEllipse(centre, radius + 1, radius + 1);
    painter.setBrush(style.pinColour(pin));
    painter.drawEllipse(centre, radius, radius);
}

QRectF Picture::visibleOf(const QPainter& painter, const QRectF& area)
{
    return painter.hasClipping() ? painter.clipBoundingRect().intersected(area) : area;
}

} // namespace microtome
