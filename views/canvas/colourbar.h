#pragma once

#include "views/canvas/picture.h"

namespace microtome {

/// The scale beside a picture: its colours in steps between the two limits, the unit, and a wedge
/// at an end beyond which some number lies.
class ColourBar final : public Picture {
public:
    explicit ColourBar(ColourRange range)
        : m_range(std::move(range))
    {
    }

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    std::optional<ColourRange> range() const override { return m_range; }

    /// Blocks of colour the scale is drawn with.
    static constexpr int blocks = 13;

private:
    QRectF bar(const QRectF& area, const Style&) const;
    double valueOf(int block) const;

    ColourRange m_range;
};

} // namespace microtome
