#pragma once

#include <QString>

namespace microtome {

class MainWindow;
class Preferences;

/// The project that a start without a document opens: the last one; else the person's copy of the
/// bundled one, made in `folder` when there is none yet, so that nothing is written beside the
/// program. Empty when there is neither.
QString projectToOpen(const Preferences&, const QString& data, const QString& folder);

/// Opens it, and begins its walk once.
void openFirst(MainWindow&, const Preferences&, const QString& data, const QString& folder);

} // namespace microtome
