#pragma once

#include "views/style/theme.h"

#include <QFont>
#include <QVector>

#include <array>

namespace microtome {

/// What a text is for; its size and face follow from that alone.
enum class TextRole {
    Text, ///< 12, sans
    Title, ///< 12, sans, semibold
    Token, ///< 11, monospaced
    Axis, ///< 10, sans
    AxisToken, ///< 10, monospaced
};

/// Lengths in logical pixels, on a grid of 4.
struct Metrics {
    double grid = 4;
    double panelTitle = 28;
    double row = 24;
    double chip = 24;
    double statusBar = 24;
    double promptBar = 44;
    double edge = 10; ///< padding at a panel's edge
    double gap = 8; ///< between controls
    double corner = 3;
    double line = 1;
    double focus = 2;
    double hover = 1;
    double pin = 3; ///< radius of a pin's dot
};

/// Everything a picture needs to be painted: colours, fonts, lengths, and how many device pixels
/// one unit has (0: a vector format, where nothing is rounded to pixels and no cell is pooled).
struct Style {
    Theme theme;
    Metrics metrics;
    std::array<QFont, 5> fonts; ///< one per TextRole, made once: their engines stay at hand
    double resolution = 1;

    /// The screen's style: Inter and JetBrains Mono where installed, else the system's fonts.
    static Style screen(const Theme& theme, double devicePixelRatio = 1);

    /// A figure's style: the same, with letter distances that hold at every size.
    static Style figure(const Theme& theme, double resolution);

    const QFont& font(TextRole role) const { return fonts[static_cast<std::size_t>(role)]; }

    /// Dashes of a pinned line, in pen widths; empty: solid. `pin` counts from 0, modulo 8.
    static QVector<qreal> dashes(int pin);
    QColor pinColour(int pin) const;

    /// Rounds a coordinate to whole device pixels; vector formats keep it.
    double snap(double coordinate) const;
};

} // namespace microtome
