#pragma once

#include <QColor>

namespace microtome {

struct Theme;

/// Perceived lightness of a colour, 0 (black) to 1 (white): L of Oklab.
double lightness(const QColor& colour);

/// The colour a fraction `t` of the way from `from` to `to`, in perceptually even steps.
QColor mix(const QColor& from, const QColor& to, double t);

/// Contrast ratio of two colours, 1 to 21 (WCAG 2.1).
double contrast(const QColor& a, const QColor& b);

/// The theme's ink or paper, whichever is easier to read on `cell`.
QColor textOn(const QColor& cell, const Theme& theme);

} // namespace microtome
