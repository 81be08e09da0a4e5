#include "views/session/words.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QToolButton>

namespace microtome {

Words::Words(const QString& accessibleName, const QStringList& words, int active, QWidget* parent)
    : QWidget(parent)
    , m_active(active)
{
    setAccessibleName(accessibleName);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    for (int i = 0; i < words.size(); ++i) {
        auto* button = new QToolButton(this);
        button->setText(words[i]);
        button->setAccessibleName(accessibleName + QStringLiteral(": ") + words[i]);
        button->setCheckable(true);
        button->setChecked(i == active);
        button->setFocusPolicy(i == active ? Qt::TabFocus : Qt::NoFocus);
        connect(button, &QToolButton::clicked, this, [this, i] {
            m_buttons[static_cast<std::size_t>(i)]->setChecked(true);
            setActive(i);
        });
        row->addWidget(button);
        m_buttons.push_back(button);
    }
}

void Words::setActive(int index)
{
    if (index == m_active || index < 0 || index >= static_cast<int>(m_buttons.size()))
        return;
    for (int i = 0; i < static_cast<int>(m_buttons.size()); ++i) {
        auto* button = m_buttons[static_cast<std::size_t>(i)];
        button->setChecked(i == index);
        button->setFocusPolicy(i == index ? Qt::TabFocus : Qt::NoFocus);
    }
    m_active = index;
    emit chosen(index);
}

void Words::setWordEnabled(int index, bool on, const QString& why)
{
    auto* button = m_buttons.at(static_cast<std::size_t>(index));
    button->setEnabled(on);
    button->setToolTip(on ? QString() : why);
}

QStringList Words::words() const
{
    QStringList words;
    for (const QToolButton* button : m_buttons)
        words << button->text();
    return words;
}

void Words::keyPressEvent(QKeyEvent* event)
{
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (step == 0)
        return QWidget::keyPressEvent(event);
    int next = m_active + step;
    while (next >= 0 && next < static_cast<int>(m_buttons.size())
        && !m_buttons[static_cast<std::size_t>(next)]->isEnabled())
        next += step;
    if (next >= 0 && next < static_cast<int>(m_buttons.size())) {
        setActive(next);
        m_buttons[static_cast<std::size_t>(next)]->setFocus(Qt::TabFocusReason);
    }
}

} // namespace microtome
