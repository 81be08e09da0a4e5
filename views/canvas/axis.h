#pragma once

#include "views/canvas/label.h"

#include <QStringList>

namespace microtome {

/// The names along one side of a picture. Names of tokens are set in monospace, and where they are
/// too many to be read give way to every so many-th position's number.
struct Axis {
    QStringList labels;
    bool tokens = false;
    QString title = {};
};

/// How the names along an axis are set: every `step`-th, by name or by number, lying or upright.
struct AxisPlan {
    int step = 1;
    bool numbers = false;
    bool upright = false;
    double extent = 0; ///< how far the names reach from the picture's edge

    QString text(const Axis& axis, int index) const;
    TextRole role(const Axis& axis) const;
};

/// The smallest step of 1, 2, 5, 10, 20, ... whose labels, `cell` apart, leave each `size` of room.
int thinning(double cell, double size);

/// Names above `count` columns that are `cell` wide.
AxisPlan planColumns(const Axis& axis, int count, double cell, const Style& style);

/// Names beside `count` rows that are `cell` high.
AxisPlan planRows(const Axis& axis, int count, double cell, const Style& style);

} // namespace microtome
