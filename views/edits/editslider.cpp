#include "views/edits/editslider.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace microtome {

namespace {

constexpr int steps = 200;
constexpr int handleWidth = 6;

} // namespace

EditSlider::EditSlider(QWidget* parent)
    : QSlider(Qt::Horizontal, parent)
{
    setRange(0, steps);
    setSingleStep(1);
    setPageStep(steps / 20);
    setMinimumWidth(60);
    setFixedHeight(20);
    connect(this, &QSlider::valueChanged, this, [this] { emit slidTo(number()); });
}

void EditSlider::setScale(double low, double high, double home)
{
    m_low = low;
    m_high = high;
    m_home = home;
}

double EditSlider::number() const
{
    return m_low + (m_high - m_low) * value() / steps;
}

void EditSlider::setNumber(double number)
{
    const QSignalBlocker quiet(this);
    setValue(qRound((number - m_low) / (m_high - m_low) * steps));
    update();
}

int EditSlider::xOf(double number) const
{
    const double t = std::clamp((number - m_low) / (m_high - m_low), 0.0, 1.0);
    return handleWidth / 2 + qRound(t * (width() - handleWidth));
}

void EditSlider::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QColor line = palette().color(QPalette::Mid);
    const QColor accent = palette().color(isEnabled() ? QPalette::Link : QPalette::Dark);
    const int y = height() / 2;
    painter.fillRect(0, y - 1, width(), 2, line);
    for (int quarter = 1; quarter < 4; ++quarter)
        painter.fillRect(xOf(m_low + (m_high - m_low) * quarter / 4), y - 4, 1, 8, line);
    const int from = xOf(std::clamp(0.0, m_low, m_high));
    const int at = xOf(number());
    painter.fillRect(std::min(from, at), y - 1, std::abs(at - from), 2, accent);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(hasFocus() ? palette().color(QPalette::Text) : accent);
    painter.drawRoundedRect(QRect(at - handleWidth / 2, y - 6, handleWidth, 12), 1, 1);
}

void EditSlider::jumpTo(int x)
{
    const double t = static_cast<double>(x - handleWidth / 2) / std::max(1, width() - handleWidth);
    setValue(qRound(std::clamp(t, 0.0, 1.0) * steps));
}

void EditSlider::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    setSliderDown(true);
    jumpTo(event->pos().x());
}

void EditSlider::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton)
        jumpTo(event->pos().x());
}

void EditSlider::mouseReleaseEvent(QMouseEvent*)
{
    setSliderDown(false);
}

void EditSlider::mouseDoubleClickEvent(QMouseEvent*)
{
    setValue(qRound((m_home - m_low) / (m_high - m_low) * steps));
}

void EditSlider::wheelEvent(QWheelEvent* event)
{
    event->ignore(); // the list scrolls
}

} // namespace microtome
