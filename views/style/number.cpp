#include "views/style/number.h"

#include <algorithm>
#include <cmath>

namespace microtome {

QString formatNumber(double value, int decimals, bool sign)
{
    if (std::isnan(value))
        return QStringLiteral("\u2013");
    QString digits = std::isinf(value) ? QStringLiteral("\u221e")
                                       : QString::number(std::fabs(value), 'f', decimals);
    const bool zero = std::all_of(digits.begin(), digits.end(),
        [](QChar c) { return c == QLatin1Char('0') || c == QLatin1Char('.'); });
    if (zero)
        return digits;
    if (std::isfinite(value) && std::fabs(value) >= 10000) {
        const qsizetype point = digits.indexOf(QLatin1Char('.'));
        for (qsizetype i = (point < 0 ? digits.size() : point) - 3; i > 0; i -= 3)
            digits.insert(i, QLatin1Char(','));
    }
    if (value < 0)
        return QStringLiteral("\u2212") + digits;
    return sign ? QStringLiteral("+") + digits : digits;
}

QString formatShort(double value, bool sign)
{
    const double size = std::fabs(value);
    if (!std::isfinite(value) || value == 0)
        return formatNumber(value, 0, sign);
    if (size >= 1e5 || size < 1e-3) {
        const int exponent = static_cast<int>(std::floor(std::log10(size)));
        return formatNumber(value / std::pow(10.0, exponent), 1, sign) + QLatin1Char('e')
            + formatNumber(exponent, 0);
    }
    return formatNumber(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4, sign);
}

int decimalsOf(double step)
{
    int decimals = 0;
    for (double s = std::fabs(step); decimals < 9 && std::fabs(s - std::round(s)) > 1e-6 * s;
         s *= 10)
        ++decimals;
    return decimals;
}

double niceStep(double span, int most)
{
    const double raw = span / std::max(most, 1);
    if (!(raw > 0) || !std::isfinite(raw))
        return 1;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    for (double factor : {1.0, 2.0, 2.5, 5.0}) {
        if (raw <= factor * power * (1 + 1e-9))
            return factor * power;
    }
    return 10 * power;
}

Ticks niceTicks(double low, double high, bool lowFixed, bool highFixed, int most)
{
    const double step = niceStep(high - low, most);
    Ticks ticks;
    ticks.low = lowFixed ? low : std::floor(low / step + 1e-9) * step;
    ticks.high = highFixed ? high : std::ceil(high / step - 1e-9) * step;
    ticks.decimals = decimalsOf(step);
    for (double tick = std::ceil(ticks.low / step - 1e-9) * step; tick <= ticks.high + 1e-9 * step;
         tick += step)
        ticks.at.push_back(tick);
    return ticks;
}

} // namespace microtome
