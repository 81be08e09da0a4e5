#pragma once

#include "core/model/matrix.h"

#include <cstddef>
#include <vector>

namespace microtome {

/// y = (x - xMean) W + yMean.
struct AffineMap {
    std::size_t in = 0;
    std::size_t out = 0;
    std::vector<double> weights; ///< [in, out]
    std::vector<double> xMean; ///< [in]
    std::vector<double> yMean; ///< [out]

    /// Of one row.
    std::vector<double> operator()(std::span<const float> x) const;
};

/// Least squares of rows that stream by: memory (in + out) x in in f64, whatever their number.
/// Deviations are taken from the first rows' mean while they are added up, so that a large mean
/// costs no digits.
class LeastSquares {
public:
    LeastSquares(std::size_t in, std::size_t out);

    /// Rows of x [rows, in] and of y [rows, out]. Throws Error where these do not fit or a number
    /// is not finite.
    void add(const Matrix& x, const Matrix& y);

    std::size_t rows() const { return m_rows; }

    /// argmin_W sum ‖(x - xMean) W - (y - yMean)‖² + λ ‖W‖², by the normal equations (X^T X + λ) W
    /// = X^T Y and Cholesky's factors; λ is `ridge` times the mean diagonal of X^T X. Throws Error
    /// for fewer than two rows.
    AffineMap solve(double ridge = 1e-9) const;

private:
    std::size_t m_in;
    std::size_t m_out;
    std::size_t m_rows = 0;
    std::vector<double> m_shift; ///< [in + out], what is taken from each row
    std::vector<double> m_sums; ///< [in + out]
    std::vector<double> m_products; ///< [in, in + out], X^T [X Y]
};

} // namespace microtome
