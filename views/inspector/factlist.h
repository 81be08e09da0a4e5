#pragma once

#include "views/inspector/facts.h"
#include "views/style/theme.h"

#include <QWidget>

namespace microtome {

/// Facts painted as captions, names with their numbers right-aligned, and bars.
class FactList : public QWidget {
    Q_OBJECT
public:
    explicit FactList(QWidget* parent = nullptr);

    void setFacts(const Facts&, const Theme&);
    QString valueOf(const QString& name) const; ///< of the first line with this name

    QSize sizeHint() const override { return {200, m_height}; }
    QSize minimumSizeHint() const override { return {0, m_height}; }

protected:
    void paintEvent(QPaintEvent*) override;

private:
    Facts m_facts;
    Theme m_theme = Theme::light();
    int m_height = 0;
};

} // namespace microtome
