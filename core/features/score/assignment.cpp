#include "core/features/score/assignment.h"

#include "core/features/load/transposed.h"

#include <limits>

namespace microtome {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// The Hungarian method by shortest augmenting paths (Kuhn 1955; Jonker and Volgenant 1987), for
/// costs -gain and at least as many columns as rows: rows join one after another, and potentials u,
/// v keep every reduced cost -gain - u - v at 0 or above, 0 where assigned.
std::vector<std::size_t> assigned(const Matrix& gains)
{
    const std::size_t rows = gains.rows();
    const std::size_t columns = gains.columns();
    std::vector<double> u(rows + 1);
    std::vector<double> v(columns + 1);
    std::vector<std::size_t> rowOf(columns + 1, rows); // the last column is the one being placed
    std::vector<std::size_t> before(columns + 1);
    for (std::size_t next = 0; next < rows; ++next) {
        std::vector<double> shortest(columns, infinite);
        std::vector<bool> done(columns + 1);
        std::size_t at = columns;
        rowOf[columns] = next;
        do {
            done[at] = true;
            const std::size_t row = rowOf[at];
            double least = infinite;
            std::size_t nearest = columns;
            for (std::size_t j = 0; j < columns; ++j) {
                if (done[j])
                    continue;
                const double reduced = -static_cast<double>(gains(row, j)) - u[row] - v[j];
                if (reduced < shortest[j]) {
                    shortest[j] = reduced;
                    before[j] = at;
                }
                if (shortest[j] < least) {
                    least = shortest[j];
                    nearest = j;
                }
            }
            for (std::size_t j = 0; j <= columns; ++j) {
                if (done[j]) {
                    u[rowOf[j]] += least;
                    v[j] -= least;
                } else {
                    shortest[j] -= least;
                }
            }
            at = nearest;
        } while (rowOf[at] != rows);
        for (; at != columns; at = before[at])
            rowOf[at] = rowOf[before[at]];
    }
    std::vector<std::size_t> columnOf(rows, none);
    for (std::size_t j = 0; j < columns; ++j)
        if (rowOf[j] < rows)
            columnOf[rowOf[j]] = j;
    return columnOf;
}

} // namespace

std::vector<std::size_t> bestAssignment(const Matrix& gains)
{
    if (gains.rows() <= gains.columns())
        return assigned(gains);
    const std::vector<std::size_t> rowOf = assigned(transposed(gains));
    std::vector<std::size_t> columnOf(gains.rows(), none);
    for (std::size_t j = 0; j < rowOf.size(); ++j)
        columnOf[rowOf[j]] = j;
    return columnOf;
}

} // namespace microtome
