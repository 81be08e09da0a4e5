#pragma once

#include "views/canvas/matrixpicture.h"

namespace microtome {

/// Where a heat map's cells and names lie in one area.
struct MatrixLayout {
    MatrixLayout(const MatrixData& data, const QRectF& area, const Style& style);

    QRectF grid;
    double cellWidth = 0;
    double cellHeight = 0;
    double gap = 0;
    int blockRows = 0; // smaller than the number of rows where cells are pooled
    int blockColumns = 0;
    bool pooled = false;
    bool upwards = false;
    int rows = 0;
    int columns = 0;
    AxisPlan rowPlan;
    AxisPlan columnPlan;
    double resolution = 1;

    /// Row of the data at place `place` from the top, and back.
    int flip(int place) const { return upwards ? rows - 1 - place : place; }

    /// Where a cell of the data is.
    QRectF rect(int row, int column) const;

    /// The cells behind the pixel-sized block at a place of the picture; without pooling a block is
    /// a cell. Ends are exclusive.
    struct Block {
        int row, rowEnd, column, columnEnd;
    };
    Block block(int placeRow, int placeColumn) const;

    /// The names along both sides and their titles.
    std::vector<Label> heads(const MatrixData& data, const Style& style) const;
};

/// The places (rows from the top, columns) of the cells that can be seen, ends exclusive.
struct CellWindow {
    int row = 0;
    int rowEnd = 0;
    int column = 0;
    int columnEnd = 0;

    CellWindow(const MatrixLayout& layout, const QRectF& visible);

    int cells() const { return (rowEnd - row) * (columnEnd - column); }
};

} // namespace microtome
