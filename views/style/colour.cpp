#include "views/style/colour.h"

#include "views/style/theme.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

struct Oklab {
    double l, a, b;
};

double toLinear(double c)
{
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double fromLinear(double c)
{
    const double clamped = std::clamp(c, 0.0, 1.0);
    return clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * std::pow(clamped, 1 / 2.4) - 0.055;
}

/// sRGB to Oklab: cube roots of cone responses, rotated. Source: B. Ottosson, "A perceptual
/// color space for image processing", 2020.
Oklab toOklab(const QColor& colour)
{
    const double r = toLinear(colour.redF());
    const double g = toLinear(colour.greenF());
    const double b = toLinear(colour.blueF());
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

int toByte(double linear)
{
    return static_cast<int>(std::lround(fromLinear(linear) * 255));
}

QColor fromOklab(const Oklab& c)
{
    const double l = std::pow(c.l + 0.3963377774 * c.a + 0.2158037573 * c.b, 3);
    const double m = std::pow(c.l - 0.1055613458 * c.a - 0.0638541728 * c.b, 3);
    const double s = std::pow(c.l - 0.0894841775 * c.a - 1.2914855480 * c.b, 3);
    return QColor(toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
        toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
        toByte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s));
}

/// Relative luminance of WCAG 2.1.
double luminance(const QColor& c)
{
    return 0.2126 * toLinear(c.redF()) + 0.7152 * toLinear(c.greenF())
        + 0.0722 * toLinear(c.blueF());
}

} // namespace

double lightness(const QColor& colour)
{
    return toOklab(colour).l;
}

QColor mix(const QColor& from, const QColor& to, double t)
{
    if (t <= 0)
        return from;
    if (t >= 1)
        return to;
    const Oklab a = toOklab(from);
    const Oklab b = toOklab(to);
    return fromOklab({std::lerp(a.l, b.l, t), std::lerp(a.a, b.a, t), std::lerp(a.b, b.b, t)});
}

/// (lighter + 0.05) / (darker + 0.05) of the relative luminances. Source: WCAG 2.1, 1.4.3.
double contrast(const QColor& a, const QColor& b)
{
    const double x = luminance(a);
    const double y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

QColor textOn(const QColor& cell, const Theme& theme)
{
    return contrast(cell, theme.cellInk) >= contrast(cell, theme.cellPaper) ? theme.cellInk
                                                                            : theme.cellPaper;
}

} // namespace microtome
