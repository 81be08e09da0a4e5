#pragma once

#include "views/canvas/picture.h"

namespace microtome {

/// One signed bar: its name, its number, and whether it stands back (remainders, sums).
struct Bar {
    QString name;
    double value = 0;
    bool faint = false;
};

/// Signed horizontal bars from a common zero: names at the left, numbers at the right in columns.
class BarsPicture final : public Picture {
public:
    explicit BarsPicture(
        std::vector<Bar> bars, QString unit = {}, int decimals = 2, bool tokens = true);

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    double usedHeight(const QRectF& area, const Style&) const override;

private:
    struct Columns;

    Columns columns(const QRectF& area, const Style&) const;
    int count() const { return static_cast<int>(m_bars.size()); }

    std::vector<Bar> m_bars;
    QString m_unit;
    int m_decimals;
    TextRole m_nameRole;
};

} // namespace microtome
