#pragma once

#include "views/session/session.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QToolButton;

namespace microtome {

class EditSlider;
class ToneLabel;

/// One line of the edit list: switch, what, how, where, how strong, and what it does.
class EditRow : public QWidget {
    Q_OBJECT
public:
    EditRow(Session&, int index, QWidget* parent = nullptr);

    int index() const { return m_index; }
    void show(const Edit&, const Effect*, bool current);

    /// The row height, and the widths of the columns right of the slider.
    static constexpr int rowHeight = 24;

signals:
    void dragged(int index, int toY); ///< in the parent's coordinates, while the mouse is down
    void dropped(int index, int toY);

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void keyPressEvent(QKeyEvent*) override;

private:
    void slide(double);
    void showPositions(const EditPositions&);
    void choosePositions(int);

    Session& m_session;
    const int m_index;
    bool m_current = false;
    bool m_dragging = false;
    QPoint m_pressed;
    QCheckBox* m_switch;
    ToneLabel* m_label;
    ToneLabel* m_operation;
    QComboBox* m_positions;
    EditSlider* m_slider;
    ToneLabel* m_value;
    ToneLabel* m_kl;
    ToneLabel* m_target;
    QToolButton* m_remove;
};

} // namespace microtome
