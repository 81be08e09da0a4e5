#pragma once

#include "views/style/theme.h"

#include <QString>

#include <span>
#include <vector>

namespace microtome {

/// How numbers become colours, apart from any theme: sequential from low to high, or signed and
/// symmetric about zero; with the unit that the scale beside the picture names.
struct ColourRange {
    enum class Kind { Magnitude, Diverging };

    Kind kind = Kind::Magnitude;
    double low = 0;
    double high = 1;
    QString unit;

    /// Some number shown lies beyond this end and has its colour; pictures and scale mark it.
    bool clippedLow = false;
    bool clippedHigh = false;

    static ColourRange magnitude(double low, double high, const QString& unit = {});
    static ColourRange diverging(double limit, const QString& unit = {});

    /// Limits that `share` of the finite numbers lie within, those aside that are nothing beside the
    /// largest (a patching sweep with two effects is not drawn at the scale of rounding). Magnitude
    /// starts at zero unless some number is negative; diverging is symmetric about zero.
    static ColourRange robust(
        Kind kind, std::span<const float> values, const QString& unit = {}, double share = 0.995);

    /// -1, 0 or 1: below, within, above the limits.
    int beyond(double value) const;

    bool operator==(const ColourRange&) const = default;
};

/// A ColourRange in the colours of one theme, ready to colour many numbers.
class ColourScale {
public:
    ColourScale(const ColourRange& range, const Theme& theme);

    /// The colour of a finite number; numbers beyond the limits take the colour of that end.
    QRgb rgb(double value) const;
    QColor colour(double value) const { return QColor(rgb(value)); }

private:
    double m_low;
    double m_factor;
    std::vector<QRgb> m_table;
};

} // namespace microtome
