#pragma once

#include "core/model/matrix.h"
#include "views/canvas/axis.h"
#include "views/canvas/picture.h"

namespace microtome {

struct CellWindow;
struct MatrixLayout;

/// What a heat map shows. Cells without a number (NaN) and, if `triangular`, those right of the
/// diagonal are empty.
struct MatrixData {
    Matrix values; ///< rows x columns
    Axis rows;
    Axis columns;
    ColourRange range;
    std::vector<QString> texts = {}; ///< row-major like the values, or empty
    bool triangular = false;
    bool rowsUpwards = false; ///< row 0 at the bottom, as layers are drawn
    bool square = false; ///< cells as wide as high
    QSizeF largestCell = {96, 28};
    int decimals = 2; ///< of the hover text
    int marked = -1; ///< a column between two lines: what is open now
};

/// A heat map: cells coloured by number with names at the left and above, texts in the cells where
/// they fit, up to 64 x 64 visible cells as rectangles and more as one lossless image with a pixel
/// per cell. Where cells would be smaller than a device pixel, each pixel shows the largest
/// magnitude of its cells, and pointing at it gives that cell.
class MatrixPicture final : public Picture {
public:
    explicit MatrixPicture(MatrixData data);

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

    const MatrixData& data() const { return m_data; }

    /// Whether a cell shows nothing.
    bool isEmpty(int row, int column) const;

    /// More cells than this, side by side, become an image.
    static constexpr int vectorCells = 64 * 64;

private:
    void addTexts(std::vector<Label>&, const MatrixLayout&, const CellWindow&, const Style&) const;
    void paintCells(QPainter&, const MatrixLayout&, const CellWindow&, const Style&) const;
    void paintImage(QPainter&, const MatrixLayout&, const CellWindow&, const Style&) const;
    void paintMarks(QPainter&, const MatrixLayout&, const QRectF& area, const Style&) const;
    double value(int row, int column) const;

    MatrixData m_data;
};

} // namespace microtome
