#pragma once

#include "core/model/matrix.h"
#include "views/canvas/picture.h"

namespace microtome {

/// The first of `count` rows or columns that block `block` of `blocks` stands for.
int blockBegin(int block, int blocks, int count);

/// The cell of the largest magnitude among rows [row, rowEnd) and columns [column, columnEnd);
/// numbers that are none count least.
Cell largestIn(const Matrix& values, int row, int rowEnd, int column, int columnEnd);

/// A matrix of at most `rows` x `columns` blocks, each the value of the largest magnitude in it, so
/// that a single strong cell is still seen when many share a pixel.
Matrix poolLargest(const Matrix& values, int rows, int columns);

} // namespace microtome
