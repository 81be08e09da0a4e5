#pragma once

#include "views/canvas/picture.h"

namespace microtome {

/// One line of a chart over numbers: its points in the order of x, gaps where y is none.
struct Curve {
    QString name;
    std::vector<double> x;
    std::vector<double> y;
    int pin = -1; ///< colour and dashes of a pin; below 0: the text's colour
    bool faint = false; ///< stands back: many lines of which one is meant
    bool strong = false; ///< the one that is meant, in the accent's colour
};

/// What a chart over the steps of a training shows.
struct CurvesData {
    std::vector<Curve> curves;
    QString title = {}; ///< over the plot, at the left
    QString note = {}; ///< over the plot, at the right
    QString unit = {}; ///< of y
    QString xTitle = {};
    bool logarithmic = true; ///< x by log10(1 + x), so that 0 has a place
    std::optional<double> low = {}; ///< of y, else from the numbers
    std::optional<double> high = {};
    std::optional<std::pair<double, double>> span = {}; ///< of x, else from the numbers
    std::optional<double> here = {}; ///< a line at this x: what is open now
    std::optional<std::pair<double, double>> rise = {}; ///< a band between two x
    bool names = true; ///< at the ends of the lines, as far as they find room
    bool xNumbers = true; ///< room is kept for them where they are left out
    bool yNumbers = true;
    int decimals = 2; ///< of the hover text
};

/// Lines over a number such as the training step, named at their ends. Cells are {curve, point};
/// the curve is -1 where a point is nearer to none.
class CurvesPicture final : public Picture {
public:
    explicit CurvesPicture(CurvesData data);

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    void paintHover(QPainter&, const QRectF& area, const Style&, const Cell&) const override;

    const CurvesData& data() const { return m_data; }

    /// The x of a cell; nothing for what is none.
    std::optional<double> xOf(const Cell&) const;

    /// Where the line of what is open now is painted, in `area`.
    std::optional<double> hereIn(const QRectF& area, const Style&) const;

private:
    struct Layout;
    struct End;

    Layout layout(const QRectF& area, const Style&) const;
    std::vector<End> ends(const Layout&, const Style&) const;
    QColor colourOf(const Curve&, const Style&) const;
    void paintCurve(QPainter&, const Layout&, const Curve&, const Style&) const;
    double place(double x) const;

    CurvesData m_data;
    double m_first = 0; ///< places of the ends of x
    double m_last = 1;
    double m_low = 0;
    double m_high = 1;
};

} // namespace microtome
