#include "views/canvas/label.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

/// A text of digits, signs and points: figures, to be set in columns.
bool isNumeric(const QString& text)
{
    static const QString allowed = QStringLiteral("0123456789.,+-\u2212% \u221e\u2013e");
    return !text.isEmpty()
        && std::any_of(text.begin(), text.end(), [](QChar c) { return c.isDigit(); })
        && std::all_of(text.begin(), text.end(), [](QChar c) { return allowed.contains(c); });
}

/// Width of a digit's column: the widest of the ten.
double digitWidth(const QFontMetricsF& metrics)
{
    double width = 0;
    for (char16_t digit = u'0'; digit <= u'9'; ++digit)
        width = std::max(width, metrics.horizontalAdvance(QChar(digit)));
    return width;
}

bool hasEqualDigits(const QFontMetricsF& metrics)
{
    const double width = digitWidth(metrics);
    return std::fabs(metrics.horizontalAdvance(QLatin1Char('1')) - width) < 1e-6;
}

double advance(QChar c, const QFontMetricsF& metrics, double column)
{
    return c.isDigit() ? column : metrics.horizontalAdvance(c);
}

/// Qt 6.4 cannot ask a font for its tabular figures, so digits are set one by one.
void drawFigures(QPainter& painter, QPointF at, const QString& text, const QFontMetricsF& metrics)
{
    const double column = digitWidth(metrics);
    for (const QChar c : text) {
        const double width = advance(c, metrics, column);
        const double inset = c.isDigit() ? (width - metrics.horizontalAdvance(c)) / 2 : 0;
        painter.drawText(at + QPointF(inset, 0), QString(c));
        at.rx() += width;
    }
}

} // namespace

double textWidth(const QString& text, TextRole role, const Style& style)
{
    const QFontMetricsF metrics(style.font(role));
    if (!isNumeric(text) || hasEqualDigits(metrics))
        return metrics.horizontalAdvance(text);
    const double column = digitWidth(metrics);
    double width = 0;
    for (const QChar c : text)
        width += advance(c, metrics, column);
    return width;
}

double textHeight(TextRole role, const Style& style)
{
    return QFontMetricsF(style.font(role)).height();
}

QString shortened(const QString& text, TextRole role, double width, const Style& style)
{
    if (textWidth(text, role, style) <= width)
        return text;
    const QString cut
        = QFontMetricsF(style.font(role)).elidedText(text, Qt::ElideRight, std::max(width, 0.0));
    return cut == QStringLiteral("\u2026") ? QString() : cut;
}

Label labelIn(const QRectF& box, Qt::Alignment horizontal, const QString& text, TextRole role,
    const QColor& colour, const Style& style)
{
    const QString shown = shortened(text, role, box.width(), style);
    const double width = textWidth(shown, role, style);
    const double height = textHeight(role, style);
    double x = box.left();
    if (horizontal & Qt::AlignRight)
        x = box.right() - width;
    else if (horizontal & Qt::AlignHCenter)
        x = box.center().x() - width / 2;
    const QRectF rect(style.snap(x), style.snap(box.center().y() - height / 2), width, height);
    return {rect, shown, role, colour, false};
}

Label uprightLabelIn(
    const QRectF& box, const QString& text, TextRole role, const QColor& colour, const Style& style)
{
    const QString shown = shortened(text, role, box.height(), style);
    const double length = textWidth(shown, role, style);
    const double height = textHeight(role, style);
    const QRectF rect(
        style.snap(box.center().x() - height / 2), box.bottom() - length, height, length);
    return {rect, shown, role, colour, true};
}

void drawLabel(QPainter& painter, const Label& label, const Style& style)
{
    if (label.text.isEmpty())
        return;
    const QFont font = style.font(label.role);
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    painter.setPen(label.colour);
    const auto draw = [&](QPointF baseline) {
        if (isNumeric(label.text) && !hasEqualDigits(metrics))
            drawFigures(painter, baseline, label.text, metrics);
        else
            painter.drawText(baseline, label.text);
    };
    if (!label.upright) {
        draw(QPointF(label.rect.left(), label.rect.top() + metrics.ascent()));
        return;
    }
    painter.save();
    painter.translate(label.rect.bottomLeft());
    painter.rotate(-90);
    draw(QPointF(0, metrics.ascent()));
    painter.restore();
}

void drawLabels(QPainter& painter, const std::vector<Label>& labels, const Style& style)
{
    for (const Label& label : labels)
        drawLabel(painter, label, style);
}

} // namespace microtome
