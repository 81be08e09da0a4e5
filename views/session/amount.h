#pragma once

#include <QString>

#include <cstdint>

namespace microtome {

/// Seconds for a person: "12 ms", "4.1 s", "1 min 10 s", "2 h 5 min".
QString duration(double seconds);

/// Bytes for a person: "412 MB", "1.2 GB" (powers of 1000).
QString byteCount(std::uint64_t bytes);

/// "1 token", "15 tokens"; thin spaces between thousands.
QString counted(qint64 count, const QString& one, const QString& many);

} // namespace microtome
