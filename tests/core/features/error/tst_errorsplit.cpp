#include "core/features/error/errorsplit.h"
#include "tests/core/features/directions/planted.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace microtome;
using test::bell;

namespace {

constexpr std::size_t width = 20;
constexpr std::size_t latents = 40;

bool close(double a, double b, double within)
{
    return std::abs(a - b) <= within * std::max(1.0, std::abs(b));
}

/// x = f W + A g + eps, of which the dictionary makes f W: g is seen in x along directions of its
/// own, so that A g is linear in x, and eps is not.
class Planted {
public:
    explicit Planted(double q)
        : m_draws(21)
        , m_q(q)
        , m_w(test::randomMatrix(m_draws, latents, width / 2))
        , m_a(test::randomMatrix(m_draws, width / 2, width))
    {
    }

    /// Tokens: x as it is read, y what is to be made, and what is made. Of the error's variance
    /// the share q is noise that x does not show.
    void draw(std::size_t tokens, Matrix& x, Matrix& y, Matrix& made)
    {
        std::vector<float> read, wanted, given;
        for (std::size_t t = 0; t < tokens; ++t) {
            std::vector<double> seen(width), target(width), reconstruction(width);
            for (std::size_t i = 0; i < latents; ++i)
                if (m_draws.below(8) == 0) {
                    const double f = std::abs(bell(m_draws));
                    for (std::size_t j = 0; j < width / 2; ++j)
                        seen[j] += f * static_cast<double>(m_w(i, j));
                }
            for (std::size_t j = 0; j < width / 2; ++j)
                reconstruction[j] = seen[j];
            for (std::size_t i = 0; i < width / 2; ++i) {
                const double g = bell(m_draws);
                seen[width / 2 + i] = 50 + g; // a mean far from 0
                for (std::size_t j = 0; j < width; ++j)
                    target[j] += std::sqrt(1 - m_q) * g * static_cast<double>(m_a(i, j));
            }
            for (std::size_t j = 0; j < width; ++j) {
                double norm = 0; // what a coordinate of A g varies by
                for (std::size_t i = 0; i < width / 2; ++i)
                    norm += std::pow(static_cast<double>(m_a(i, j)), 2);
                target[j] += reconstruction[j] + 3 // an error of all tokens alike
                    + std::sqrt(m_q * norm) * bell(m_draws);
            }
            read.insert(read.end(), seen.begin(), seen.end());
            wanted.insert(wanted.end(), target.begin(), target.end());
            given.insert(given.end(), reconstruction.begin(), reconstruction.end());
        }
        x = {tokens, width, std::move(read)};
        y = {tokens, width, std::move(wanted)};
        made = {tokens, width, std::move(given)};
    }

private:
    Draws m_draws;
    double m_q;
    Matrix m_w;
    Matrix m_a;
};

} // namespace

/// Least squares of streams, and the split of a dictionary's error by them.
class TestErrorSplit : public QObject {
    Q_OBJECT

private slots:
    void leastSquaresFindWhatWasPlanted()
    {
        // Sizes beside those of tiles, means that dwarf the deviations, rows in uneven pieces.
        for (const auto& [in, out] :
            std::vector<std::pair<std::size_t, std::size_t>>{{1, 1}, {3, 37}, {33, 5}, {70, 64}}) {
            Draws draws(in);
            const Matrix w = test::randomMatrix(draws, in, out);
            LeastSquares squares(in, out);
            std::size_t rows = 0;
            for (const std::size_t some : {1, 63, 64, 65, 200}) {
                std::vector<float> x, y;
                for (std::size_t t = 0; t < some; ++t) {
                    std::vector<float> row;
                    for (std::size_t i = 0; i < in; ++i)
                        row.push_back(1000 + static_cast<float>(bell(draws)));
                    for (std::size_t j = 0; j < out; ++j) {
                        double sum = -5;
                        for (std::size_t i = 0; i < in; ++i)
                            sum += (static_cast<double>(row[i]) - 1000)
                                * static_cast<double>(w(i, j));
                        y.push_back(static_cast<float>(sum));
                    }
                    x.insert(x.end(), row.begin(), row.end());
                }
                squares.add({some, in, std::move(x)}, {some, out, std::move(y)});
                rows += some;
                QCOMPARE(squares.rows(), rows);
            }
            const AffineMap map = squares.solve();
            for (std::size_t i = 0; i < in * out; ++i)
                QVERIFY(close(map.weights[i], w.values()[i], 2e-6));
            const auto at = map(std::vector<float>(in, 1000.0F));
            for (const double value : at)
                QVERIFY(close(value, -5, 1e-4));
        }
    }

    void ridgeHoldsWhatIsNotDetermined()
    {
        // Two columns alike, one that never varies: any of the solutions predicts.
        LeastSquares squares(3, 1);
        std::vector<float> x, y;
        for (int t = 0; t < 50; ++t) {
            const auto v = static_cast<float>(t % 7);
            x.insert(x.end(), {v, v, 2});
            y.push_back(6 * v + 1);
        }
        squares.add({50, 3, std::move(x)}, {50, 1, std::move(y)});
        const AffineMap map = squares.solve();
        QVERIFY(close(map.weights[0], 3, 1e-6));
        QVERIFY(close(map.weights[1], 3, 1e-6));
        QCOMPARE(map.weights[2], 0.0);
        QVERIFY(close(map(std::vector<float>{10, 10, 2})[0], 61, 1e-6));
        LeastSquares still(1, 1);
        still.add({2, 1, {4, 4}}, {2, 1, {1, 3}});
        QCOMPARE(still.solve()(std::vector<float>{9})[0], 2.0);
    }

    void recoversTheLinearShare_data()
    {
        QTest::addColumn<double>("q");
        for (const double q : {0.0, 0.2, 0.5, 0.9, 1.0})
            QTest::newRow(std::to_string(q).c_str()) << q;
    }
    void recoversTheLinearShare()
    {
        QFETCH(double, q);
        Planted planted(q);
        ErrorFit fit(width, width);
        Matrix x, y, made;
        for (int batch = 0; batch < 8; ++batch) {
            planted.draw(1000, x, y, made);
            fit.add(x, y, made);
        }
        ErrorMeasure measure(fit.solve());
        double linear = 0, nonlinear = 0;
        for (int batch = 0; batch < 8; ++batch) {
            planted.draw(1000, x, y, made);
            for (const TokenError& one : measure.add(x, y, made)) {
                linear += one.linear;
                nonlinear += one.nonlinear;
            }
        }
        const ErrorSplit split = measure.result();
        QCOMPARE(split.tokens, std::size_t(8000));
        QVERIFY2(std::abs(split.r2 - (1 - q)) < 0.01, std::to_string(split.r2).c_str());
        QVERIFY(close(split.fvu, split.fvuLinear + split.fvuNonlinear, 1e-12));
        // e = 3 + A g + eps: without its mean, the shares are those of q.
        const double constant = 9.0 * width * 8000;
        const double whole
            = split.fvuNonlinear > 0 ? nonlinear / split.fvuNonlinear : linear / split.fvuLinear;
        QVERIFY(close((linear + nonlinear) / whole, split.fvu, 0.02));
        const double varying = split.fvu * whole - constant;
        QVERIFY(std::abs(nonlinear / varying - q) < 0.01);
        if (q == 0.0)
            QVERIFY(nonlinear < 1e-8 * linear);
        QVERIFY(split.normR2 < 0.2); // ‖A g‖² is no affine function of g
    }

    void theErrorsNormByItself()
    {
        // ‖e‖² = x exactly: e = sqrt(x) (±1), whose mean tells nothing of x.
        Draws draws(3);
        ErrorFit fit(1, 1);
        std::vector<float> x, y;
        for (int t = 0; t < 4000; ++t) {
            x.push_back(5 + static_cast<float>(bell(draws)));
            y.push_back((draws.below(2) ? 1.0F : -1.0F) * std::sqrt(x.back()));
        }
        const Matrix read(4000, 1, x), target(4000, 1, y);
        const Matrix nothing = Matrix::filled(4000, 1, 0);
        fit.add(read, target, nothing);
        ErrorMeasure measure(fit.solve());
        const auto tokens = measure.add(read, target, nothing);
        const ErrorSplit split = measure.result();
        QVERIFY(split.normR2 > 0.999999);
        QVERIFY(std::abs(split.r2) < 0.01);
        QVERIFY(close(tokens[7].whole, x[7], 1e-6));
    }

    void whatDoesNotFit()
    {
        LeastSquares squares(2, 1);
        QVERIFY_THROWS_EXCEPTION(Error, squares.solve());
        QVERIFY_THROWS_EXCEPTION(
            Error, squares.add(Matrix::filled(3, 2, 0), Matrix::filled(2, 1, 0)));
        QVERIFY_THROWS_EXCEPTION(
            Error, squares.add(Matrix::filled(3, 1, 0), Matrix::filled(3, 1, 0)));
        QVERIFY_THROWS_EXCEPTION(Error,
            squares.add(Matrix::filled(3, 2, std::numeric_limits<float>::infinity()),
                Matrix::filled(3, 1, 0)));
        QCOMPARE(squares.rows(), std::size_t(0));
        ErrorFit fit(2, 2);
        QVERIFY_THROWS_EXCEPTION(Error,
            fit.add(Matrix::filled(3, 2, 0), Matrix::filled(3, 2, 0), Matrix::filled(3, 1, 0)));
        fit.add(Matrix::filled(3, 2, 0), Matrix::filled(3, 2, 0), Matrix::filled(3, 2, 0));
        ErrorMeasure measure(fit.solve());
        QVERIFY_THROWS_EXCEPTION(Error, measure.result());
        measure.add(Matrix::filled(3, 2, 0), Matrix::filled(3, 2, 0), Matrix::filled(3, 2, 0));
        QVERIFY_THROWS_EXCEPTION(Error, measure.result()); // nothing varies
        QVERIFY_THROWS_EXCEPTION(Error,
            measure.add(Matrix::filled(3, 2, 0), Matrix::filled(3, 1, 0), Matrix::filled(3, 1, 0)));
    }
};

QTEST_GUILESS_MAIN(TestErrorSplit)
#include "tst_errorsplit.moc"
