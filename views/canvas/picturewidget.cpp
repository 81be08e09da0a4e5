#include "views/canvas/picturewidget.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace microtome {

PictureWidget::PictureWidget(QWidget* parent)
    : QAbstractScrollArea(parent)
    , m_look(Style::screen(Theme::light()))
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
}

void PictureWidget::setPicture(std::shared_ptr<const Picture> picture)
{
    m_picture = std::move(picture);
    if (m_hover && (!m_picture || m_picture->cellRect(*m_hover, area(), m_look).isEmpty()))
        m_hover.reset();
    arrange();
    describeFocus();
}

void PictureWidget::setLook(const Style& look)
{
    m_look = look;
    arrange();
}

void PictureWidget::setFit(Fit fit)
{
    m_fit = fit;
    arrange();
}

void PictureWidget::setHover(std::optional<Cell> cell)
{
    if (cell == m_hover)
        return;
    m_hover = cell;
    viewport()->update();
}

QRectF PictureWidget::area() const
{
    return {QPointF(0, 0), m_size};
}

/// The picture's size and the bars' ranges for the viewport's size.
void PictureWidget::arrange()
{
    m_look.resolution = devicePixelRatioF();
    m_size = viewport()->size();
    if (m_picture && m_fit == Fit::Scrolled)
        m_size = m_size.expandedTo(m_picture->preferredSize(m_look));
    const auto range = [](QScrollBar* bar, double whole, int seen) {
        bar->setRange(0, std::max(static_cast<int>(std::ceil(whole)) - seen, 0));
        bar->setPageStep(seen);
        bar->setSingleStep(24);
    };
    range(horizontalScrollBar(), m_size.width(), viewport()->width());
    range(verticalScrollBar(), m_size.height(), viewport()->height());
    repaintPicture();
}

void PictureWidget::repaintPicture()
{
    m_painted = {};
    viewport()->update();
}

/// The body scrolls both ways, the heads at the top and left one way each, their corner not at all.
std::vector<PictureWidget::Pane> PictureWidget::panes() const
{
    const QPointF scroll(horizontalScrollBar()->value(), verticalScrollBar()->value());
    const QRectF all(viewport()->rect());
    if (!m_picture || scroll.isNull())
        return {{all, scroll}};
    const QMarginsF heads = m_picture->heads(area(), m_look);
    const double x = std::clamp(std::ceil(heads.left()), 0.0, all.width());
    const double y = std::clamp(std::ceil(heads.top()), 0.0, all.height());
    return {{QRectF(0, 0, x, y), {}}, {QRectF(x, 0, all.width() - x, y), {scroll.x(), 0}},
        {QRectF(0, y, x, all.height() - y), {0, scroll.y()}},
        {QRectF(x, y, all.width() - x, all.height() - y), scroll}};
}

std::optional<Cell> PictureWidget::cellAt(QPoint point) const
{
    if (!m_picture)
        return std::nullopt;
    // A pixel is asked for at its centre, so that no rounding decides between two cells.
    const QPointF centre = QPointF(point) + QPointF(0.5, 0.5);
    for (const Pane& pane : panes()) {
        if (pane.rect.contains(centre))
            return m_picture->hit(centre + pane.scroll, area(), m_look);
    }
    return std::nullopt;
}

QRectF PictureWidget::rectOf(const Cell& cell) const
{
    if (!m_picture)
        return {};
    const QRectF rect = m_picture->cellRect(cell, area(), m_look);
    for (const Pane& pane : panes()) {
        const QRectF seen = rect.translated(-pane.scroll).intersected(pane.rect);
        if (!seen.isEmpty() && pane.rect.contains(rect.translated(-pane.scroll).center()))
            return seen;
    }
    return {};
}

void PictureWidget::reveal(const Cell& cell)
{
    if (!m_picture)
        return;
    const QRectF rect = m_picture->cellRect(cell, area(), m_look);
    const QMarginsF heads = m_picture->heads(area(), m_look);
    if (rect.isEmpty())
        return;
    const auto bring = [](QScrollBar* bar, double from, double to, double head, int seen) {
        if (from - bar->value() < head)
            bar->setValue(static_cast<int>(std::floor(from - head)));
        else if (to - bar->value() > seen)
            bar->setValue(static_cast<int>(std::ceil(to - seen)));
    };
    bring(horizontalScrollBar(), rect.left() - 2, rect.right() + 2, heads.left(),
        viewport()->width());
    bring(
        verticalScrollBar(), rect.top() - 2, rect.bottom() + 2, heads.top(), viewport()->height());
}

QSize PictureWidget::sizeHint() const
{
    return m_picture ? m_picture->preferredSize(m_look).toSize() : QSize(320, 200);
}

QSize PictureWidget::minimumSizeHint() const
{
    return {80, 40};
}

void PictureWidget::paintPicture()
{
    const double ratio = devicePixelRatioF();
    m_painted = QPixmap(viewport()->size() * ratio);
    m_painted.setDevicePixelRatio(ratio);
    m_painted.fill(m_look.theme.panel);
    if (!m_picture)
        return;
    QPainter painter(&m_painted);
    for (const Pane& pane : panes()) {
        if (pane.rect.isEmpty())
            continue;
        painter.save();
        painter.setClipRect(pane.rect);
        painter.translate(-pane.scroll);
        m_picture->paint(painter, area(), m_look);
        painter.restore();
    }
}

void PictureWidget::paintEvent(QPaintEvent*)
{
    if (m_painted.isNull())
        paintPicture();
    QPainter painter(viewport());
    painter.drawPixmap(0, 0, m_painted);
    if (m_picture && m_hover) {
        const QRectF seen = rectOf(*m_hover);
        const QRectF rect = m_picture->cellRect(*m_hover, area(), m_look);
        for (const Pane& pane : panes()) {
            if (seen.isEmpty() || !pane.rect.contains(seen.center()))
                continue;
            painter.save();
            painter.setClipRect(pane.rect.adjusted(-1, -1, 1, 1));
            painter.translate(-pane.scroll);
            m_picture->paintHover(painter, area(), m_look, *m_hover);
            painter.restore();
        }
        if (!rect.isEmpty() && !seen.isEmpty() && underMouse())
            paintTag(painter, seen);
    }
    if (hasFocus() && m_picture && !m_picture->focus()) {
        painter.setPen(QPen(m_look.theme.accent, 1));
        painter.drawRect(QRectF(viewport()->rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

/// What the hovered cell says, beside it: right of it, else left, else within the window.
void PictureWidget::paintTag(QPainter& painter, const QRectF& cell) const
{
    const QString text = m_picture->describe(*m_hover);
    if (text.isEmpty())
        return;
    const double width = textWidth(text, TextRole::Token, m_look) + 12;
    const double height = 20;
    double x = cell.right() + 6;
    if (x + width > viewport()->width())
        x = std::max(cell.left() - 6 - width, 0.0);
    double y = std::clamp(
        cell.center().y() - height / 2, 0.0, std::max(viewport()->height() - height, 0.0));
    if (x < cell.right() && x + width > cell.left())
        y = cell.bottom() + 4 + height <= viewport()->height()
            ? cell.bottom() + 4
            : std::max(cell.top() - 4 - height, 0.0);
    const QRectF tag(std::round(x), std::round(y), std::ceil(width), height);
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(m_look.theme.line, 1));
    painter.setBrush(m_look.theme.panel);
    painter.drawRoundedRect(
        tag.adjusted(0.5, 0.5, -0.5, -0.5), m_look.metrics.corner, m_look.metrics.corner);
    drawLabel(painter,
        labelIn(tag.adjusted(6, 0, -5, 0), Qt::AlignLeft, text, TextRole::Token, m_look.theme.text,
            m_look),
        m_look);
}

void PictureWidget::resizeEvent(QResizeEvent*)
{
    arrange();
}

void PictureWidget::scrollContentsBy(int, int)
{
    repaintPicture();
    if (underMouse())
        hoverOver(cellAt(viewport()->mapFromGlobal(QCursor::pos())));
}

bool PictureWidget::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave)
        hoverOver(std::nullopt);
    return QAbstractScrollArea::viewportEvent(event);
}

void PictureWidget::hoverOver(std::optional<Cell> cell)
{
    if (cell == m_hover)
        return;
    setHover(cell);
    emit hovered(cell);
}

void PictureWidget::mouseMoveEvent(QMouseEvent* event)
{
    hoverOver(cellAt(event->position().toPoint()));
    viewport()->setCursor(m_pressed && m_hover != m_pressed ? Qt::DragMoveCursor : Qt::ArrowCursor);
}

void PictureWidget::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        m_pressed = cellAt(event->position().toPoint());
    else
        event->ignore();
}

void PictureWidget::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const std::optional<Cell> from = std::exchange(m_pressed, std::nullopt);
    viewport()->setCursor(Qt::ArrowCursor);
    const auto to = cellAt(event->position().toPoint());
    if (!from || !to)
        return;
    if (*from == *to)
        emit clicked(*to, event->modifiers());
    else
        emit dragged(*from, *to);
}

void PictureWidget::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (const auto cell = cellAt(event->position().toPoint()))
        emit doubleClicked(*cell);
}

void PictureWidget::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    const int right = key == Qt::Key_Right ? 1 : key == Qt::Key_Left ? -1 : 0;
    const int down = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
    if (!m_picture || event->modifiers() & (Qt::ControlModifier | Qt::AltModifier)) {
        event->ignore();
        return;
    }
    if (right != 0 || down != 0) {
        const Cell next = m_picture->focus()
            ? m_picture->neighbour(*m_picture->focus(), right, down)
            : m_picture->neighbour({0, 0}, 0, 0);
        reveal(next);
        emit moved(next);
    } else if ((key == Qt::Key_Return || key == Qt::Key_Enter) && m_picture->focus()) {
        emit doubleClicked(*m_picture->focus());
    } else {
        event->ignore();
    }
}

void PictureWidget::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange)
        repaintPicture();
    QAbstractScrollArea::changeEvent(event);
}

/// Screen readers hear the focused cell as the widget's description.
void PictureWidget::describeFocus()
{
    const auto cell = m_picture ? m_picture->focus() : std::nullopt;
    const bool there = cell && !m_picture->cellRect(*cell, area(), m_look).isEmpty();
    setAccessibleDescription(there ? m_picture->describe(*cell) : QString());
}

} // namespace microtome
