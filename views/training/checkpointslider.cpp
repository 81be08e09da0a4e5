#include "views/training/checkpointslider.h"

#include "views/canvas/label.h"
#include "views/session/checkpointname.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double edge = 14;
constexpr double line = 15; ///< of the stops, from the top
constexpr double names = 26;

/// A final state of which nobody tells the step stands this far behind the last one.
constexpr double behind = 0.08;

} // namespace

CheckpointSlider::CheckpointSlider(QWidget* parent)
    : QAbstractSlider(parent)
    , m_look(Style::screen(Theme::light()))
{
    setObjectName(QStringLiteral("checkpoints"));
    setAccessibleName(tr("Checkpoint"));
    setOrientation(Qt::Horizontal);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setTracking(true);
    setPageStep(1);
}

void CheckpointSlider::setStates(
    const std::vector<TrainingHistory::State>& states, bool logarithmic)
{
    m_places.clear();
    m_names.clear();
    m_steps.clear();
    double first = HUGE_VAL;
    double last = -HUGE_VAL;
    for (const TrainingHistory::State& state : states) {
        const auto step = static_cast<double>(state.step.value_or(0));
        const double place = !state.step ? std::nan("") : logarithmic ? placeOfStep(step) : step;
        m_places.push_back(place);
        m_names << checkpointName(state);
        m_steps << shortName(state);
        if (state.step) {
            first = std::min(first, place);
            last = std::max(last, place);
        }
    }
    const bool unknown = std::ranges::any_of(m_places, [](double p) { return std::isnan(p); });
    const double room = unknown ? 1 - behind : 1;
    for (double& place : m_places)
        place = std::isnan(place) ? 1 : last > first ? (place - first) / (last - first) * room : 0;
    const QSignalBlocker quiet(this);
    setRange(0, std::max(static_cast<int>(states.size()) - 1, 0));
    update();
}

void CheckpointSlider::setLook(const Style& look)
{
    m_look = look;
    update();
}

QPointF CheckpointSlider::stopAt(int index) const
{
    const auto i = static_cast<std::size_t>(index);
    const double place = i < m_places.size() ? m_places[i] : 0;
    return {edge + place * (width() - 2 * edge), line};
}

int CheckpointSlider::nearest(double x) const
{
    int best = 0;
    for (int i = 1; i < static_cast<int>(m_places.size()); ++i)
        if (std::fabs(stopAt(i).x() - x) < std::fabs(stopAt(best).x() - x))
            best = i;
    return best;
}

void CheckpointSlider::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Theme& theme = m_look.theme;
    painter.setRenderHint(QPainter::Antialiasing);
    const QPointF here = stopAt(value());
    painter.fillRect(QRectF(edge, line - 1, width() - 2 * edge, 2), theme.line);
    painter.fillRect(QRectF(edge, line - 1, here.x() - edge, 2), theme.accent);
    painter.setPen(Qt::NoPen);
    for (int i = 0; i <= maximum() && !m_places.empty(); ++i) {
        painter.setBrush(i <= value() ? theme.accent : theme.faint);
        painter.drawEllipse(stopAt(i), 2.5, 2.5);
    }
    painter.setBrush(theme.panel);
    painter.setPen(QPen(hasFocus() ? theme.text : theme.accent, 2));
    painter.drawEllipse(here, 5.5, 5.5);

    // The open checkpoint's step is always there; the others as far as they find room.
    std::vector<QRectF> taken;
    const auto name = [&](int i) {
        const QString& text = m_steps[i];
        const double wide = textWidth(text, TextRole::Axis, m_look) + 2;
        const double x = std::clamp(stopAt(i).x() - wide / 2, 0.0, std::max(width() - wide, 0.0));
        const QRectF box(x, names, wide, textHeight(TextRole::Axis, m_look));
        for (const QRectF& other : taken)
            if (other.adjusted(-8, 0, 8, 0).intersects(box))
                return;
        taken.push_back(box);
        drawLabel(painter,
            labelIn(box, Qt::AlignHCenter, text, TextRole::Axis,
                i == value() ? theme.text : theme.secondary, m_look),
            m_look);
    };
    if (m_places.empty())
        return;
    name(value());
    name(0);
    name(maximum());
    for (int i = 1; i < maximum(); ++i)
        name(i);
}

void CheckpointSlider::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return event->ignore();
    setSliderDown(true);
    setValue(nearest(event->position().x()));
}

void CheckpointSlider::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton)
        setValue(nearest(event->position().x()));
}

void CheckpointSlider::mouseReleaseEvent(QMouseEvent*)
{
    setSliderDown(false);
}

void CheckpointSlider::sliderChange(SliderChange change)
{
    if (value() < m_names.size())
        setAccessibleDescription(m_names[value()]);
    QAbstractSlider::sliderChange(change);
    update();
}

bool CheckpointSlider::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && !m_names.isEmpty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), m_names[nearest(help->pos().x())], this);
        return true;
    }
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
        update();
    return QAbstractSlider::event(event);
}

} // namespace microtome
