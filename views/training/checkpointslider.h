#pragma once

#include "core/analysis/history.h"
#include "views/style/style.h"

#include <QAbstractSlider>

namespace microtome {

/// A slider whose stops are checkpoints, placed by their steps as the charts below it place them.
/// A press or a drag goes to the nearest stop; arrows, Home and End walk them.
class CheckpointSlider : public QAbstractSlider {
    Q_OBJECT
public:
    explicit CheckpointSlider(QWidget* parent = nullptr);

    void setStates(const std::vector<TrainingHistory::State>&, bool logarithmic);
    void setLook(const Style&);

    /// Where a stop is, in the widget.
    QPointF stopAt(int index) const;
    int nearest(double x) const;

    QSize sizeHint() const override { return {320, 44}; }
    QSize minimumSizeHint() const override { return {160, 44}; }

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mouseReleaseEvent(QMouseEvent*) override;
    void sliderChange(SliderChange) override;
    bool event(QEvent*) override;

private:
    std::vector<double> m_places; ///< 0 to 1
    QStringList m_names;
    QStringList m_steps;
    Style m_look;
};

} // namespace microtome
