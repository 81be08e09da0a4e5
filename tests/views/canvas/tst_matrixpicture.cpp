#include "tests/views/samples.h"

#include "views/canvas/axis.h"
#include "views/canvas/linespicture.h"
#include "views/canvas/matrixpicture.h"
#include "views/canvas/pool.h"
#include "views/canvas/trajectorypicture.h"

#include <QImage>
#include <QPainter>
#include <QTest>

#include <ctime>

using namespace microtome;

/// Heat maps: which colour where, pooling, masks, sizes; and what lines and charts leave out.
class MatrixPictureTest : public QObject {
    Q_OBJECT

private slots:
    void cellsHaveTheirColour();
    void trianglesAndGapsStayEmpty();
    void rowsUpwards();
    void poolingKeepsTheStrongest();
    void pooledHitIsWhatIsShown();
    void blocksCoverEveryCellOnce();
    void describes();
    void wrongSizesAreRefused();
    void emptyIsHarmless();
    void paintsOnlyWhatIsSeen();
    void linesAreFewAndStrongest();
    void ranksPutTheBestOnTop();

private:
    static QImage paint(const Picture& picture, QSize size, const Style& style)
    {
        QImage image(size, QImage::Format_RGB32);
        image.fill(style.theme.panel);
        QPainter painter(&image);
        picture.paint(painter, QRectF(image.rect()), style);
        return image;
    }

    static MatrixData plain(Matrix values)
    {
        MatrixData data;
        data.values = std::move(values);
        data.range = ColourRange::magnitude(0, 1);
        return data;
    }
};

void MatrixPictureTest::cellsHaveTheirColour()
{
    for (const Theme& theme : {Theme::light(), Theme::night()}) {
        const Style style = Style::screen(theme);
        const MatrixPicture picture(plain(Matrix(2, 3, {0, 0.5F, 1, 0.25F, 0.75F, 0.1F})));
        const QImage image = paint(picture, {300, 60}, style);
        const ColourScale scale(ColourRange::magnitude(0, 1), theme);
        for (int row = 0; row < 2; ++row) {
            for (int column = 0; column < 3; ++column) {
                const QPoint centre = picture.cellRect({row, column}, QRectF(image.rect()), style)
                                          .center()
                                          .toPoint();
                const double value = static_cast<double>(picture.data().values(
                    static_cast<std::size_t>(row), static_cast<std::size_t>(column)));
                QCOMPARE(image.pixelColor(centre), scale.colour(value));
            }
        }
    }
}

void MatrixPictureTest::trianglesAndGapsStayEmpty()
{
    const Style style = Style::screen(Theme::light());
    MatrixData data = plain(Matrix(2, 2, {0.9F, 0.9F, std::nanf(""), 0.9F}));
    data.triangular = true;
    const MatrixPicture picture(data);
    const QImage image = paint(picture, {200, 60}, style);
    const QRectF area(image.rect());
    QCOMPARE(image.pixelColor(picture.cellRect({0, 1}, area, style).center().toPoint()),
        style.theme.panel);
    QCOMPARE(image.pixelColor(picture.cellRect({1, 0}, area, style).center().toPoint()),
        style.theme.panel);
    QVERIFY(image.pixelColor(picture.cellRect({1, 1}, area, style).center().toPoint())
        != style.theme.panel);
    QCOMPARE(picture.table().rows.size(), std::size_t(2));
}

void MatrixPictureTest::rowsUpwards()
{
    const Style style = Style::screen(Theme::light());
    MatrixData data = plain(Matrix::filled(4, 2, 0.5F));
    data.rowsUpwards = true;
    const MatrixPicture picture(data);
    const QRectF area(0, 0, 200, 100);
    QVERIFY(
        picture.cellRect({0, 0}, area, style).top() > picture.cellRect({3, 0}, area, style).top());
    QCOMPARE(picture.neighbour({1, 1}, 0, -1), (Cell{2, 1}));
}

void MatrixPictureTest::poolingKeepsTheStrongest()
{
    std::vector<float> values(1000 * 1000, 0.0F);
    values[437 * 1000 + 611] = -1;
    const Matrix matrix(1000, 1000, std::move(values));
    const Matrix pooled = poolLargest(matrix, 100, 90);
    QCOMPARE(pooled.rows(), std::size_t(100));
    QCOMPARE(pooled.columns(), std::size_t(90));
    QCOMPARE(std::count(pooled.values().begin(), pooled.values().end(), -1.0F), 1);

    // One strong cell of a million is still seen on 300 pixels.
    const Style style = Style::screen(Theme::light());
    MatrixData data = plain(matrix);
    data.range = ColourRange::diverging(1);
    const QImage image = paint(MatrixPicture(data), {300, 300}, style);
    int seen = 0;
    for (int y = 0; y < 300; ++y) {
        for (int x = 0; x < 300; ++x)
            seen += image.pixelColor(x, y) == style.theme.negative;
    }
    QVERIFY(seen >= 1 && seen <= 4);
}

void MatrixPictureTest::pooledHitIsWhatIsShown()
{
    const Style style = Style::screen(Theme::light());
    const Matrix values = samples::waves(700, 900);
    MatrixData data = plain(values);
    data.range = ColourRange::diverging(1);
    const MatrixPicture picture(data);
    const QImage image = paint(picture, {202, 152}, style);
    const ColourScale scale(data.range, style.theme);
    for (int y = 1; y < 149; y += 7) {
        for (int x = 1; x < 199; x += 5) {
            const auto hit = picture.hit(QPointF(x + 0.5, y + 0.5), QRectF(image.rect()), style);
            QVERIFY(hit.has_value());
            const double value = static_cast<double>(
                values(static_cast<std::size_t>(hit->row), static_cast<std::size_t>(hit->column)));
            QCOMPARE(image.pixelColor(x, y), scale.colour(value));
        }
    }
}

void MatrixPictureTest::blocksCoverEveryCellOnce()
{
    for (int count : {1, 7, 512, 1001}) {
        for (int blocks = 1; blocks <= count; blocks += 3) {
            QCOMPARE(blockBegin(0, blocks, count), 0);
            QCOMPARE(blockBegin(blocks, blocks, count), count);
            for (int b = 0; b < blocks; ++b)
                QVERIFY(blockBegin(b, blocks, count) < blockBegin(b + 1, blocks, count));
        }
    }
}

void MatrixPictureTest::describes()
{
    MatrixData data = plain(Matrix(1, 2, {0.863F, -0.5F}));
    data.rows = {{QStringLiteral("to")}, true};
    data.columns = {{QStringLiteral("Mara"), QStringLiteral("and")}, true};
    QCOMPARE(MatrixPicture(data).describe({0, 0}), QStringLiteral("to \u2192 Mara  0.86"));
    QCOMPARE(MatrixPicture(data).describe({0, 1}), QStringLiteral("to \u2192 and  \u22120.50"));
    QCOMPARE(MatrixPicture(data).describe({-1, 1}), QStringLiteral("and"));
    QCOMPARE(MatrixPicture(data).describe({5, 1}), QString());
}

void MatrixPictureTest::wrongSizesAreRefused()
{
    MatrixData data = plain(Matrix::filled(2, 2, 0));
    data.texts = {QStringLiteral("one")};
    QVERIFY_EXCEPTION_THROWN(MatrixPicture{data}, Error);
}

void MatrixPictureTest::emptyIsHarmless()
{
    const Style style = Style::screen(Theme::light());
    const MatrixPicture picture(plain(Matrix()));
    const QImage image = paint(picture, {50, 50}, style);
    QCOMPARE(image.pixelColor(25, 25), style.theme.panel);
    QVERIFY(!picture.hit({25, 25}, QRectF(image.rect()), style));
    QVERIFY(picture.labels(QRectF(image.rect()), style).empty());
    QVERIFY(picture.cellRect({0, 0}, QRectF(image.rect()), style).isEmpty());
    const MatrixPicture tiny(plain(Matrix::filled(3, 3, 1)));
    QVERIFY(!tiny.hit({0, 0}, QRectF(0, 0, 0, 0), style));
    paint(tiny, {1, 1}, style);
}

void MatrixPictureTest::paintsOnlyWhatIsSeen()
{
    // 512 tokens x 49 rows with texts, of which a window is seen: as quick as a small picture.
    const Style style = Style::screen(Theme::light());
    const auto large = samples::lens(512, 48);
    QImage image(1200, 800, QImage::Format_RGB32);
    const auto milliseconds = [&](const QRectF& area) {
        const std::clock_t begin = std::clock();
        for (int i = 0; i < 5; ++i) {
            QPainter painter(&image);
            painter.setClipRect(image.rect());
            large->paint(painter, area, style);
        }
        return 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / 5;
    };
    const QSizeF size = large->preferredSize(style);
    QVERIFY(size.width() > 25000);
    const double windowMs = milliseconds(QRectF(QPointF(-9000, -200), size));
    qInfo("window of 512 x 49 cells with texts: %.1f ms", windowMs);
    QVERIFY(windowMs < 400);
}

void MatrixPictureTest::linesAreFewAndStrongest()
{
    LinesData data;
    data.weights = samples::attention(200, 1);
    data.threshold = 0.0001F;
    const LinesPicture picture(data);
    QCOMPARE(picture.lines().size(), LinesPicture::mostLines);
    QVERIFY(std::is_sorted(picture.lines().begin(), picture.lines().end(),
        [](const auto& a, const auto& b) { return a.weight < b.weight; }));
    const float weakest = picture.lines().front().weight;
    const auto values = data.weights.values();
    QVERIFY(std::count_if(values.begin(), values.end(), [&](float v) { return v > weakest; })
        < static_cast<std::ptrdiff_t>(LinesPicture::mostLines));
    data.threshold = 2;
    QVERIFY(LinesPicture(data).lines().empty());
}

void MatrixPictureTest::ranksPutTheBestOnTop()
{
    const Style style = Style::screen(Theme::light());
    TrajectoryData data;
    data.scale = TrajectoryData::Scale::LogRank;
    data.series = {{QStringLiteral("a"), 0, {1000, 10, 1}}};
    const TrajectoryPicture picture(data);
    const QRectF area(0, 0, 400, 200);
    const double worst = picture.cellRect({0, 0}, area, style).center().y();
    const double middle = picture.cellRect({0, 1}, area, style).center().y();
    const double best = picture.cellRect({0, 2}, area, style).center().y();
    QVERIFY(best < middle && middle < worst);
    QVERIFY(std::abs((worst - middle) / (middle - best) - 2) < 0.01); // 1000 : 10 against 10 : 1
    QCOMPARE(picture.describe({0, 1}), QStringLiteral("1   a 10"));
}

QTEST_MAIN(MatrixPictureTest)
#include "tst_matrixpicture.moc"
