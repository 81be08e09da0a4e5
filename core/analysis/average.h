#pragma once

#include "core/model/matrix.h"
#include "core/work/progress.h"

#include <functional>
#include <vector>

namespace microtome {

struct Bundle;

/// A mean over the items of a set with its 95 % confidence interval, cell by cell.
struct AveragedScore {
    std::size_t items = 0;
    Matrix mean;
    Matrix low; ///< mean - t_{0.975, n-1} s / √n; NaN for a single item
    Matrix high; ///< mean + the same

    Bundle toBundle() const;
    static AveragedScore fromBundle(const Bundle&);
};

/// Collects matrices of equal shape (Welford's update, f64) and averages them. A cell that is NaN
/// in an item is left out for that item.
class Average {
public:
    /// Throws Error when the shape differs from that of the first item.
    void add(const Matrix&);
    std::size_t items() const { return m_items; }
    AveragedScore result() const;

private:
    std::size_t m_items = 0;
    std::size_t m_rows = 0;
    std::size_t m_columns = 0;
    std::vector<std::size_t> m_counts;
    std::vector<double> m_mean;
    std::vector<double> m_squares;
};

/// Averages score(0) ... score(n - 1), reporting after each.
AveragedScore averageOver(
    std::size_t n, const std::function<Matrix(std::size_t)>& score, const Progress& = {});

/// The quantile t with P(T <= t) = p of Student's t distribution.
double studentQuantile(double p, double degreesOfFreedom);

} // namespace microtome
