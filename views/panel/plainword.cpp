#include "views/panel/plainword.h"

#include <QToolButton>

namespace microtome {

QToolButton* toggleWord(
    const QString& word, const QString& accessibleName, bool on, QWidget* parent)
{
    QToolButton* button = actionWord(word, accessibleName, parent);
    button->setCheckable(true);
    button->setChecked(on);
    return button;
}

QToolButton* actionWord(const QString& word, const QString& accessibleName, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(word);
    button->setAccessibleName(accessibleName);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

} // namespace microtome
