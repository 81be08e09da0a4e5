#include "views/style/apply.h"
#include "views/style/colour.h"
#include "views/style/colourscale.h"
#include "views/style/number.h"
#include "views/style/style.h"

#include <QApplication>
#include <QFile>
#include <QPushButton>
#include <QSet>
#include <QTest>

#include <cmath>
#include <limits>

using namespace microtome;

/// Colours, numbers and lengths, against the values the look fixes.
class StyleTest : public QObject {
    Q_OBJECT

private slots:
    void magnitudeHitsItsStops();
    void magnitudeIsMonotone();
    void divergingIsSymmetricWithPower();
    void coloursBeyondTheLimitsAreTheEnds();
    void robustLimits();
    void robustLimitsOfNothing();
    void contrastIsThatOfWcag();
    void textOnCellsIsReadable();
    void pinsDifferInColourAndDashes();
    void numbers_data();
    void numbers();
    void niceSteps();
    void sizesOfType();
    void appliesToControls();
};

void StyleTest::magnitudeHitsItsStops()
{
    for (const Theme& theme : {Theme::light(), Theme::night()}) {
        const ColourScale scale(ColourRange::magnitude(-2, 10), theme);
        for (std::size_t i = 0; i < 7; ++i)
            QCOMPARE(scale.colour(-2 + 2.0 * static_cast<double>(i)), theme.magnitude[i]);
    }
    QCOMPARE(Theme::light().magnitude[0], QColor("#fbfaf6"));
    QCOMPARE(Theme::light().magnitude[6], QColor("#123463"));
    QCOMPARE(Theme::night().magnitude[3], QColor("#2b7196"));
}

void StyleTest::magnitudeIsMonotone()
{
    for (const Theme& theme : {Theme::light(), Theme::night()}) {
        const ColourScale scale(ColourRange::magnitude(0, 1), theme);
        const double direction = theme.dark ? 1 : -1;
        double before = lightness(scale.colour(0));
        for (int i = 1; i <= 100; ++i) {
            const double now = lightness(scale.colour(i / 100.0));
            QVERIFY2(direction * (now - before) > -2e-3, qPrintable(QString::number(i)));
            if (i % 10 == 0)
                QVERIFY(direction * (now - lightness(scale.colour((i - 10) / 100.0))) > 0.01);
            before = now;
        }
    }
}

void StyleTest::divergingIsSymmetricWithPower()
{
    const Theme theme = Theme::light();
    const ColourScale scale(ColourRange::diverging(4), theme);
    QCOMPARE(scale.colour(0), theme.zero);
    QCOMPARE(scale.colour(4), theme.positive);
    QCOMPARE(scale.colour(-4), theme.negative);
    QCOMPARE(scale.colour(2), mix(theme.zero, theme.positive, std::pow(0.5, 0.8)));
    QCOMPARE(scale.colour(-2), mix(theme.zero, theme.negative, std::pow(0.5, 0.8)));
    QCOMPARE(ColourRange::diverging(4).low, -4.0);
}

void StyleTest::coloursBeyondTheLimitsAreTheEnds()
{
    const Theme theme = Theme::light();
    const ColourRange range = ColourRange::magnitude(0, 1);
    const ColourScale scale(range, theme);
    QCOMPARE(scale.colour(7), theme.magnitude.back());
    QCOMPARE(scale.colour(-7), theme.magnitude.front());
    QCOMPARE(scale.colour(std::numeric_limits<double>::infinity()), theme.magnitude.back());
    QCOMPARE(range.beyond(1.5), 1);
    QCOMPARE(range.beyond(-0.5), -1);
    QCOMPARE(range.beyond(1), 0);
}

void StyleTest::robustLimits()
{
    std::vector<float> values;
    for (int i = 1; i <= 1000; ++i)
        values.push_back(static_cast<float>(i));
    values.push_back(std::numeric_limits<float>::quiet_NaN());
    const auto magnitude = ColourRange::robust(ColourRange::Kind::Magnitude, values);
    QCOMPARE(magnitude.low, 0.0);
    QCOMPARE(magnitude.high, 995.0);
    QVERIFY(magnitude.clippedHigh && !magnitude.clippedLow);

    values[0] = -5000;
    const auto diverging = ColourRange::robust(ColourRange::Kind::Diverging, values);
    QCOMPARE(diverging.high, 996.0);
    QCOMPARE(diverging.low, -996.0);
    QVERIFY(diverging.clippedHigh && diverging.clippedLow);

    std::vector<float> sparse(1000, -2e-7F); // rounding everywhere, and two effects
    sparse[3] = sparse[500] = 1;
    const auto effects = ColourRange::robust(ColourRange::Kind::Diverging, sparse);
    QCOMPARE(effects.high, 1.0);
    QVERIFY(!effects.clippedHigh && !effects.clippedLow);

    const std::vector<float> few{-1, 0.5F, 2};
    const auto all = ColourRange::robust(ColourRange::Kind::Diverging, few);
    QCOMPARE(all.high, 2.0);
    QVERIFY(!all.clippedHigh && !all.clippedLow);
}

void StyleTest::robustLimitsOfNothing()
{
    for (auto kind : {ColourRange::Kind::Magnitude, ColourRange::Kind::Diverging}) {
        const std::vector<float> zeros(9, 0.0F);
        const std::vector<float> none(3, std::numeric_limits<float>::quiet_NaN());
        for (const auto& values : {zeros, none, std::vector<float>{}}) {
            const auto range = ColourRange::robust(kind, values);
            QVERIFY(range.high > range.low);
            QVERIFY(!range.clippedHigh && !range.clippedLow);
        }
    }
}

void StyleTest::contrastIsThatOfWcag()
{
    QVERIFY(std::fabs(contrast(Qt::black, Qt::white) - 21) < 1e-6);
    QVERIFY(std::fabs(contrast(QColor("#777777"), Qt::white) - 4.478) < 1e-3);
    QCOMPARE(contrast(Qt::red, Qt::red), 1.0);
}

void StyleTest::textOnCellsIsReadable()
{
    for (const Theme& theme : {Theme::light(), Theme::night()}) {
        QCOMPARE(textOn(Qt::white, theme), QColor("#15171a"));
        QCOMPARE(textOn(Qt::black, theme), QColor("#f4f6f8"));
        const ColourScale magnitude(ColourRange::magnitude(0, 1), theme);
        const ColourScale diverging(ColourRange::diverging(1), theme);
        for (int i = -100; i <= 100; ++i) {
            for (const QColor& cell : {magnitude.colour(i / 100.0), diverging.colour(i / 100.0)})
                QVERIFY(contrast(cell, textOn(cell, theme)) >= 4);
        }
        QVERIFY(contrast(theme.text, theme.panel) >= 7);
        QVERIFY(contrast(theme.secondary, theme.panel) >= 4.5);
    }
}

void StyleTest::pinsDifferInColourAndDashes()
{
    const Style style = Style::screen(Theme::light());
    QSet<QString> seen;
    QSet<QRgb> colours;
    for (int pin = 0; pin < 8; ++pin) {
        QString dashes;
        for (qreal dash : Style::dashes(pin))
            dashes += QString::number(dash) + ' ';
        QCOMPARE(Style::dashes(pin).size() % 2, 0);
        seen << dashes;
        colours << style.pinColour(pin).rgb();
    }
    QCOMPARE(seen.size(), 8);
    QCOMPARE(colours.size(), 8);
    QCOMPARE(style.pinColour(8), style.pinColour(0));
}

void StyleTest::numbers_data()
{
    QTest::addColumn<QString>("shown");
    QTest::addColumn<QString>("expected");
    const double nan = std::nan("");
    QTest::newRow("minus") << formatNumber(-3.236, 2) << QStringLiteral("\u22123.24");
    QTest::newRow("plus") << formatNumber(3.236, 2, true) << QStringLiteral("+3.24");
    QTest::newRow("no signed zero") << formatNumber(-0.001, 2, true) << QStringLiteral("0.00");
    QTest::newRow("none") << formatNumber(nan, 2) << QStringLiteral("\u2013");
    QTest::newRow("infinite") << formatNumber(-HUGE_VAL, 2) << QStringLiteral("\u2212\u221e");
    QTest::newRow("thousands") << formatNumber(-1234567, 0) << QStringLiteral("\u22121,234,567");
    QTest::newRow("four digits") << formatNumber(8192, 0) << QStringLiteral("8192");
    QTest::newRow("short") << formatShort(0.25) << QStringLiteral("0.25");
    QTest::newRow("short tiny") << formatShort(-2.5e-7) << QStringLiteral("\u22122.5e\u22127");
    QTest::newRow("short zero") << formatShort(0) << QStringLiteral("0");
}

void StyleTest::numbers()
{
    QFETCH(QString, shown);
    QTEST(shown, "expected");
}

void StyleTest::niceSteps()
{
    QCOMPARE(niceStep(10, 5), 2.0);
    QCOMPARE(niceStep(1, 4), 0.25);
    QCOMPARE(niceStep(7, 3), 2.5);
    QCOMPARE(niceStep(0, 3), 1.0);
    QCOMPARE(decimalsOf(0.25), 2);
    QCOMPARE(decimalsOf(10), 0);
}

void StyleTest::sizesOfType()
{
    const Style style = Style::screen(Theme::light());
    QCOMPARE(style.font(TextRole::Text).pixelSize(), 12);
    QCOMPARE(style.font(TextRole::Token).pixelSize(), 11);
    QCOMPARE(style.font(TextRole::Axis).pixelSize(), 10);
    QCOMPARE(style.font(TextRole::AxisToken).pixelSize(), 10);
    QCOMPARE(style.font(TextRole::Title).weight(), QFont::DemiBold);
    QVERIFY(style.font(TextRole::Text).weight() == QFont::Normal);
    for (double length : {style.metrics.panelTitle, style.metrics.row, style.metrics.chip,
             style.metrics.promptBar, style.metrics.statusBar})
        QCOMPARE(std::fmod(length, style.metrics.grid), 0.0);
}

void StyleTest::appliesToControls()
{
    auto* app = qobject_cast<QApplication*>(QCoreApplication::instance());
    QVERIFY(QFile::exists(QStringLiteral(":/look/chevron-light.svg")));
    QVERIFY(QFile::exists(QStringLiteral(":/look/chevron-dark.svg")));
    for (const Theme& theme : {Theme::light(), Theme::night()}) {
        applyStyle(*app, Style::screen(theme));
        QCOMPARE(QApplication::palette().color(QPalette::Window), theme.window);
        QCOMPARE(QApplication::palette().color(QPalette::Text), theme.text);
        QCOMPARE(QApplication::font().pixelSize(), 12);
        QVERIFY(!app->styleSheet().contains(QLatin1Char('%')));
        QVERIFY(!app->styleSheet().contains(QLatin1String("gradient")));
        QPushButton button(QStringLiteral("Run"));
        button.setDefault(true);
        button.resize(60, 24);
        const QImage image = button.grab().toImage();
        QCOMPARE(image.pixelColor(30, 4), theme.accent);
    }
}

QTEST_MAIN(StyleTest)
#include "tst_style.moc"
