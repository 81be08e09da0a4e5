#include "views/features/factgrid.h"

#include "views/session/tone.h"

#include <QGridLayout>

namespace microtome {

namespace {

constexpr int columns = 3;

} // namespace

FactGrid::FactGrid(QWidget* parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
{
    setAccessibleName(tr("Numbers"));
    m_grid->setContentsMargins(10, 4, 10, 4);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(4);
    for (int i = 0; i < columns; ++i) {
        m_grid->setColumnStretch(3 * i + 1, 1);
        if (i + 1 < columns)
            m_grid->setColumnMinimumWidth(3 * i + 2, 12);
    }
}

void FactGrid::setFacts(const std::vector<NamedNumber>& facts)
{
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        if (QWidget* widget = item->widget()) {
            widget->hide();
            widget->deleteLater();
        }
        delete item;
    }
    QStringList said;
    int place = 0; // in rows of columns
    for (const NamedNumber& fact : facts) {
        if (fact.wide)
            place = (place + columns - 1) / columns * columns;
        const int row = place / columns;
        const int column = place % columns * 3;
        auto* name = new ToneLabel(Tone::Secondary, fact.name);
        auto* value = new ToneLabel(fact.wide ? Tone::Token : Tone::Text, fact.value);
        value->setAlignment((fact.wide ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        m_grid->addWidget(name, row, column);
        m_grid->addWidget(value, row, column + 1, 1, fact.wide ? -1 : 1);
        place += fact.wide ? columns : 1;
        said << fact.name + u' ' + fact.value;
    }
    setAccessibleDescription(said.join(QStringLiteral(", ")));
}

} // namespace microtome
