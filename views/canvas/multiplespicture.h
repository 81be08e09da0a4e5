#pragma once

#include "views/canvas/curvespicture.h"

namespace microtome {

/// Many small charts with the same axes, in rows: one thing each, so that twelve lines can be told
/// apart. Numbers stand at the left of each row and below the lowest charts only. Cells are
/// {chart, point of its first curve}.
class MultiplesPicture final : public Picture {
public:
    explicit MultiplesPicture(std::vector<CurvesData> charts);

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    void paintHover(QPainter&, const QRectF& area, const Style&, const Cell&) const override;

    int count() const { return static_cast<int>(m_charts.size()); }
    const CurvesData& chart(int i) const { return m_charts.at(static_cast<std::size_t>(i)); }

    /// The x of a cell.
    std::optional<double> xOf(const Cell&) const;

private:
    struct Layout;

    Layout layout(const QRectF& area, const Style&) const;
    CurvesPicture part(int chart, const Layout&) const;

    std::vector<CurvesData> m_charts;
};

} // namespace microtome
