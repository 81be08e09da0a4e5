#include "views/features/markmenu.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QWidgetAction>

namespace microtome {

MarkMenu::MarkMenu(const QString& name, const QString& hint, QWidget* parent)
    : QMenu(name, parent)
    , m_line(new QLineEdit)
    , m_before(addSeparator())
{
    setAccessibleName(name);
    m_line->setPlaceholderText(hint);
    m_line->setAccessibleName(hint);
    auto* frame = new QWidget;
    auto* row = new QHBoxLayout(frame);
    row->setContentsMargins(8, 4, 8, 4);
    row->addWidget(m_line);
    auto* action = new QWidgetAction(this);
    action->setDefaultWidget(frame);
    addAction(action);
    connect(this, &QMenu::aboutToShow, m_line, [this] { m_line->setFocus(); });
    connect(m_line, &QLineEdit::returnPressed, this, [this] {
        const QString text = m_line->text().trimmed();
        if (text.isEmpty())
            return;
        m_line->clear();
        close();
        emit written(text);
    });
}

void MarkMenu::setMarks(const std::vector<Mark>& marks)
{
    qDeleteAll(m_marks);
    m_marks.clear();
    for (const Mark& mark : marks) {
        auto* action = new QAction(QString(mark.name).replace(u'&', QStringLiteral("&&")), this);
        action->setCheckable(true);
        action->setChecked(mark.on);
        connect(action, &QAction::triggered, this,
            [this, name = mark.name](bool on) { emit switched(name, on); });
        insertAction(m_before, action);
        m_marks << action;
    }
    m_before->setVisible(!marks.empty());
}

} // namespace microtome
