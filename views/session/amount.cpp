#include "views/session/amount.h"

#include <QtMath>

namespace microtome {

QString duration(double seconds)
{
    if (!(seconds >= 0) || qIsInf(seconds))
        return QStringLiteral("–");
    if (seconds < 0.00995)
        return QStringLiteral("%1 ms").arg(seconds * 1000, 0, 'f', 1);
    if (seconds < 0.9995)
        return QStringLiteral("%1 ms").arg(qRound(seconds * 1000));
    if (seconds < 9.95)
        return QStringLiteral("%1 s").arg(seconds, 0, 'f', 1);
    const qint64 whole = qRound64(seconds);
    if (whole < 60)
        return QStringLiteral("%1 s").arg(whole);
    if (whole < 3600)
        return QStringLiteral("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return QStringLiteral("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

QString byteCount(std::uint64_t bytes)
{
    const auto value = static_cast<double>(bytes);
    if (value < 999.5e3)
        return QStringLiteral("%1 kB").arg(qRound(value / 1e3));
    if (value < 999.5e6)
        return QStringLiteral("%1 MB").arg(qRound(value / 1e6));
    return QStringLiteral("%1 GB").arg(value / 1e9, 0, 'f', 1);
}

QString counted(qint64 count, const QString& one, const QString& many)
{
    QString digits = QString::number(count);
    for (qsizetype i = digits.size() - 3; i > 0 && digits.size() > 4; i -= 3)
        digits.insert(i, QChar(0x2009));
    return digits + u' ' + (count == 1 ? one : many);
}

} // namespace microtome
