#include "views/canvas/curveslayout.h"

#include "views/style/number.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double widestName = 96;
constexpr double earlyEnd
    = 60; ///< a line that ends so far before the others is named where it ends

} // namespace

CurvesPicture::Layout CurvesPicture::layout(const QRectF& area, const Style& style) const
{
    Layout l;
    l.first = m_first;
    l.last = m_last;
    const double line = textHeight(TextRole::Axis, style);
    const bool heading
        = !m_data.title.isEmpty() || !m_data.note.isEmpty() || !m_data.unit.isEmpty();
    const double top = area.top() + (heading ? line + 6 : line / 2);
    const double below
        = (m_data.xNumbers ? line + 6 : 4) + (m_data.xTitle.isEmpty() ? 0 : line + 2);
    const double height = std::max(area.bottom() - below - top, 1.0);
    const int most = std::max(static_cast<int>(height / 28), 1);
    const Ticks ticks
        = niceTicks(m_low, m_high, m_data.low.has_value(), m_data.high.has_value(), most);
    l.low = ticks.low;
    l.high = ticks.high;
    l.decimals = ticks.decimals;
    l.yTicks = ticks.at;
    double widest = 0;
    for (const double tick : l.yTicks)
        widest = std::max(widest, textWidth(formatNumber(tick, l.decimals), TextRole::Axis, style));
    if (m_data.names)
        for (const Curve& curve : m_data.curves)
            if (!curve.faint)
                l.names = std::max(l.names,
                    std::min(std::ceil(textWidth(curve.name, TextRole::Axis, style)), widestName)
                        + 14);
    const double left = area.left() + (m_data.yNumbers ? std::ceil(widest) + 8 : 2);
    l.plot = QRectF(style.snap(left), style.snap(top),
        std::max(area.right() - 8 - l.names - left, 1.0), height);

    if (m_data.logarithmic) {
        l.xTicks.push_back(0);
        for (double power = 1; std::log10(1 + power) <= l.last + 1e-9; power *= 10)
            l.xTicks.push_back(power);
    } else {
        const double each = niceStep(l.last - l.first, std::max(1, int(l.plot.width() / 80)));
        for (double tick = std::ceil(l.first / each - 1e-9) * each; tick <= l.last + 1e-9 * each;
             tick += each)
            l.xTicks.push_back(tick);
    }
    std::erase_if(l.xTicks,
        [&](double tick) { return place(tick) < l.first - 1e-9 || place(tick) > l.last + 1e-9; });
    return l;
}

/// Names beside the ends of the lines, moved apart so that none lies upon another; those that find
/// no room are left out, the last ones first.
std::vector<CurvesPicture::End> CurvesPicture::ends(const Layout& l, const Style& style) const
{
    std::vector<End> ends;
    if (!m_data.names)
        return ends;
    const double line = textHeight(TextRole::Axis, style);
    const auto room = static_cast<std::size_t>(std::max(l.plot.height() / line + 1, 1.0));
    for (const bool strong : {true, false})
        for (std::size_t c = 0; c < m_data.curves.size() && ends.size() < room; ++c) {
            const Curve& curve = m_data.curves[c];
            if (curve.faint || curve.strong != strong)
                continue;
            for (std::size_t i = curve.x.size(); i-- > 0;)
                if (std::isfinite(curve.y[i])) {
                    const QPointF point(l.x(place(curve.x[i])), l.y(curve.y[i]));
                    const bool early = point.x() < l.plot.right() - earlyEnd;
                    ends.push_back(
                        {c, point, (early ? point.x() : l.plot.right()) + 12, point.y()});
                    break;
                }
        }
    std::ranges::sort(ends, {}, &End::y);
    double next = l.plot.top() - line / 2;
    for (End& end : ends) {
        end.y = std::max(end.y, next + line / 2);
        next = end.y + line / 2;
    }
    double last = l.plot.bottom() + line / 2;
    for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
        end->y = std::min(end->y, last - line / 2);
        last = end->y - line / 2;
    }
    return ends;
}

std::vector<Label> CurvesPicture::labels(const QRectF& area, const Style& style) const
{
    const Layout l = layout(area, style);
    const double line = textHeight(TextRole::Axis, style);
    const QColor& colour = style.theme.secondary;
    std::vector<Label> labels;
    const double noteWidth
        = m_data.note.isEmpty() ? 0 : textWidth(m_data.note, TextRole::Axis, style) + 6;
    const QRectF head(area.left(), area.top(), l.plot.right() - area.left(), line);
    const QString heading = m_data.title.isEmpty() ? m_data.unit : m_data.title;
    if (!heading.isEmpty())
        labels.push_back(labelIn(head.adjusted(m_data.yNumbers ? 0 : 2, 0, -noteWidth, 0),
            Qt::AlignLeft, heading, TextRole::Axis,
            m_data.title.isEmpty() ? colour : style.theme.text, style));
    if (!m_data.note.isEmpty())
        labels.push_back(labelIn(head, Qt::AlignRight, m_data.note, TextRole::Axis, colour, style));
    if (m_data.yNumbers)
        for (const double tick : l.yTicks)
            labels.push_back(labelIn(QRectF(area.left() - 1, l.y(tick) - line / 2,
                                         l.plot.left() - 7 - area.left(), line),
                Qt::AlignRight, formatNumber(tick, l.decimals), TextRole::Axis, colour, style));
    if (m_data.xNumbers) {
        double free = -HUGE_VAL;
        for (const double tick : l.xTicks) {
            const QString text = formatNumber(tick, decimalsOf(tick));
            const double width = textWidth(text, TextRole::Axis, style) + 2;
            const double x = std::min(l.x(place(tick)) - width / 2, area.right() - width);
            if (x < free)
                continue;
            free = x + width + 8;
            labels.push_back(labelIn(QRectF(x, l.plot.bottom() + 6, width, line), Qt::AlignHCenter,
                text, TextRole::Axis, colour, style));
        }
    }
    if (!m_data.xTitle.isEmpty())
        labels.push_back(labelIn(QRectF(l.plot.left(), area.bottom() - line, l.plot.width(), line),
            Qt::AlignHCenter, m_data.xTitle, TextRole::Axis, colour, style));
    for (const End& end : ends(l, style)) {
        const Curve& curve = m_data.curves[end.curve];
        labels.push_back(labelIn(QRectF(end.x, end.y - line / 2, l.names - 12 + 0.5, line),
            Qt::AlignLeft, curve.name, TextRole::Axis, colourOf(curve, style), style));
    }
    return labels;
}

} // namespace microtome
