#include "views/canvas/pool.h"

#include <algorithm>
#include <cmath>

namespace microtome {

int blockBegin(int block, int blocks, int count)
{
    return static_cast<int>(static_cast<long long>(block) * count / blocks);
}

Cell largestIn(const Matrix& values, int row, int rowEnd, int column, int columnEnd)
{
    Cell best{row, column};
    float largest = -1;
    for (int r = row; r < rowEnd; ++r) {
        const auto numbers = values.row(static_cast<std::size_t>(r));
        for (int c = column; c < columnEnd; ++c) {
            const float size = std::fabs(numbers[static_cast<std::size_t>(c)]);
            if (size > largest) {
                largest = size;
                best = {r, c};
            }
        }
    }
    return best;
}

Matrix poolLargest(const Matrix& values, int rows, int columns)
{
    const int fullRows = static_cast<int>(values.rows());
    const int fullColumns = static_cast<int>(values.columns());
    const int r = std::clamp(rows, 1, std::max(fullRows, 1));
    const int c = std::clamp(columns, 1, std::max(fullColumns, 1));
    if (values.empty() || (r == fullRows && c == fullColumns))
        return values;
    std::vector<float> pooled(static_cast<std::size_t>(r) * static_cast<std::size_t>(c));
    for (int i = 0; i < r; ++i) {
        for (int j = 0; j < c; ++j) {
            const Cell cell
                = largestIn(values, blockBegin(i, r, fullRows), blockBegin(i + 1, r, fullRows),
                    blockBegin(j, c, fullColumns), blockBegin(j + 1, c, fullColumns));
            pooled[static_cast<std::size_t>(i) * static_cast<std::size_t>(c)
                + static_cast<std::size_t>(j)]
                = values(static_cast<std::size_t>(cell.row), static_cast<std::size_t>(cell.column));
        }
    }
    return {static_cast<std::size_t>(r), static_cast<std::size_t>(c), std::move(pooled)};
}

} // namespace microtome
