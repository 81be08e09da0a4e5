#include "core/analysis/average.h"

#include "core/analysis/bundle.h"
#include "core/analysis/fields.h"
#include "core/work/error.h"

#include <cmath>
#include <limits>

namespace microtome {

namespace {

/// Continued fraction of the incomplete beta function, by Lentz's method (Press et al., Numerical
/// Recipes 6.4).
double betaFraction(double a, double b, double x)
{
    constexpr double tiny = 1e-300;
    const auto away = [](double v) { return std::abs(v) < tiny ? tiny : v; };
    double c = 1;
    double d = 1 / away(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (int m = 1; m <= 500; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / away(1 + even * d);
        c = away(1 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away(1 + odd * d);
        c = away(1 + odd / c);
        fraction *= d * c;
        if (std::abs(d * c - 1) < 1e-15)
            break;
    }
    return fraction;
}

/// Regularised incomplete beta function I_x(a, b).
double incompleteBeta(double a, double b, double x)
{
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b)
        + a * std::log(x) + b * std::log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * betaFraction(a, b, x) / a
                                     : 1 - front * betaFraction(b, a, 1 - x) / b;
}

} // namespace

double studentQuantile(double p, double n)
{
    if (!(p > 0 && p < 1) || !(n > 0))
        throw Error("A quantile needs a probability between 0 and 1 and positive freedom.");
    if (p < 0.5)
        return -studentQuantile(1 - p, n);
    // P(T > t) = ½ I_{n/(n+t²)}(n/2, ½), decreasing in t: bisection.
    const auto above = [&](double t) { return incompleteBeta(n / 2, 0.5, n / (n + t * t)) / 2; };
    double low = 0;
    double high = 1;
    while (above(high) > 1 - p && high < 1e12)
        high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-14 * high; ++i) {
        const double middle = (low + high) / 2;
        (above(middle) > 1 - p ? low : high) = middle;
    }
    return (low + high) / 2;
}

void Average::add(const Matrix& item)
{
    if (m_items == 0) {
        m_rows = item.rows();
        m_columns = item.columns();
        m_counts.assign(item.size(), 0);
        m_mean.assign(item.size(), 0);
        m_squares.assign(item.size(), 0);
    }
    if (item.rows() != m_rows || item.columns() != m_columns)
        throw Error("The items cannot be averaged: one has " + std::to_string(item.rows()) + " x "
            + std::to_string(item.columns()) + " numbers, the first has " + std::to_string(m_rows)
            + " x " + std::to_string(m_columns) + ". Use prompts of equal length.");
    ++m_items;
    for (std::size_t i = 0; i < item.size(); ++i) {
        const auto x = static_cast<double>(item.values()[i]);
        if (std::isnan(x))
            continue;
        const double before = x - m_mean[i];
        m_mean[i] += before / static_cast<double>(++m_counts[i]);
        m_squares[i] += before * (x - m_mean[i]);
    }
}

AveragedScore Average::result() const
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    std::vector<float> mean;
    std::vector<float> low;
    std::vector<float> high;
    double quantile = 0;
    std::size_t quantileCount = 0;
    for (std::size_t i = 0; i < m_mean.size(); ++i) {
        const std::size_t count = m_counts[i];
        double half = nan;
        if (count > 1) {
            const auto n = static_cast<double>(count);
            if (count != quantileCount)
                quantile = studentQuantile(0.975, n - 1);
            quantileCount = count;
            half = quantile * std::sqrt(m_squares[i] / (n - 1) / n);
        }
        const double centre = count > 0 ? m_mean[i] : nan;
        mean.push_back(static_cast<float>(centre));
        low.push_back(static_cast<float>(centre - half));
        high.push_back(static_cast<float>(centre + half));
    }
    return {m_items, Matrix(m_rows, m_columns, std::move(mean)),
        Matrix(m_rows, m_columns, std::move(low)), Matrix(m_rows, m_columns, std::move(high))};
}

AveragedScore averageOver(
    std::size_t n, const std::function<Matrix(std::size_t)>& score, const Progress& progress)
{
    Average average;
    for (std::size_t i = 0; i < n; ++i) {
        average.add(score(i));
        progress.step(static_cast<double>(i + 1) / static_cast<double>(n),
            std::to_string(i + 1) + " of " + std::to_string(n));
    }
    return average.result();
}

Bundle AveragedScore::toBundle() const
{
    Bundle b;
    b.fields = {{"kind", "average"}, {"items", items}};
    b.matrices = {{"mean", mean}, {"low", low}, {"high", high}};
    return b;
}

AveragedScore AveragedScore::fromBundle(const Bundle& b)
{
    b.expect("average");
    return {fieldOf<std::size_t>(b.fields, "items"), b.matrix("mean"), b.matrix("low"),
        b.matrix("high")};
}

} // namespace microtome
