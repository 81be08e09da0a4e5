#include "core/features/error/leastsquares.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>

namespace microtome {

namespace {

constexpr std::size_t rowsAtOnce = 64;
constexpr std::size_t tall = 4;
constexpr std::size_t wide = 32; // tall x wide sums are kept in the nearest cache

/// products [i ... i + height, j ... j + width) += left^T right over some rows of width `stride`.
void addTile(std::span<const double> rows, std::size_t stride, std::size_t i, std::size_t height,
    std::size_t j, std::size_t width, double* products)
{
    std::array<std::array<double, wide>, tall> sums{};
    for (std::size_t begin = 0; begin < rows.size(); begin += stride) {
        const double* row = rows.data() + begin;
        if (height == tall && width == wide) {
            for (std::size_t a = 0; a < tall; ++a)
                for (std::size_t b = 0; b < wide; ++b)
                    sums[a][b] += row[i + a] * row[j + b];
        } else {
            for (std::size_t a = 0; a < height; ++a)
                for (std::size_t b = 0; b < width; ++b)
                    sums[a][b] += row[i + a] * row[j + b];
        }
    }
    for (std::size_t a = 0; a < height; ++a)
        for (std::size_t b = 0; b < width; ++b)
            products[(i + a) * stride + j + b] += sums[a][b];
}

/// The lower factor L of A = L L^T in place (Cholesky). False where A is not positive.
bool factor(std::vector<double>& a, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = a[i * n + j];
            for (std::size_t k = 0; k < j; ++k)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j) {
                if (!(sum > 0))
                    return false;
                a[i * n + i] = std::sqrt(sum);
            } else {
                a[i * n + j] = sum / a[j * n + j];
            }
        }
    return true;
}

/// B <- A^-1 B for [n, columns], with A's lower factor.
void solveWith(
    const std::vector<double>& l, std::size_t n, std::vector<double>& b, std::size_t columns)
{
    const auto takeRow = [&](std::size_t i, std::size_t k, double times) {
        for (std::size_t c = 0; c < columns; ++c)
            b[i * columns + c] -= times * b[k * columns + c];
    };
    const auto divideRow = [&](std::size_t i) {
        for (std::size_t c = 0; c < columns; ++c)
            b[i * columns + c] /= l[i * n + i];
    };
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k)
            takeRow(i, k, l[i * n + k]);
        divideRow(i);
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k)
            takeRow(i, k, l[k * n + i]);
        divideRow(i);
    }
}

} // namespace

std::vector<double> AffineMap::operator()(std::span<const float> x) const
{
    std::vector<double> y = yMean;
    for (std::size_t i = 0; i < in; ++i) {
        const double times = static_cast<double>(x[i]) - xMean[i];
        for (std::size_t j = 0; j < out; ++j)
            y[j] += times * weights[i * out + j];
    }
    return y;
}

LeastSquares::LeastSquares(std::size_t in, std::size_t out)
    : m_in(in)
    , m_out(out)
    , m_sums(in + out)
    , m_products(in * (in + out))
{
}

void LeastSquares::add(const Matrix& x, const Matrix& y)
{
    if (x.rows() != y.rows() || x.columns() != m_in || y.columns() != m_out)
        throw Error("Least squares of " + std::to_string(m_in) + " and " + std::to_string(m_out)
            + " numbers a row were given rows of others.");
    const auto finite = [](const Matrix& m) {
        return std::all_of(
            m.values().begin(), m.values().end(), [](float value) { return std::isfinite(value); });
    };
    if (!finite(x) || !finite(y))
        throw Error("An activation is not finite, so nothing can be fitted to it: leave that "
                    "prompt out, or compute in f32.");
    const std::size_t stride = m_in + m_out;
    std::vector<double> rows;
    for (std::size_t first = 0; first < x.rows(); first += rowsAtOnce) {
        const std::size_t count = std::min(rowsAtOnce, x.rows() - first);
        rows.clear();
        for (std::size_t t = first; t < first + count; ++t) {
            rows.insert(rows.end(), x.row(t).begin(), x.row(t).end());
            rows.insert(rows.end(), y.row(t).begin(), y.row(t).end());
        }
        if (m_shift.empty()) {
            m_shift.resize(stride);
            for (std::size_t i = 0; i < rows.size(); ++i)
                m_shift[i % stride] += rows[i] / static_cast<double>(count);
        }
        for (std::size_t t = 0; t < count; ++t)
            for (std::size_t i = 0; i < stride; ++i)
                m_sums[i] += rows[t * stride + i] -= m_shift[i];
        // Of X^T X the part below the diagonal is never asked for.
        for (std::size_t i = 0; i < m_in; i += tall)
            for (std::size_t j = i / wide * wide; j < stride; j += wide)
                addTile(rows, stride, i, std::min(tall, m_in - i), j, std::min(wide, stride - j),
                    m_products.data());
        m_rows += count;
    }
}

AffineMap LeastSquares::solve(double ridge) const
{
    if (m_rows < 2)
        throw Error("Least squares needs at least two rows.");
    const std::size_t stride = m_in + m_out;
    const auto n = static_cast<double>(m_rows);
    const auto covariance = [&](std::size_t i, std::size_t j) {
        return m_products[i * stride + j] - m_sums[i] * m_sums[j] / n;
    };
    std::vector<double> a(m_in * m_in);
    double trace = 0;
    for (std::size_t i = 0; i < m_in; ++i)
        for (std::size_t j = 0; j <= i; ++j)
            a[i * m_in + j] = covariance(j, i);
    for (std::size_t i = 0; i < m_in; ++i)
        trace += a[i * m_in + i];

    AffineMap map;
    map.in = m_in;
    map.out = m_out;
    map.weights.resize(m_in * m_out);
    for (std::size_t i = 0; i < stride; ++i)
        (i < m_in ? map.xMean : map.yMean).push_back(m_shift[i] + m_sums[i] / n);
    if (!(trace > 0)) // x never varies, so it tells nothing
        return map;
    for (std::size_t i = 0; i < m_in; ++i) {
        a[i * m_in + i] += ridge * trace / static_cast<double>(m_in);
        for (std::size_t j = 0; j < m_out; ++j)
            map.weights[i * m_out + j] = covariance(i, m_in + j);
    }
    if (!factor(a, m_in))
        throw Error("The activations are too alike for least squares: use a larger ridge or more "
                    "text.");
    solveWith(a, m_in, map.weights, m_out);
    return map;
}

} // namespace microtome
