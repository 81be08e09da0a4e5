#include "views/style/style.h"

#include <QFontDatabase>

#include <array>
#include <cmath>

namespace microtome {

namespace {

/// `wished` where it is installed, else the system's font of that kind.
QFont installed(const QString& wished, QFontDatabase::SystemFont kind)
{
    QFont font = QFontDatabase::systemFont(kind);
    if (QFontDatabase::hasFamily(wished))
        font.setFamilies({wished, font.family()});
    return font;
}

} // namespace

Style Style::screen(const Theme& theme, double devicePixelRatio)
{
    Style style;
    style.theme = theme;
    style.resolution = devicePixelRatio;
    const QFont sans = installed(QStringLiteral("Inter"), QFontDatabase::GeneralFont);
    QFont mono = installed(QStringLiteral("JetBrains Mono"), QFontDatabase::FixedFont);
    // Tokens are shown letter by letter: "!=" must not become one sign.
    mono.setStyleStrategy(QFont::PreferNoShaping);
    const auto set = [&style](TextRole role, QFont font, int pixels) {
        font.setPixelSize(pixels);
        if (role == TextRole::Title)
            font.setWeight(QFont::DemiBold);
        style.fonts[static_cast<std::size_t>(role)] = font;
    };
    set(TextRole::Text, sans, 12);
    set(TextRole::Title, sans, 12);
    set(TextRole::Token, mono, 11);
    set(TextRole::Axis, sans, 10);
    set(TextRole::AxisToken, mono, 10);
    return style;
}

Style Style::figure(const Theme& theme, double resolution)
{
    Style style = screen(theme, resolution);
    for (QFont& font : style.fonts)
        font.setHintingPreference(QFont::PreferNoHinting);
    return style;
}

QVector<qreal> Style::dashes(int pin)
{
    static const std::array<QVector<qreal>, 8> patterns{QVector<qreal>{}, {6, 3}, {2, 2},
        {8, 3, 2, 3}, {4, 2}, {1, 2}, {10, 4}, {6, 2, 2, 2, 2, 2}};
    return patterns[static_cast<std::size_t>(pin) % patterns.size()];
}

QColor Style::pinColour(int pin) const
{
    return theme.pins[static_cast<std::size_t>(pin) % theme.pins.size()];
}

double Style::snap(double coordinate) const
{
    return resolution > 0 ? std::round(coordinate * resolution) / resolution : coordinate;
}

} // namespace microtome
