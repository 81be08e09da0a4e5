#pragma once

#include "views/canvas/table.h"

#include <QDialog>

namespace microtome {

/// Ctrl+T: the numbers behind a chart, exactly as shown; selected cells can be copied.
class TableDialog : public QDialog {
    Q_OBJECT
public:
    TableDialog(const QString& title, const Table&, QWidget* parent = nullptr);
};

} // namespace microtome
