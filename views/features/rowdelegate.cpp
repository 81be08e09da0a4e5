#include "views/features/rowdelegate.h"

#include "views/canvas/label.h"

#include <QPainter>

namespace microtome {

RowDelegate::RowDelegate(const FeatureTable& table, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_table(table)
{
}

void RowDelegate::paint(
    QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Style& look = m_table.look();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool under = option.state.testFlag(QStyle::State_MouseOver);
    if (selected || under)
        painter->fillRect(option.rect, selected ? look.theme.accentBackground : look.theme.window);
    const QString text = index.data(Qt::DisplayRole).toString();
    if (text.isEmpty())
        return;
    const auto align = index.data(Qt::TextAlignmentRole).value<Qt::Alignment>();
    const QVariant faint = index.data(Qt::ForegroundRole);
    const TextRole role = index.data(Qt::FontRole).isValid() ? TextRole::Token : TextRole::Text;
    drawLabel(*painter,
        labelIn(QRectF(option.rect).adjusted(padding, 0, -padding, 0),
            align & Qt::AlignHorizontal_Mask, text, role,
            faint.isValid() ? faint.value<QColor>() : look.theme.text, look),
        look);
}

} // namespace microtome
