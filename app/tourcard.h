#pragma once

#include <QFrame>
#include <QPointer>

#include <vector>

class QLabel;
class QPushButton;

namespace microtome {

/// One step of the tour: what to look at, and a sentence or two.
struct TourStep {
    QString title;
    QString text;
    QPointer<QWidget> at;
};

/// A card in a corner that tells in a few steps where things are. Nothing waits for it; it can be
/// left at any time.
class TourCard : public QFrame {
    Q_OBJECT
public:
    TourCard(std::vector<TourStep>, QWidget* parent);

    void start();
    void leave();
    int step() const { return m_step; }

signals:
    void left(bool finished);

protected:
    bool eventFilter(QObject*, QEvent*) override;

private:
    void show(int step);
    void place();

    std::vector<TourStep> m_steps;
    int m_step = 0;
    QLabel* m_title;
    QLabel* m_text;
    QLabel* m_count;
    QPushButton* m_back;
    QPushButton* m_next;
    QWidget* m_mark;
};

} // namespace microtome
