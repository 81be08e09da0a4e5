#include "core/features/error/errorsplit.h"

#include <numeric>
#include <span>
#include <string>

namespace microtome {

namespace {

double squared(std::span<const double> values)
{
    return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

void checkShapes(
    std::size_t in, std::size_t out, const Matrix& x, const Matrix& y, const Matrix& made)
{
    if (x.rows() != y.rows() || x.rows() != made.rows())
        throw Error("What a dictionary reads, is to make and makes must be of the same tokens.");
    if (x.columns() != in || y.columns() != out || made.columns() != out)
        throw Error("The error of a dictionary that reads " + std::to_string(in)
            + " numbers and makes " + std::to_string(out)
            + " cannot be taken of activations of other widths.");
}

std::vector<double> errorAt(const Matrix& y, const Matrix& made, std::size_t token)
{
    std::vector<double> error(y.row(token).begin(), y.row(token).end());
    for (std::size_t i = 0; i < error.size(); ++i)
        error[i] -= static_cast<double>(made(token, i));
    return error;
}

/// 1 - missed / spread; nothing to be explained counts as not explained.
double explained(double missed, double spread)
{
    return spread > 0 ? 1 - missed / spread : 0;
}

} // namespace

void ErrorFit::add(const Matrix& x, const Matrix& y, const Matrix& made)
{
    checkShapes(x.columns(), y.columns(), x, y, made);
    std::vector<float> targets;
    for (std::size_t t = 0; t < y.rows(); ++t) {
        const auto error = errorAt(y, made, t);
        for (const double value : error)
            targets.push_back(static_cast<float>(value));
        targets.push_back(static_cast<float>(squared(error)));
    }
    m_squares.add(x, {y.rows(), y.columns() + 1, std::move(targets)});
}

ErrorMeasure::ErrorMeasure(AffineMap fitted)
    : m_fitted(std::move(fitted))
{
}

void ErrorMeasure::Spread::add(std::span<const double> row)
{
    if (shift.empty()) {
        shift.assign(row.begin(), row.end());
        sums.resize(row.size());
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
        const double away = row[i] - shift[i];
        sums[i] += away;
        squares += away * away;
    }
}

double ErrorMeasure::Spread::around(std::size_t rows) const
{
    return squares - squared(sums) / static_cast<double>(rows);
}

std::vector<TokenError> ErrorMeasure::add(const Matrix& x, const Matrix& y, const Matrix& made)
{
    checkShapes(m_fitted.in, m_fitted.out - 1, x, y, made);
    std::vector<TokenError> split;
    for (std::size_t t = 0; t < x.rows(); ++t) {
        std::vector<double> rest = errorAt(y, made, t);
        auto predicted = m_fitted(x.row(t));
        const double predictedNorm = predicted.back();
        predicted.pop_back();
        const std::vector<double> target(y.row(t).begin(), y.row(t).end());
        m_targets.add(target);
        m_errors.add(rest);
        TokenError& one = split.emplace_back();
        one.whole = squared(rest);
        one.linear = squared(predicted);
        for (std::size_t i = 0; i < rest.size(); ++i)
            rest[i] -= predicted[i];
        one.nonlinear = squared(rest);
        m_norms.add(std::span(&one.whole, 1));
        m_normMisses += (one.whole - predictedNorm) * (one.whole - predictedNorm);
        m_whole += one.whole;
        m_nonlinear += one.nonlinear;
    }
    m_tokens += x.rows();
    return split;
}

ErrorSplit ErrorMeasure::result() const
{
    if (m_tokens < 2)
        throw Error("The error of a dictionary is split over at least two tokens.");
    ErrorSplit split;
    split.tokens = m_tokens;
    split.r2 = explained(m_nonlinear, m_errors.around(m_tokens));
    split.normR2 = explained(m_normMisses, m_norms.around(m_tokens));
    const double spread = m_targets.around(m_tokens);
    if (!(spread > 0))
        throw Error("What the dictionary is to make never varies over these tokens, so there is "
                    "nothing to explain.");
    split.fvu = m_whole / spread;
    split.fvuNonlinear = m_nonlinear / spread;
    split.fvuLinear = split.fvu - split.fvuNonlinear;
    return split;
}

} // namespace microtome
