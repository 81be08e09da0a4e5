#include "views/features/filterchips.h"

#include "views/features/numbertext.h"

#include <QHBoxLayout>
#include <QPushButton>

namespace microtome {

FilterChips::FilterChips(QWidget* parent)
    : QWidget(parent)
    , m_row(new QHBoxLayout(this))
{
    setAccessibleName(tr("Conditions"));
    m_row->setContentsMargins(0, 0, 0, 6);
    m_row->setSpacing(4);
    m_row->addStretch(1);
}

void FilterChips::setFilters(std::vector<FeatureFilter> filters)
{
    m_filters = std::move(filters);
    for (QWidget* chip : m_chips) {
        chip->hide();
        chip->deleteLater();
    }
    m_chips.clear();
    for (std::size_t i = 0; i < m_filters.size(); ++i) {
        auto* chip = new QPushButton(conditionText(m_filters[i]) + QStringLiteral("  \u00d7"));
        chip->setAccessibleName(tr("Remove the condition %1").arg(conditionText(m_filters[i])));
        chip->setToolTip(tr("Click to remove"));
        chip->setCheckable(true);
        chip->setChecked(true);
        chip->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
        connect(chip, &QPushButton::clicked, this, [this, i] {
            std::vector<FeatureFilter> left = m_filters;
            left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
            setFilters(std::move(left));
            emit changed();
        });
        m_row->insertWidget(static_cast<int>(i), chip);
        m_chips.push_back(chip);
    }
    setVisible(!m_filters.empty());
}

} // namespace microtome
