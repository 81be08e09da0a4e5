#pragma once

#include "app/walk.h"
#include "app/workspace.h"
#include "views/session/engine.h"

#include <QSize>
#include <QString>
#include <QStringList>

namespace microtome {

class MainWindow;

/// What the tour renders: every view, of every model, with a short and a long prompt, in both
/// themes.
struct PictureTour {
    OpenModel open;
    WalkShelf walks;
    ViewFactories views;
    QStringList models;
    QString prompt; ///< the short one is its first tokens, the long one its repetition
    QString folder;
    QSize size{1440, 900};
    int shortTokens = 5;
    int longTokens = 512; ///< or the model's context
};

/// Writes the pictures and an index.md; returns their names. Throws Error when one cannot be
/// written.
QStringList renderTour(const PictureTour&);

/// Waits until nothing is computed any more; false after `seconds`.
bool waitUntilDone(Session&, double seconds = 120);

/// A prompt of about `tokens` tokens: the text repeated, cut where the tokens end.
void setPromptOfLength(Session&, const QString& text, int tokens);

/// The window with one view, or a dialog, as it is, into a file. Throws Error when it cannot be
/// written.
void savePicture(QWidget&, const QString& file);

} // namespace microtome
