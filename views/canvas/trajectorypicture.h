#pragma once

#include "views/canvas/axis.h"
#include "views/canvas/picture.h"

namespace microtome {

/// One line of a chart: its name, its pin (colour and dashes), and a number for each place on x; a
/// gap where a number is none.
struct Series {
    QString name;
    int pin = 0;
    std::vector<float> values;
};

/// What a chart over layers or positions shows.
struct TrajectoryData {
    enum class Scale {
        Linear,
        LogRank ///< ranks from 1, the best at the top, in powers of ten
    };

    std::vector<Series> series;
    Axis x;
    QString unit; ///< of y
    Scale scale = Scale::Linear;
    std::optional<double> low; ///< of a linear y axis, else from the numbers
    std::optional<double> high;
    int decimals = 2; ///< of the hover text
};

/// A line chart with a legend of chips. Cells are {series, place}; hovering shows a crosshair and
/// every series' number there.
class TrajectoryPicture final : public Picture {
public:
    explicit TrajectoryPicture(TrajectoryData data);

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    void paintHover(QPainter&, const QRectF& area, const Style&, const Cell&) const override;

private:
    struct Layout;

    Layout layout(const QRectF& area, const Style&) const;
    void paintSeries(QPainter&, const Layout&, const Style&) const;
    double number(int series, int place) const;
    QString nameOf(int place) const;
    int places() const { return m_places; }

    TrajectoryData m_data;
    int m_places = 0;
};

} // namespace microtome
