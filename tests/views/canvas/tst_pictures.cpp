#include "tests/views/samples.h"

#include "views/canvas/colourbar.h"
#include "views/style/apply.h"

#include <QApplication>
#include <QDir>
#include <QPainter>
#include <QTest>

#include <algorithm>
#include <ctime>

using namespace microtome;

Q_DECLARE_METATYPE(microtome::samples::Sample)

/// What holds for every picture, with short and long inputs, in both themes. With MICROTOME_GALLERY
/// set to a folder, the pictures are written there to be looked at.
class PicturesTest : public QObject {
    Q_OBJECT

private slots:
    void labelsDoNotCoverEachOther_data() { rows(); }
    void labelsDoNotCoverEachOther();
    void labelsStayInside_data() { rows(); }
    void labelsStayInside();
    void everyCellAnswers_data() { rows(); }
    void everyCellAnswers();
    void arrowsReachNeighbours_data() { rows(); }
    void arrowsReachNeighbours();
    void paintsInBothThemes_data() { rows(); }
    void paintsInBothThemes();
    void tablesAreRectangular_data() { rows(); }
    void tablesAreRectangular();
    void colourBarMarksWhatLiesBeyond();

private:
    void rows()
    {
        QTest::addColumn<samples::Sample>("sample");
        for (const auto& sample : m_samples)
            QTest::newRow(qPrintable(sample.name)) << sample;
    }

    static bool isChart(const samples::Sample& sample)
    {
        return sample.name.startsWith(QLatin1String("probabilities"))
            || sample.name.startsWith(QLatin1String("ranks"));
    }

    /// The cell that arrow keys end at.
    static Cell farthest(const Picture& picture)
    {
        Cell last = picture.neighbour({0, 0}, 0, 0);
        const Cell down = picture.neighbour(last, 0, 100000);
        const Cell up = picture.neighbour(last, 0, -100000);
        const Cell right = picture.neighbour(last, 100000, 0);
        return {std::max(down.row, up.row), std::max({right.column, down.column, up.column})};
    }

    static QImage painted(const Picture& picture, QSizeF size, const Style& style)
    {
        QImage image(size.toSize() + QSize(20, 20), QImage::Format_RGB32);
        image.fill(style.theme.panel);
        QPainter painter(&image);
        picture.paint(painter, QRectF(QPointF(10, 10), size), style);
        return image;
    }

    const std::vector<samples::Sample> m_samples = samples::all();
};

void PicturesTest::labelsDoNotCoverEachOther()
{
    QFETCH(samples::Sample, sample);
    const QRectF area(QPointF(10, 10), sample.size);
    const Style style = Style::screen(Theme::light());
    std::vector<Label> labels = sample.picture->labels(area, style);
    std::erase_if(labels, [](const Label& label) { return label.text.isEmpty(); });
    std::sort(labels.begin(), labels.end(),
        [](const Label& a, const Label& b) { return a.rect.left() < b.rect.left(); });
    for (std::size_t i = 0; i < labels.size(); ++i) {
        for (std::size_t j = i + 1;
             j < labels.size() && labels[j].rect.left() < labels[i].rect.right(); ++j) {
            const QRectF common = labels[i].rect.intersected(labels[j].rect);
            // Line boxes hold a little air above and below the letters.
            QVERIFY2(common.width() < 0.5 || common.height() < 2,
                qPrintable(QStringLiteral("%1 covers %2").arg(labels[i].text, labels[j].text)));
        }
    }
}

void PicturesTest::labelsStayInside()
{
    QFETCH(samples::Sample, sample);
    const QRectF area(QPointF(10, 10), sample.size);
    const QRectF room = area.adjusted(-2, -2, 2, 2);
    for (const Label& label : sample.picture->labels(area, Style::screen(Theme::light())))
        QVERIFY2(room.contains(label.rect), qPrintable(label.text));
}

void PicturesTest::everyCellAnswers()
{
    QFETCH(samples::Sample, sample);
    const QRectF area(QPointF(10, 10), sample.size);
    const Style style = Style::screen(Theme::light());
    // Of long inputs every 17th is asked, the first and last among them.
    const Cell last = farthest(*sample.picture);
    const int step = last.column > 100 ? 17 : 1;
    int cells = 0;
    for (int row = -1; row <= last.row; row += last.row > 100 ? 17 : 1) {
        for (int column = -1; column <= last.column; column += step) {
            const QRectF rect = sample.picture->cellRect({row, column}, area, style);
            if (rect.width() < 2 || rect.height() < 2)
                continue;
            const auto hit = sample.picture->hit(rect.center(), area, style);
            const QString place = QStringLiteral("%1, %2").arg(row).arg(column);
            QVERIFY2(hit.has_value(), qPrintable(place));
            // Where series of a chart cross, the nearest one answers: the same place, another line.
            QCOMPARE(hit->column, column);
            if (!isChart(sample))
                QVERIFY2(hit->row == row, qPrintable(place));
            ++cells;
        }
    }
    if (!sample.name.contains(QLatin1String("512")))
        QVERIFY(cells > 1);
}

void PicturesTest::arrowsReachNeighbours()
{
    QFETCH(samples::Sample, sample);
    const Cell start = sample.picture->neighbour({0, 0}, 0, 0);
    for (const QPoint step : {QPoint(1, 0), QPoint(-1, 0), QPoint(0, 1), QPoint(0, -1)}) {
        Cell cell = start;
        for (int i = 0; i < 2000; ++i)
            cell = sample.picture->neighbour(cell, step.x(), step.y());
        QVERIFY2(!sample.picture->describe(cell).isEmpty(), "an arrow key left the picture");
    }
}

void PicturesTest::paintsInBothThemes()
{
    QFETCH(samples::Sample, sample);
    const QString folder = qEnvironmentVariable("MICROTOME_GALLERY");
    for (const Theme& theme : {Theme::light(), Theme::night()}) {
        const Style style = Style::screen(theme);
        QSizeF size = sample.size;
        if (size.width() > 2000)
            size = {1200, 700};
        QImage image(size.toSize() + QSize(20, 20), QImage::Format_RGB32);
        image.fill(theme.panel);
        const std::clock_t begin = std::clock();
        {
            QPainter painter(&image);
            painter.setClipRect(image.rect());
            sample.picture->paint(painter, QRectF(QPointF(10, 10), sample.size), style);
        }
        const double milliseconds
            = 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
        QVERIFY2(milliseconds < 1000, qPrintable(QString::number(milliseconds)));
        int inked = 0;
        for (int y = 0; y < image.height(); ++y) {
            const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
            inked += static_cast<int>(std::count_if(line, line + image.width(),
                [&](QRgb pixel) { return pixel != theme.panel.rgb(); }));
        }
        QVERIFY(inked > 200);
        if (!folder.isEmpty()) {
            QVERIFY(QDir().mkpath(folder));
            QVERIFY(image.save(QDir(folder).filePath(sample.name + '-' + theme.name + ".png")));
            qInfo("%s %.0f ms", qPrintable(sample.name), milliseconds);
        }
    }
}

void PicturesTest::tablesAreRectangular()
{
    QFETCH(samples::Sample, sample);
    const Table table = sample.picture->table();
    QVERIFY(!table.rows.empty());
    for (const auto& row : table.rows)
        QCOMPARE(static_cast<qsizetype>(row.size()), table.columns.size());
}

void PicturesTest::colourBarMarksWhatLiesBeyond()
{
    const Style style = Style::screen(Theme::light());
    ColourRange range = ColourRange::magnitude(0, 2, QStringLiteral("nats"));
    const QSizeF size = ColourBar(range).preferredSize(style);
    const QImage plain = painted(ColourBar(range), size, style);
    range.clippedHigh = true;
    const QImage marked = painted(ColourBar(range), size, style);
    QVERIFY(plain != marked);
    const auto labels = ColourBar(range).labels(QRectF(QPointF(), size), style);
    QCOMPARE(labels.size(), std::size_t(3));
    QCOMPARE(labels[0].text, QStringLiteral("0"));
    QCOMPARE(labels[1].text, QStringLiteral("2.00"));
    QCOMPARE(labels[2].text, QStringLiteral("nats"));
}

int main(int argc, char** argv)
{
    QApplication app(argc, argv);
    PicturesTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_pictures.moc"
