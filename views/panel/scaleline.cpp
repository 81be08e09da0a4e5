#include "views/panel/scaleline.h"

#include "views/canvas/colourbar.h"

#include <QPainter>

#include <cmath>

namespace microtome {

ScaleLine::ScaleLine(QWidget* parent)
    : QWidget(parent)
    , m_style(Style::screen(Theme::light()))
{
    setFixedHeight(22);
    setAttribute(Qt::WA_TransparentForMouseEvents);
}

void ScaleLine::show(const std::optional<ColourRange>& range, const Style& style)
{
    m_range = range;
    m_style = style;
    setVisible(range.has_value());
    if (range) {
        const ColourBar bar(*range);
        setFixedWidth(static_cast<int>(std::ceil(bar.preferredSize(style).width())));
        setAccessibleName(
            tr("Colour scale from %1 to %2 %3").arg(range->low).arg(range->high).arg(range->unit));
    }
    update();
}

void ScaleLine::paintEvent(QPaintEvent*)
{
    if (!m_range)
        return;
    QPainter painter(this);
    ColourBar(*m_range).paint(painter, QRectF(rect()).adjusted(0, 1, 0, -1), m_style);
}

} // namespace microtome
