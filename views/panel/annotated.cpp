#include "views/panel/annotated.h"

#include "views/style/style.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

/// Where the cells of a regular grid lie, from its first and last one.
struct Lattice {
    QRectF first;
    double stepX = 0;
    double stepY = 0; ///< from one row to the next, negative when rows go upwards

    Lattice(const Picture& picture, int rows, int columns, const QRectF& area, const Style& style)
        : first(picture.cellRect({0, 0}, area, style))
    {
        const QRectF last = picture.cellRect({rows - 1, columns - 1}, area, style);
        stepX = columns > 1 ? (last.left() - first.left()) / (columns - 1) : first.width();
        stepY = rows > 1 ? (last.top() - first.top()) / (rows - 1) : first.height();
    }

    QRectF rect(int row, int column) const
    {
        return {first.left() + column * stepX - 0.5, first.top() + row * stepY - 0.5,
            std::abs(stepX), std::abs(stepY)};
    }
};

} // namespace

AnnotatedPicture::AnnotatedPicture(std::shared_ptr<Picture> inner, Annotations annotations)
    : m_inner(std::move(inner))
    , m_annotations(std::move(annotations))
{
}

bool AnnotatedPicture::isInside(int row, int column) const
{
    return row >= 0 && column >= 0 && row < m_annotations.rows && column < m_annotations.columns
        && m_annotations.inside({row, column});
}

void AnnotatedPicture::paint(QPainter& painter, const QRectF& area, const Style& style) const
{
    const bool within = m_annotations.inside && m_annotations.rows > 0 && m_annotations.columns > 0;
    m_inner->setPins(pins());
    m_inner->setFocus(focus());
    m_inner->paint(painter, area, style);
    if (within)
        paintBorder(painter, area, style);
    paintRings(painter, area, style);
}

void AnnotatedPicture::paintBorder(QPainter& painter, const QRectF& area, const Style& style) const
{
    const Lattice lattice(*m_inner, m_annotations.rows, m_annotations.columns, area, style);
    const QRectF visible = visibleOf(painter, area);
    QColor veil = style.theme.panel;
    veil.setAlphaF(0.68F);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    const QMarginsF head = heads(area, style);
    painter.setClipRect(area.adjusted(head.left() - 2, head.top() - 2, 2, 2), Qt::IntersectClip);
    std::vector<QLineF> border;
    for (int row = 0; row < m_annotations.rows; ++row) {
        for (int column = 0; column < m_annotations.columns; ++column) {
            const QRectF rect = lattice.rect(row, column);
            if (!rect.intersects(visible))
                continue;
            if (!isInside(row, column)) {
                painter.fillRect(rect, veil);
                continue;
            }
            const int above = lattice.stepY < 0 ? 1 : -1;
            if (!isInside(row + above, column))
                border.emplace_back(rect.topLeft(), rect.topRight());
            if (!isInside(row - above, column))
                border.emplace_back(rect.bottomLeft(), rect.bottomRight());
            if (!isInside(row, column - 1))
                border.emplace_back(rect.topLeft(), rect.bottomLeft());
            if (!isInside(row, column + 1))
                border.emplace_back(rect.topRight(), rect.bottomRight());
        }
    }
    painter.setPen(QPen(style.theme.accent, 2, Qt::SolidLine, Qt::SquareCap));
    for (const QLineF& line : border)
        painter.drawLine(line);
    painter.restore();
}

void AnnotatedPicture::paintRings(QPainter& painter, const QRectF& area, const Style& style) const
{
    if (m_annotations.ringed.empty())
        return;
    const Lattice lattice(*m_inner, m_annotations.rows, m_annotations.columns, area, style);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setBrush(Qt::NoBrush);
    for (const Cell& cell : m_annotations.ringed) {
        const QRectF rect = lattice.rect(cell.row, cell.column);
        const double radius = 3;
        const bool roomy = std::min(rect.width(), rect.height()) >= 20;
        const QPointF centre
            = roomy ? rect.topRight() + QPointF(-radius - 4, radius + 4) : rect.center();
        painter.setPen(QPen(style.theme.panel, 3.5));
        painter.drawEllipse(centre, radius, radius);
        painter.setPen(QPen(style.theme.warning, 2));
        painter.drawEllipse(centre, radius, radius);
    }
    painter.restore();
}

std::optional<Cell> AnnotatedPicture::hit(
    QPointF point, const QRectF& area, const Style& style) const
{
    return m_inner->hit(point, area, style);
}

QRectF AnnotatedPicture::cellRect(const Cell& cell, const QRectF& area, const Style& style) const
{
    return m_inner->cellRect(cell, area, style);
}

QSizeF AnnotatedPicture::preferredSize(const Style& style) const
{
    return m_inner->preferredSize(style);
}

std::vector<Label> AnnotatedPicture::labels(const QRectF& area, const Style& style) const
{
    return m_inner->labels(area, style);
}

Cell AnnotatedPicture::neighbour(const Cell& from, int right, int down) const
{
    return m_inner->neighbour(from, right, down);
}

QString AnnotatedPicture::describe(const Cell& cell) const
{
    const bool inGrid = cell.row >= 0 && cell.column >= 0;
    return inGrid && m_annotations.describe ? m_annotations.describe(cell)
                                            : m_inner->describe(cell);
}

Table AnnotatedPicture::table() const
{
    return m_inner->table();
}

QMarginsF AnnotatedPicture::heads(const QRectF& area, const Style& style) const
{
    return m_inner->heads(area, style);
}

} // namespace microtome
