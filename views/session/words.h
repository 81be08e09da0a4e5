#pragma once

#include <QStringList>
#include <QWidget>

#include <vector>

class QToolButton;

namespace microtome {

/// One choice of several as plain words; the active one is underlined with the accent. Left and
/// right move within it.
class Words : public QWidget {
    Q_OBJECT
public:
    Words(const QString& accessibleName, const QStringList& words, int active = 0,
        QWidget* parent = nullptr);

    int active() const { return m_active; }
    void setActive(int); ///< tells `chosen` when it changes
    void setWordEnabled(int, bool, const QString& why = {});
    QStringList words() const;

signals:
    void chosen(int index);

protected:
    void keyPressEvent(QKeyEvent*) override;

private:
    std::vector<QToolButton*> m_buttons;
    int m_active = 0;
};

} // namespace microtome
