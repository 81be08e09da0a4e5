#pragma once

#include <QString>

namespace microtome {

/// How well `text` answers a typed `query`: its letters in order, best in a row and at the
/// beginnings of words. 0: not at all.
int fuzzyScore(const QString& query, const QString& text);

} // namespace microtome
