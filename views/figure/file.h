#pragma once

#include <QByteArray>
#include <QString>

namespace microtome {

/// Writes a whole file, beside its place first and then renamed onto it, so that nobody ever finds
/// half of it. Throws Error with a sentence when it cannot be written; what was there stays.
void writeWhole(const QString& path, const QByteArray& bytes);

} // namespace microtome
