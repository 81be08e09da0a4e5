#include "core/features/directions/umapcurve.h"

#include "core/work/error.h"

#include <array>
#include <cmath>

namespace microtome {

namespace {

constexpr int points = 300;

/// The normal equations of one step of least squares, in the logarithms of a and b.
struct Equations {
    double aa = 0, ab = 0, bb = 0; ///< J^T J
    double a = 0, b = 0; ///< J^T residual
    double squares = 0; ///< sum of squared residuals
};

Equations equationsAt(const UmapCurve& curve, double minDistance, double spread)
{
    Equations e;
    for (int i = 0; i < points; ++i) {
        const double r = 3 * spread * i / (points - 1);
        const double wanted = r < minDistance ? 1 : std::exp(-(r - minDistance) / spread);
        const double power = r > 0 ? curve.a * std::pow(r, 2 * curve.b) : 0;
        const double value = 1 / (1 + power);
        const double slope = -value * value * power; // by log a
        const double slopeB = r > 0 ? slope * 2 * curve.b * std::log(r) : 0;
        const double residual = wanted - value;
        e.aa += slope * slope;
        e.ab += slope * slopeB;
        e.bb += slopeB * slopeB;
        e.a += slope * residual;
        e.b += slopeB * residual;
        e.squares += residual * residual;
    }
    return e;
}

} // namespace

/// Levenberg-Marquardt (Marquardt 1963): a step is taken where it lessens the squares, else damped
/// more.
UmapCurve fitUmapCurve(double minDistance, double spread)
{
    if (!(spread > 0) || !(minDistance >= 0) || !(minDistance <= 3 * spread))
        throw Error("UMAP's least distance must lie between 0 and three times its spread, and the "
                    "spread must be above 0.");
    UmapCurve curve{1, 1};
    double damping = 1e-3;
    Equations e = equationsAt(curve, minDistance, spread);
    for (int step = 0; step < 500 && damping < 1e12; ++step) {
        const double aa = e.aa * (1 + damping);
        const double bb = e.bb * (1 + damping);
        const double determinant = aa * bb - e.ab * e.ab;
        const double stepA = (bb * e.a - e.ab * e.b) / determinant;
        const double stepB = (aa * e.b - e.ab * e.a) / determinant;
        const UmapCurve next{curve.a * std::exp(stepA), curve.b * std::exp(stepB)};
        const Equations there = equationsAt(next, minDistance, spread);
        if (!(there.squares <= e.squares)) {
            damping *= 10;
            continue;
        }
        const bool settled = std::abs(stepA) + std::abs(stepB) < 1e-12;
        curve = next;
        e = there;
        damping /= 10;
        if (settled)
            break;
    }
    return curve;
}

} // namespace microtome
