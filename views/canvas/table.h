#pragma once

#include <QString>
#include <QStringList>

#include <variant>
#include <vector>

namespace microtome {

/// The numbers behind a picture, exactly those shown: a head of column names, and rows of texts and
/// numbers (float32 values keep their bits as doubles).
struct Table {
    using Value = std::variant<QString, double>;

    QStringList columns;
    std::vector<std::vector<Value>> rows;
};

} // namespace microtome
