#include "views/inspector/factlist.h"

#include "views/style/style.h"

#include <QPainter>

namespace microtome {

namespace {

constexpr int lineHeight = 20;
constexpr int captionHeight = 22;
constexpr int gap = 6;
constexpr int edge = 10;

int heightOf(const FactSection& section, const Style& style)
{
    int height = captionHeight + static_cast<int>(section.lines.size()) * lineHeight + gap;
    if (!section.bars.empty())
        height += qCeil(BarsPicture(section.bars).preferredSize(style).height());
    return height;
}

} // namespace

FactList::FactList(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void FactList::setFacts(const Facts& facts, const Theme& theme)
{
    m_facts = facts;
    m_theme = theme;
    const Style style = Style::screen(theme);
    m_height = 0;
    QStringList spoken;
    for (const FactSection& section : facts.sections) {
        m_height += heightOf(section, style);
        spoken << section.caption;
        for (const FactLine& line : section.lines)
            spoken << line.name + u' ' + line.value;
        for (const Bar& bar : section.bars)
            spoken << bar.name + u' ' + QString::number(bar.value, 'f', 2);
    }
    setAccessibleName(tr("Facts"));
    setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QString FactList::valueOf(const QString& name) const
{
    for (const FactSection& section : m_facts.sections)
        for (const FactLine& line : section.lines)
            if (line.name == name)
                return line.value;
    return {};
}

void FactList::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Style style = Style::screen(m_theme, devicePixelRatioF());
    const int width = this->width() - 2 * edge;
    int y = 0;
    for (const FactSection& section : m_facts.sections) {
        painter.setFont(style.font(TextRole::Text));
        painter.setPen(m_theme.secondary);
        painter.drawText(QRect(edge, y + 4, width, captionHeight - 4),
            Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(section.caption, Qt::ElideRight, width));
        y += captionHeight;
        for (const FactLine& line : section.lines) {
            painter.setFont(style.font(TextRole::Text));
            painter.setPen(line.faint ? m_theme.secondary : m_theme.text);
            const int number = painter.fontMetrics().horizontalAdvance(line.value) + 8;
            painter.drawText(
                QRect(edge, y, width, lineHeight), Qt::AlignRight | Qt::AlignVCenter, line.value);
            painter.setFont(style.font(line.token ? TextRole::Token : TextRole::Text));
            painter.drawText(QRect(edge, y, width - number, lineHeight),
                Qt::AlignLeft | Qt::AlignVCenter,
                painter.fontMetrics().elidedText(line.name, Qt::ElideRight, width - number));
            y += lineHeight;
        }
        if (!section.bars.empty()) {
            const BarsPicture bars(section.bars);
            const double height = bars.preferredSize(style).height();
            bars.paint(painter, QRectF(edge, y, width, height), style);
            y += qCeil(height);
        }
        y += gap;
    }
}

} // namespace microtome
