#pragma once

#include <QMenu>

#include <vector>

class QLineEdit;

namespace microtome {

/// Something a feature may have: a list that it is on, a tag.
struct Mark {
    QString name;
    bool on = false;
};

/// Marks to switch on and off, and a line to write a new one.
class MarkMenu : public QMenu {
    Q_OBJECT
public:
    MarkMenu(const QString& name, const QString& hint, QWidget* parent = nullptr);

    void setMarks(const std::vector<Mark>&);
    QLineEdit& line() const { return *m_line; }

signals:
    void switched(const QString& name, bool on);
    void written(const QString& name);

private:
    QLineEdit* m_line;
    QAction* m_before; ///< marks stand above this
    QList<QAction*> m_marks;
};

} // namespace microtome
