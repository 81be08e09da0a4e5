#pragma once

#include "core/store/features/query.h"

#include <QWidget>

#include <vector>

class QHBoxLayout;

namespace microtome {

/// Conditions on numbers as chips, each with a click that takes it away.
class FilterChips : public QWidget {
    Q_OBJECT
public:
    explicit FilterChips(QWidget* parent = nullptr);

    const std::vector<FeatureFilter>& filters() const { return m_filters; }
    void setFilters(std::vector<FeatureFilter>); ///< without telling

signals:
    void changed();

private:
    std::vector<FeatureFilter> m_filters;
    QHBoxLayout* m_row;
    std::vector<QWidget*> m_chips;
};

} // namespace microtome
