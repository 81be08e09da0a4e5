#pragma once

#include <QSlider>

namespace microtome {

/// A thin slider with ticks at its quarters: how strong an edit acts. Jumps to where it is clicked;
/// a double click puts it back to its home.
class EditSlider : public QSlider {
    Q_OBJECT
public:
    explicit EditSlider(QWidget* parent = nullptr);

    void setScale(double low, double high, double home);
    double number() const;
    void setNumber(double); ///< tells nobody

signals:
    void slidTo(double);

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void wheelEvent(QWheelEvent*) override;

private:
    int xOf(double number) const;
    void jumpTo(int x);

    double m_low = 0;
    double m_high = 1;
    double m_home = 1;
};

} // namespace microtome
