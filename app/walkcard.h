#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace microtome {

class TitleLine;
class ToneLabel;
class WalkGuide;

/// The card of the walk that is on: its title and how far it is, what to notice, Back and Next. It
/// stands under the inspector, covers nothing, and nothing waits for it.
class WalkCard : public QWidget {
    Q_OBJECT
public:
    explicit WalkCard(WalkGuide&, QWidget* parent = nullptr);

    QString title() const;
    QString text() const;
    QString count() const; ///< "3 of 6"

protected:
    void paintEvent(QPaintEvent*) override;

private:
    void follow();

    WalkGuide& m_guide;
    TitleLine* m_head;
    QLabel* m_title;
    QLabel* m_text;
    QLabel* m_problem;
    QPushButton* m_back;
    QPushButton* m_next;
};

} // namespace microtome
