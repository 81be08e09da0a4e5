#pragma once

#include "views/style/colourscale.h"
#include "views/style/style.h"

#include <QWidget>

#include <optional>

namespace microtome {

/// The colour scale of a picture, as it stands in a title line.
class ScaleLine : public QWidget {
    Q_OBJECT
public:
    explicit ScaleLine(QWidget* parent = nullptr);

    void show(const std::optional<ColourRange>&, const Style&);

protected:
    void paintEvent(QPaintEvent*) override;

private:
    std::optional<ColourRange> m_range;
    Style m_style;
};

} // namespace microtome
