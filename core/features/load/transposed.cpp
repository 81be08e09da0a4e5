#include "core/features/load/transposed.h"

#include <algorithm>

namespace microtome {

/// Tile by tile, so that both sides stay in cache.
Matrix transposed(const Matrix& matrix)
{
    constexpr std::size_t tile = 32;
    const std::size_t rows = matrix.rows();
    const std::size_t columns = matrix.columns();
    const auto from = matrix.values();
    std::vector<float> to(from.size());
    for (std::size_t top = 0; top < rows; top += tile)
        for (std::size_t left = 0; left < columns; left += tile)
            for (std::size_t i = top; i < std::min(top + tile, rows); ++i)
                for (std::size_t j = left; j < std::min(left + tile, columns); ++j)
                    to[j * rows + i] = from[i * columns + j];
    return {columns, rows, std::move(to)};
}

} // namespace microtome
