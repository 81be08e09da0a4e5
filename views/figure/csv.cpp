#include "views/figure/file.h"
#include "views/figure/scene.h"

#include <charconv>
#include <cmath>

namespace microtome {

namespace {

/// A text as a field of RFC 4180: quoted where it holds a quote, a comma or a line end, or begins
/// or ends with a space.
QByteArray field(const QString& text)
{
    QByteArray bytes = text.toUtf8();
    const bool quoted = bytes.contains('"') || bytes.contains(',') || bytes.contains('\n')
        || bytes.contains('\r') || bytes.startsWith(' ') || bytes.endsWith(' ');
    return quoted ? '"' + bytes.replace("\"", "\"\"") + '"' : bytes;
}

/// The shortest digits that read back to the same number: of a float where it is one.
QByteArray field(double value)
{
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value < 0 ? "-inf" : "inf";
    char digits[40];
    const auto single = static_cast<float>(value);
    const bool isSingle = static_cast<double>(single) == value;
    const auto end = isSingle ? std::to_chars(digits, digits + sizeof digits, single)
                              : std::to_chars(digits, digits + sizeof digits, value);
    return QByteArray(digits, end.ptr - digits);
}

} // namespace

void writeCsv(const FigureScene& scene, const QString& path)
{
    const Table table = scene.table();
    QByteArray bytes;
    for (qsizetype i = 0; i < table.columns.size(); ++i)
        bytes += (i > 0 ? "," : "") + field(table.columns[i]);
    bytes += "\r\n";
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0)
                bytes += ',';
            bytes += std::visit([](const auto& value) { return field(value); }, row[i]);
        }
        bytes += "\r\n";
    }
    writeWhole(path, bytes);
}

} // namespace microtome
