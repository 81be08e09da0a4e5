#pragma once

#include "views/style/style.h"

#include <QRectF>
#include <QString>

#include <vector>

class QPainter;

namespace microtome {

/// One text of a picture, where it is drawn: `rect` is what the letters take, in the picture's
/// coordinates. Pictures paint their texts from these, so what tests see is what is drawn.
struct Label {
    QRectF rect;
    QString text;
    TextRole role = TextRole::Axis;
    QColor colour;
    bool upright = false; ///< reads from bottom to top
};

double textWidth(const QString& text, TextRole role, const Style& style);
double textHeight(TextRole role, const Style& style);

/// `text` shortened with an ellipsis to `width`; empty where not even a letter fits.
QString shortened(const QString& text, TextRole role, double width, const Style& style);

/// A label of `text`, shortened to the width of `box`, vertically centred in it. Numbers keep their
/// columns: every digit takes the width of a zero.
Label labelIn(const QRectF& box, Qt::Alignment horizontal, const QString& text, TextRole role,
    const QColor& colour, const Style& style);

/// A label that reads upwards, its foot at the bottom of `box`, centred across it.
Label uprightLabelIn(const QRectF& box, const QString& text, TextRole role, const QColor& colour,
    const Style& style);

void drawLabel(QPainter& painter, const Label& label, const Style& style);
void drawLabels(QPainter& painter, const std::vector<Label>& labels, const Style& style);

} // namespace microtome
