#include "views/features/numbertext.h"

#include <QTest>

using namespace microtome;
using enum FeatureNumber;

class tst_NumberText : public QObject {
    Q_OBJECT

private slots:
    void aLineIsConditionsAndWords()
    {
        const FilterLine line = readFilterLine("name density < 1 % received max>=5.5");
        QCOMPARE(line.words, QString("name received"));
        QCOMPARE(line.conditions.size(), std::size_t(2));
        QVERIFY(line.conditions[0] == (FeatureFilter{Density, Compare::Less, 0.01}));
        QVERIFY(line.conditions[1] == (FeatureFilter{Max, Compare::AtLeast, 5.5}));
        const FilterLine longest = readFilterLine("top token share > 50% top token = 7");
        QCOMPARE(longest.conditions.size(), std::size_t(2));
        QVERIFY(longest.conditions[0] == (FeatureFilter{TopTokenShare, Compare::Greater, 0.5}));
        QVERIFY(longest.conditions[1] == (FeatureFilter{TopToken, Compare::Equal, 7}));
        QVERIFY(readFilterLine("Skew != -1e-2").conditions[0]
            == (FeatureFilter{Skew, Compare::Unequal, -0.01}));
    }

    void whatIsNoConditionIsWords()
    {
        for (const char* text : {"density", "density <", "maximal > 3", "max > three", "climax>3",
                 "\"max > 3x\"", "max > 3.5.2x", "", "< 5"}) {
            const FilterLine line = readFilterLine(QString::fromUtf8(text));
            QVERIFY2(line.conditions.empty(), text);
            QCOMPARE(line.words, QString::fromUtf8(text));
        }
    }

    void aConditionReadsBackAsItself()
    {
        for (std::size_t i = 0; i < featureNumbers; ++i)
            for (const Compare compare : {Compare::Less, Compare::AtMost, Compare::Equal,
                     Compare::Unequal, Compare::AtLeast, Compare::Greater}) {
                const FeatureFilter filter{static_cast<FeatureNumber>(i), compare, -0.125};
                const FilterLine read = readFilterLine(conditionText(filter));
                QVERIFY2(read.conditions == std::vector{filter}, qPrintable(conditionText(filter)));
            }
    }

    void numbersHaveTheDecimalsOfTheirColumn()
    {
        QCOMPARE(columnTitle(Density), QString("density %"));
        QCOMPARE(numberText(Density, 0.0031), QString("0.310"));
        QCOMPARE(numberText(Max, 9.4), QString("9.40"));
        QCOMPARE(numberText(Skew, -1.5), QString::fromUtf8("\u22121.50"));
        QCOMPARE(numberText(Count, 12345), QString("12,345"));
        QCOMPARE(numberText(Mean, std::nan("")), QString::fromUtf8("\u2013"));
        QCOMPARE(numberText(Cluster, -1), QString::fromUtf8("\u2013"));
    }
};

QTEST_GUILESS_MAIN(tst_NumberText)
#include "tst_numbertext.moc"
