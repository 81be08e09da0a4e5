#pragma once

#include <QString>

class QToolButton;
class QWidget;

namespace microtome {

/// One plain word that is on or off, underlined while it is on.
QToolButton* toggleWord(
    const QString& word, const QString& accessibleName, bool on, QWidget* parent = nullptr);

/// A plain word that does something when it is clicked.
QToolButton* actionWord(
    const QString& word, const QString& accessibleName, QWidget* parent = nullptr);

} // namespace microtome
