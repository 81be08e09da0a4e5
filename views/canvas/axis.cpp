#include "views/canvas/axis.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr double readableColumn = 32; // narrower columns carry upright names
constexpr double longestUpright = 64;
constexpr double longestRow = 96;

double widest(const Axis& axis, const AxisPlan& plan, int count, double limit, const Style& style)
{
    double width = 0;
    for (int i = 0; i < count && width < limit; i += plan.step)
        width = std::max(width, textWidth(plan.text(axis, i), plan.role(axis), style));
    return std::min(width, limit);
}

} // namespace

QString AxisPlan::text(const Axis& axis, int index) const
{
    if (numbers || index >= axis.labels.size())
        return axis.labels.isEmpty() ? QString() : QString::number(index);
    return axis.labels[index];
}

TextRole AxisPlan::role(const Axis& axis) const
{
    return axis.tokens && !numbers ? TextRole::AxisToken : TextRole::Axis;
}

int thinning(double cell, double size)
{
    if (cell <= 0)
        return 1'000'000'000;
    for (int power = 1; power < 100'000'000; power *= 10) {
        for (int factor : {1, 2, 5}) {
            if (power * factor * cell >= size)
                return power * factor;
        }
    }
    return 1'000'000'000;
}

AxisPlan planColumns(const Axis& axis, int count, double cell, const Style& style)
{
    AxisPlan plan;
    if (axis.labels.isEmpty() || count == 0)
        return plan;
    const double line = textHeight(TextRole::Axis, style);
    plan.extent = line;
    if (axis.tokens && cell >= readableColumn)
        return plan;
    if (axis.tokens && cell >= line + 1) {
        plan.extent = widest(axis, plan, count, longestUpright, style);
        plan.upright = plan.extent > cell - 4;
        if (!plan.upright)
            plan.extent = line;
        return plan;
    }
    plan.numbers = axis.tokens;
    const double needed = plan.numbers ? textWidth(QString::number(count), TextRole::Axis, style)
                                       : widest(axis, plan, count, longestRow, style);
    plan.step = needed <= cell - 4 ? 1 : thinning(cell, needed + 8);
    return plan;
}

AxisPlan planRows(const Axis& axis, int count, double cell, const Style& style)
{
    AxisPlan plan;
    if (axis.labels.isEmpty() || count == 0)
        return plan;
    plan.step = thinning(cell, textHeight(TextRole::Axis, style));
    plan.numbers = axis.tokens && plan.step > 1;
    plan.extent = plan.numbers ? textWidth(QString::number(count), TextRole::Axis, style)
                               : widest(axis, plan, count, longestRow, style);
    return plan;
}

} // namespace microtome
