#include "views/session/tone.h"

#include "views/style/style.h"

#include <QPainter>
#include <QStyle>

namespace microtome {

namespace {

const char* nameOf(Tone tone)
{
    switch (tone) {
    case Tone::Text:
        return "text";
    case Tone::Title:
        return "title";
    case Tone::Secondary:
        return "secondary";
    case Tone::Faint:
        return "faint";
    case Tone::Warning:
        return "warning";
    case Tone::Token:
        return "token";
    }
    return "text";
}

} // namespace

QString toneSheetOf(const Style& style)
{
    const QFont mono = style.font(TextRole::Token);
    return QStringLiteral(
        "*[tone=\"title\"] { font-weight: 600; color: %1; }\n"
        "*[tone=\"secondary\"] { color: %2; }\n"
        "*[tone=\"faint\"] { color: %3; }\n"
        "*[tone=\"warning\"] { color: %4; }\n"
        "*[tone=\"token\"] { font-family: \"%5\"; font-size: %6px; color: %1; }\n")
        .arg(style.theme.text.name(), style.theme.secondary.name(), style.theme.faint.name(),
            style.theme.warning.name(), mono.family())
        .arg(mono.pixelSize() > 0 ? mono.pixelSize() : 11);
}

void setTone(QWidget* widget, Tone tone)
{
    widget->setProperty("tone", QString::fromLatin1(nameOf(tone)));
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

ToneLabel::ToneLabel(Tone tone, const QString& text, QWidget* parent)
    : QLabel(parent)
{
    setTone(this, tone);
    setTextFormat(Qt::PlainText);
    setFullText(text);
}

void ToneLabel::setFullText(const QString& text)
{
    if (text == m_full)
        return;
    m_full = text;
    setAccessibleName(text);
    updateGeometry();
    update();
}

void ToneLabel::setElide(Qt::TextElideMode mode)
{
    m_elide = mode;
    updateGeometry();
}

QSize ToneLabel::minimumSizeHint() const
{
    return {m_elide == Qt::ElideNone ? sizeHint().width() : 0, fontMetrics().height()};
}

QSize ToneLabel::sizeHint() const
{
    const QMargins around = contentsMargins();
    return {fontMetrics().horizontalAdvance(m_full) + 1 + around.left() + around.right(),
        fontMetrics().height()};
}

void ToneLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QRect room = contentsRect();
    const QString shown = fontMetrics().elidedText(m_full, m_elide, room.width());
    setToolTip(shown == m_full ? QString() : m_full);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(room, static_cast<int>(alignment() | Qt::AlignVCenter), shown);
}

} // namespace microtome
