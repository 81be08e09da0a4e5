#pragma once

#include <QWidget>

#include <functional>

class QLabel;

namespace microtome {

/// Lies over a view's content: one sentence with its way out as a link, or a veil that dims what is
/// being worked on. Shows nothing, and lets the mouse through, otherwise.
class StateLayer : public QWidget {
    Q_OBJECT
public:
    explicit StateLayer(QWidget* parent);

    void say(
        const QString& sentence, const QString& link, std::function<void()> action, bool warning);
    void dim(bool);
    void hold(bool); ///< takes the mouse away from the content, which stays as it looks
    void clear();
    const QString& sentence() const { return m_sentence; }
    QLabel* label() const { return m_label; }

protected:
    void paintEvent(QPaintEvent*) override;

private:
    void place();

    QLabel* m_label;
    QString m_sentence;
    std::function<void()> m_action;
    bool m_dim = false;
    bool m_hold = false;
};

} // namespace microtome
