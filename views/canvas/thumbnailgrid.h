#pragma once

#include "core/model/matrix.h"
#include "views/canvas/axis.h"
#include "views/canvas/picture.h"

namespace microtome {

/// Small heat maps in rows and columns, such as every head's attention pattern by layer and head.
struct ThumbnailData {
    int rows = 0;
    int columns = 0;
    std::vector<Matrix> matrices; ///< row-major; an empty matrix where there is nothing yet
    ColourRange range;
    Axis rowAxis;
    Axis columnAxis;
    bool triangular = true; ///< right of each one's diagonal is nothing
};

/// The thumbnails, each pooled to its pixels by largest magnitude, with names along both sides.
class ThumbnailGrid final : public Picture {
public:
    explicit ThumbnailGrid(ThumbnailData data);

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    double usedHeight(const QRectF& area, const Style&) const override;
    QMarginsF heads(const QRectF& area, const Style&) const override;
    std::optional<ColourRange> range() const override { return m_data.range; }

private:
    struct Layout;

    Layout layout(const QRectF& area, const Style&) const;
    void paintThumbnail(
        QPainter&, const Matrix&, const QRectF&, const ColourScale&, const Style&) const;

    ThumbnailData m_data;
};

} // namespace microtome
