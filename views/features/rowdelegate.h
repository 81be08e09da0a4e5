#pragma once

#include "views/features/featuretable.h"

#include <QStyledItemDelegate>

namespace microtome {

/// Paints the cells of the table of features: numbers in columns, with the padding of the heads.
class RowDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit RowDelegate(const FeatureTable&, QObject* parent = nullptr);

    static constexpr int padding = 8; ///< at both sides

    void paint(QPainter*, const QStyleOptionViewItem&, const QModelIndex&) const override;

private:
    const FeatureTable& m_table;
};

} // namespace microtome
