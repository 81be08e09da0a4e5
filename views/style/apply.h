#pragma once

#include <QPalette>
#include <QString>

class QApplication;

namespace microtome {

struct Style;
struct Theme;

/// The colours of standard controls in a theme.
QPalette paletteOf(const Theme& theme);

/// The flat form of standard controls: corners 3, lines 1, no gradients, no shadows.
QString styleSheetOf(const Style& style);

/// Gives a whole application the look of `style`.
void applyStyle(QApplication& application, const Style& style);

} // namespace microtome
