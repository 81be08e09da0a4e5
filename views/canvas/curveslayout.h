#pragma once

#include "views/canvas/curvespicture.h"

namespace microtome {

/// Where everything of a chart lies in one area.
struct CurvesPicture::Layout {
    QRectF plot;
    double names = 0; // room for names at the ends
    double low = 0;
    double high = 1;
    double first = 0;
    double last = 1;
    std::vector<double> yTicks;
    std::vector<double> xTicks;
    int decimals = 0;

    double x(double place) const
    {
        return plot.left() + (place - first) / (last - first) * plot.width();
    }
    double y(double value) const
    {
        return plot.bottom() - (value - low) / (high - low) * plot.height();
    }
};

/// A name at the end of its line.
struct CurvesPicture::End {
    std::size_t curve = 0;
    QPointF point; // where the line ends
    double x = 0; // where the name begins: right of the plot, or of a line that ends long before
    double y = 0; // the middle of the name
};

} // namespace microtome
