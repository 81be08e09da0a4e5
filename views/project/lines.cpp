#include "views/project/lines.h"

#include "views/style/style.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>

#include <algorithm>

namespace microtome {

namespace {

constexpr int captionHeight = 24;
constexpr int lineHeight = 20;
constexpr int edge = 10;
constexpr int below = 6;

} // namespace

ProjectLines::ProjectLines(const QString& caption, QWidget* parent)
    : QWidget(parent)
    , m_caption(caption)
{
    setAccessibleName(caption);
    setFocusPolicy(Qt::TabFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ProjectLines::setTheme(const Theme& theme)
{
    m_theme = theme;
    update();
}

void ProjectLines::setLines(std::vector<ProjectLine> lines, const QString& sentence)
{
    m_lines = std::move(lines);
    m_sentence = sentence;
    m_hover = -1;
    m_walked = std::min(m_walked, count() - 1);
    QStringList spoken;
    for (const ProjectLine& line : m_lines)
        spoken << line.text + u' ' + line.detail;
    setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize ProjectLines::sizeHint() const
{
    const int lines = count() == 0 && !m_sentence.isEmpty() ? 1 : count();
    return {180, captionHeight + lines * lineHeight + below};
}

QRect ProjectLines::lineRect(int i) const
{
    return {0, captionHeight + i * lineHeight, width(), lineHeight};
}

int ProjectLines::lineAt(QPoint point) const
{
    const int i = (point.y() - captionHeight) / lineHeight;
    return point.y() >= captionHeight && i < count() ? i : -1;
}

void ProjectLines::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(m_theme.secondary);
    painter.drawText(
        QRect(edge, 4, width(), captionHeight - 4), Qt::AlignLeft | Qt::AlignVCenter, m_caption);
    if (count() == 0) {
        painter.setPen(m_theme.faint);
        painter.drawText(QRect(edge, captionHeight, width() - 2 * edge, lineHeight),
            Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(m_sentence, Qt::ElideRight, width() - 2 * edge));
        return;
    }
    for (int i = 0; i < count(); ++i) {
        const ProjectLine& line = this->line(i);
        const QRect box = lineRect(i);
        if (line.current)
            painter.fillRect(box, m_theme.accentBackground);
        QRect text = box.adjusted(edge, 0, -edge, 0);
        if (line.dot.isValid()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(line.dot);
            painter.drawEllipse(QPointF(text.left() + 3, box.center().y() + 0.5), 3, 3);
            text.setLeft(text.left() + 12);
        }
        painter.setPen(m_theme.secondary);
        painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter, line.detail);
        const int taken = painter.fontMetrics().horizontalAdvance(line.detail) + 8;
        painter.setPen(line.faint ? m_theme.secondary : m_theme.text);
        QFont font = this->font();
        font.setUnderline(i == m_hover || (hasFocus() && i == m_walked));
        painter.setFont(font);
        painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(line.text, Qt::ElideRight, text.width() - taken));
        painter.setFont(this->font());
    }
}

void ProjectLines::mousePressEvent(QMouseEvent* event)
{
    const int i = lineAt(event->pos());
    if (event->button() != Qt::LeftButton || i < 0)
        return;
    m_walked = i;
    if (const auto open = line(i).open)
        open();
}

void ProjectLines::mouseMoveEvent(QMouseEvent* event)
{
    const int i = lineAt(event->pos());
    if (i == m_hover)
        return;
    m_hover = i;
    setCursor(i >= 0 && line(i).open ? Qt::PointingHandCursor : Qt::ArrowCursor);
    setToolTip(i < 0                ? QString()
            : line(i).tip.isEmpty() ? line(i).text
                                    : line(i).text + u'\n' + line(i).tip);
    update();
}

void ProjectLines::leaveEvent(QEvent*)
{
    m_hover = -1;
    update();
}

void ProjectLines::keyPressEvent(QKeyEvent* event)
{
    if ((event->key() == Qt::Key_Down || event->key() == Qt::Key_Up) && count() > 0) {
        m_walked = std::clamp(m_walked + (event->key() == Qt::Key_Down ? 1 : -1), 0, count() - 1);
        update();
    } else if (event->key() == Qt::Key_Return && m_walked >= 0) {
        if (const auto open = line(m_walked).open)
            open();
    } else if (event->key() == Qt::Key_Delete && m_walked >= 0) {
        if (const auto remove = line(m_walked).remove)
            remove();
    } else {
        QWidget::keyPressEvent(event);
    }
}

void ProjectLines::contextMenuEvent(QContextMenuEvent* event)
{
    const int i = lineAt(event->pos());
    if (i < 0 || !line(i).remove)
        return;
    QMenu menu;
    const QAction* remove = menu.addAction(tr("Remove"));
    if (menu.exec(event->globalPos()) == remove)
        line(i).remove();
}

} // namespace microtome
