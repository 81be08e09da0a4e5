#pragma once

#include <QColor>
#include <QString>

#include <array>

namespace microtome {

/// Every colour the program draws with. A value: a window, a figure or a test passes its own along.
struct Theme {
    QString name;
    bool dark = false;

    QColor window;
    QColor panel;
    QColor line;
    QColor band;

    QColor text;
    QColor secondary;
    QColor faint;

    QColor accent;
    QColor accentBackground;

    QColor positive;
    QColor zero;
    QColor negative;
    QColor warning;

    /// Low to high in equal steps.
    std::array<QColor, 7> magnitude;

    /// Colours of the at most eight pinned things, told apart by colour-blind readers too.
    std::array<QColor, 8> pins;

    /// The two colours text on a coloured cell may have.
    QColor cellInk;
    QColor cellPaper;

    static Theme light();
    static Theme night();
};

} // namespace microtome
