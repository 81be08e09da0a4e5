#include "views/prompt/chips.h"

#include "views/session/amount.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>

namespace microtome {

namespace {

constexpr int chipHeight = 24;
constexpr int chipPadding = 6;
constexpr int chipGap = 3;
constexpr int longestChip = 160;

} // namespace

Chips::Chips(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
{
    setObjectName(QStringLiteral("chips"));
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFixedHeight(28);
    connect(&session, &Session::changed, this, [this](Changes changes) {
        if (changes & (Changes(Change::Prompt) | Change::Model | Change::Theme))
            rebuild();
        if (changes & (Changes(Change::Focus) | Change::Pins | Change::Prompt))
            reveal(m_session.selection().focus().position);
        update();
    });
    connect(&session.selection(), &Selection::hovered, this, [this] { update(); });
    rebuild();
}

void Chips::rebuild()
{
    const QFontMetrics metrics(Style::screen(m_session.theme()).font(TextRole::Token));
    m_texts.clear();
    m_edges.clear();
    int x = 0;
    for (int i = 0; i < static_cast<int>(m_session.prompt().size()); ++i) {
        m_texts << metrics.elidedText(
            m_session.tokenTextAt(Position(i)), Qt::ElideMiddle, longestChip);
        x += metrics.horizontalAdvance(m_texts.back()) + 2 * chipPadding + chipGap;
        m_edges.push_back(x);
    }
    setAccessibleName(tr("Prompt, %1").arg(counted(count(), tr("token"), tr("tokens"))));
    scrollTo(m_offset);
    updateGeometry();
}

QSize Chips::sizeHint() const
{
    return {contentWidth(), 28};
}

QRect Chips::chipRect(Position position) const
{
    const int i = position.value();
    if (i < 0 || i >= count())
        return {};
    const int left = i == 0 ? 0 : m_edges[static_cast<std::size_t>(i) - 1];
    const int right = m_edges[static_cast<std::size_t>(i)] - chipGap;
    return {left - m_offset, (height() - chipHeight) / 2, right - left, chipHeight};
}

Position Chips::positionAt(QPoint point) const
{
    const auto it = std::ranges::upper_bound(m_edges, point.x() + m_offset);
    const Position position(it - m_edges.begin());
    return it != m_edges.end() && chipRect(position).contains(point) ? position : Position();
}

void Chips::scrollTo(int offset)
{
    m_offset = std::clamp(offset, 0, std::max(0, contentWidth() - width()));
    update();
}

void Chips::reveal(Position position)
{
    const QRect chip = chipRect(position);
    if (chip.isEmpty())
        return;
    constexpr int margin = 48; // its neighbour shows that there is more
    if (chip.left() < margin)
        scrollTo(m_offset + chip.left() - margin);
    else if (chip.right() > width() - margin)
        scrollTo(m_offset + chip.right() - width() + margin);
    setAccessibleDescription(
        tr("token %1: %2").arg(position.value()).arg(m_session.tokenTextAt(position)));
}

void Chips::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Style style = Style::screen(m_session.theme());
    const auto first = std::ranges::upper_bound(m_edges, m_offset);
    for (int i = static_cast<int>(first - m_edges.begin()); i < count(); ++i) {
        if (chipRect(Position(i)).left() > width())
            break;
        paintChip(painter, i, style);
    }
    // What is scrolled away is hinted at by a line of the window's tone at that end.
    painter.setPen(style.theme.faint);
    painter.setFont(style.font(TextRole::Token));
    auto more = [&](int x) {
        const QRect end(x, 0, 14, height());
        painter.fillRect(end, palette().color(QPalette::Base));
        painter.drawText(end, Qt::AlignCenter, QStringLiteral("…"));
    };
    if (m_offset > 0)
        more(0);
    if (contentWidth() - m_offset > width() + chipGap)
        more(width() - 14);
}

void Chips::paintChip(QPainter& painter, int index, const Style& style) const
{
    const Theme& theme = style.theme;
    const Selection& selection = m_session.selection();
    const Position position(index);
    const bool focused = selection.focus().position == position;
    const bool hovered = selection.hover()
        && (selection.hover()->position == position || selection.hover()->key == position);
    const QRectF box = QRectF(chipRect(position)).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(focused ? theme.accent : hovered ? theme.text : theme.line);
    painter.setBrush(focused ? theme.accentBackground : theme.window);
    painter.drawRoundedRect(box, style.metrics.corner, style.metrics.corner);
    painter.setFont(style.font(TextRole::Token));
    painter.setPen(index == 0 && m_session.prompt().bos ? theme.secondary : theme.text);
    painter.drawText(box, Qt::AlignCenter, m_texts[index]);
    for (const Pin& pin : selection.pins())
        if (pin.what.kind == Focus::Kind::Token && pin.what.position == position) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(style.pinColour(pin.style));
            painter.drawEllipse(box.topRight() + QPointF(-4, 4), 2.5, 2.5);
        }
}

void Chips::mouseMoveEvent(QMouseEvent* event)
{
    const Position position = positionAt(event->pos());
    if (!position.valid()) {
        m_session.selection().clearHover();
        return;
    }
    const TokenId id = m_session.prompt().ids[static_cast<std::size_t>(position.value())];
    if (event->modifiers() & Qt::ShiftModifier)
        m_session.selection().focusToken(position, id);
    m_session.selection().setHover(Focus::atToken(position, id));
    QToolTip::showText(event->globalPosition().toPoint(),
        tr("%1\nposition %2, id %3")
            .arg(m_session.tokenTextAt(position))
            .arg(position.value())
            .arg(id),
        this);
}

void Chips::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const Position position = positionAt(event->pos());
    if (position.valid())
        m_session.selection().focusToken(
            position, m_session.prompt().ids[static_cast<std::size_t>(position.value())]);
    else
        emit editWished();
}

void Chips::mouseDoubleClickEvent(QMouseEvent*)
{
    emit editWished();
}

void Chips::leaveEvent(QEvent*)
{
    m_session.selection().clearHover();
}

void Chips::wheelEvent(QWheelEvent* event)
{
    const QPoint delta = event->angleDelta();
    scrollTo(m_offset - (delta.x() != 0 ? delta.x() : delta.y()) / 2);
    event->accept();
}

void Chips::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        emit editWished();
    else if (event->key() == Qt::Key_Home || event->key() == Qt::Key_End)
        m_session.selection().focusToken(
            Position(event->key() == Qt::Key_Home ? 0 : std::max(0, count() - 1)));
    else
        QWidget::keyPressEvent(event);
}

void Chips::resizeEvent(QResizeEvent*)
{
    scrollTo(m_offset);
    reveal(m_session.selection().focus().position);
}

} // namespace microtome
