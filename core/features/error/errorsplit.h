#pragma once

#include "core/features/error/leastsquares.h"

#include <cstddef>
#include <vector>

namespace microtome {

/// What a dictionary leaves unexplained at one token, as squared norms.
struct TokenError {
    double whole = 0; ///< ‖e‖²
    double linear = 0; ///< ‖ê‖², of the part that is an affine function of what is read
    double nonlinear = 0; ///< ‖e - ê‖²
};

/// How far a reconstruction's error is an affine function of the activations ("dark matter", Engels
/// et al. 2024, arXiv 2410.14670; features-and-steering.md 3.5), over held-out tokens.
struct ErrorSplit {
    std::size_t tokens = 0;
    double r2 = 0; ///< 1 - sum ‖e - ê‖² / sum ‖e - mean(e)‖²: of the error's predictability
    double fvu = 0; ///< sum ‖e‖² / sum ‖y - mean(y)‖²
    double fvuNonlinear = 0; ///< sum ‖e - ê‖² / sum ‖y - mean(y)‖²: left when ê is added to y^
    double fvuLinear = 0; ///< fvu - fvuNonlinear
    double normR2 = 0; ///< of ‖e‖² predicted by an affine function of x
};

/// The affine functions that predict the error and its squared norm, by least squares in one pass
/// over fitting tokens. x [tokens, in] is what the dictionary reads, y [tokens, out] what it is to
/// make (an SAE: the same), made [tokens, out] what it makes; e = y - made.
class ErrorFit {
public:
    ErrorFit(std::size_t in, std::size_t out)
        : m_squares(in, out + 1)
    {
    }

    void add(const Matrix& x, const Matrix& y, const Matrix& made);

    /// [in] -> [out + 1]: the error ê and, last, ‖e‖².
    AffineMap solve(double ridge = 1e-9) const { return m_squares.solve(ridge); }

private:
    LeastSquares m_squares;
};

/// The split of errors of tokens that were not fitted to, added up in f64.
class ErrorMeasure {
public:
    explicit ErrorMeasure(AffineMap fitted);

    /// Adds tokens; gives the split of each.
    std::vector<TokenError> add(const Matrix& x, const Matrix& y, const Matrix& made);

    /// Throws Error for fewer than two tokens.
    ErrorSplit result() const;

private:
    /// Sums of numbers and their squares about the first row.
    struct Spread {
        std::vector<double> shift, sums;
        double squares = 0;

        void add(std::span<const double> row);
        double around(std::size_t rows) const; ///< sum ‖row - mean‖²
    };

    AffineMap m_fitted;
    std::size_t m_tokens = 0;
    Spread m_targets;
    Spread m_errors;
    Spread m_norms;
    double m_whole = 0;
    double m_nonlinear = 0;
    double m_normMisses = 0;
};

} // namespace microtome
