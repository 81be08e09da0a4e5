#include "tests/views/viewbench.h"
#include "views/features/examplespicture.h"
#include "views/features/histogrampicture.h"

#include <QPainter>

using namespace microtome;

namespace {

ExampleLine lineOf(int tokens, int peak)
{
    ExampleLine line;
    line.strength = 7.25;
    line.peak = peak;
    for (int i = 0; i < tokens; ++i) {
        line.tokens << QStringLiteral(" word%1").arg(i);
        line.values.push_back(i == peak ? 7.25F : i == peak + 1 ? 0.5F : 0.0F);
    }
    return line;
}

ExamplesData examples(ExamplesData::Form form)
{
    ExamplesData data;
    data.form = form;
    data.range = ColourRange::magnitude(0, 8);
    data.blocks
        = {{"4 \u2026 8", {lineOf(32, 12), lineOf(3, 0)}}, {"1 \u2026 4", {lineOf(32, 31)}}};
    return data;
}

const QRectF area(5, 3, 420, 400);

} // namespace

class tst_FeaturePictures : public QObject {
    Q_OBJECT

private slots:
    void peaksStandBelowOneAnother()
    {
        const Style style = Style::screen(Theme::light());
        const ExamplesPicture picture(examples(ExamplesData::Form::Snippets));
        QCOMPARE(picture.count(), 3);
        const double x = picture.cellRect({0, 12}, area, style).left();
        QCOMPARE(picture.cellRect({1, 0}, area, style).left(), x);
        QCOMPARE(picture.cellRect({2, 31}, area, style).left(), x);
        QVERIFY(picture.cellRect({0, 0}, area, style).isEmpty()); // cut away at the left
        QVERIFY(!picture.cellRect({0, 11}, area, style).isEmpty());
        for (const Label& label : picture.labels(area, style))
            QVERIFY2(area.adjusted(-1, -1, 1, 1).contains(label.rect), qPrintable(label.text));
    }

    void aContextHasAllTokensInTheWidth()
    {
        const Style style = Style::screen(Theme::light());
        const ExamplesPicture picture(examples(ExamplesData::Form::Contexts));
        const double height = picture.heightFor(area.width(), style);
        const QRectF whole(area.topLeft(), QSizeF(area.width(), height));
        double below = 0;
        for (int row = 0; row < picture.count(); ++row)
            for (int i = 0; i < picture.line(row).tokens.size(); ++i) {
                const QRectF rect = picture.cellRect({row, i}, whole, style);
                QVERIFY(!rect.isEmpty() && whole.contains(rect));
                QCOMPARE(picture.hit(rect.center(), whole, style), std::optional(Cell{row, i}));
                below = std::max(below, rect.bottom());
            }
        QVERIFY(below > height - 16);
        QVERIFY(picture.heightFor(2 * area.width(), style) < height);
    }

    void everyTokenSaysItsValue()
    {
        const ExamplesPicture picture(examples(ExamplesData::Form::Snippets));
        QCOMPARE(picture.describe({0, 12}), QString("word12  7.250"));
        QCOMPARE(picture.describe({0, 11}), QString("word11  0"));
        QCOMPARE(picture.describe({3, 0}), QString());
        QCOMPARE(picture.neighbour({0, 12}, 0, 1), (Cell{1, 0}));
        QCOMPARE(picture.neighbour({1, 2}, 1, 0), (Cell{1, 2}));
        QCOMPARE(picture.table().rows.size(), std::size_t(32 + 3 + 32));
    }

    void barsOfAHistogramStandOverTheirNumbers()
    {
        const Style style = Style::screen(Theme::light());
        const HistogramPicture picture(
            {.low = 0, .high = 10, .counts = {4, 0, 1, 0, 90}, .what = "firings"});
        QCOMPARE(picture.describe({0, 4}), QString::fromUtf8("8.0 \u2026 10.0 : 90 firings"));
        for (int i = 0; i < 5; ++i) {
            const QRectF rect = picture.cellRect({0, i}, area, style);
            QCOMPARE(picture.hit(rect.center(), area, style), std::optional(Cell{0, i}));
        }
        QVERIFY(!picture.hit(area.bottomLeft() - QPointF(0, 2), area, style));
        const auto labels = picture.labels(area, style);
        QVERIFY(labels.size() >= 3);
        QCOMPARE(labels.front().text, QString("0"));
        for (std::size_t i = 1; i < labels.size(); ++i)
            QVERIFY(labels[i].rect.left() > labels[i - 1].rect.right());
        QImage image(430, 410, QImage::Format_ARGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        picture.paint(painter, area, style);
        const auto inked = [&](int part, double up) {
            const QRectF rect = picture.cellRect({0, part}, area, style);
            return image.pixelColor(QPointF(rect.center().x(), rect.bottom() - up).toPoint())
                != QColor(Qt::white);
        };
        QVERIFY(inked(4, 300) && !inked(0, 300) && inked(0, 20)); // log heights
        QVERIFY(inked(2, 20) && !inked(1, 2) && !inked(3, 2));
    }
};

QTEST_MAIN(tst_FeaturePictures)
#include "tst_featurepictures.moc"
