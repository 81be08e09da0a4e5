#pragma once

#include <QString>
#include <QStringList>
#include <QVariant>

#include <vector>

namespace microtome {

/// The numbers behind a chart, exactly as shown: what Ctrl+T opens and a CSV holds. Cells are text,
/// or numbers (int, double).
struct Table {
    QString title;
    QStringList columns;
    std::vector<std::vector<QVariant>> rows;

    bool empty() const { return rows.empty(); }
    QString csv() const; ///< RFC 4180, numbers in full precision with a point
};

} // namespace microtome
