#include "tests/views/samples.h"

#include "views/canvas/picturewidget.h"

#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

using namespace microtome;

/// Counts how often it is painted.
class CountingPicture final : public Picture {
public:
    void paint(QPainter&, const QRectF&, const Style&) const override { ++paints; }
    std::optional<Cell> hit(QPointF p, const QRectF&, const Style&) const override
    {
        return Cell{static_cast<int>(p.y() / 10), static_cast<int>(p.x() / 10)};
    }
    QRectF cellRect(const Cell& c, const QRectF&, const Style&) const override
    {
        return {c.column * 10.0, c.row * 10.0, 10, 10};
    }
    QSizeF preferredSize(const Style&) const override { return {100, 100}; }
    std::vector<Label> labels(const QRectF&, const Style&) const override { return {}; }
    Cell neighbour(const Cell& from, int right, int down) const override
    {
        return {from.row + down, from.column + right};
    }
    QString describe(const Cell&) const override { return QStringLiteral("a cell"); }
    Table table() const override { return {}; }

    mutable int paints = 0;
};

/// One picture in a window: mouse, keys, scrolling with heads that stay, hover without repainting.
class PictureWidgetTest : public QObject {
    Q_OBJECT

private slots:
    void hoverPaintsNoPicture();
    void clicksAndDrags();
    void arrowsAskForTheFocus();
    void scrolledCellsAnswer();
    void headsStayWhileScrolling();
    void revealsCells();
    void speaksTheFocus();
};

void PictureWidgetTest::hoverPaintsNoPicture()
{
    const auto picture = std::make_shared<CountingPicture>();
    PictureWidget widget;
    widget.setPicture(picture);
    widget.resize(200, 200);
    widget.show();
    QVERIFY(QTest::qWaitForWindowExposed(&widget));
    QCoreApplication::processEvents();
    const int before = picture->paints;
    QVERIFY(before >= 1);
    QSignalSpy hovered(&widget, &PictureWidget::hovered);
    QTest::mouseMove(widget.viewport(), QPoint(15, 25));
    QTest::mouseMove(widget.viewport(), QPoint(16, 26));
    QTest::mouseMove(widget.viewport(), QPoint(55, 25));
    QCoreApplication::processEvents();
    QCOMPARE(picture->paints, before);
    QCOMPARE(hovered.count(), 2);
    QCOMPARE(hovered[1][0].value<std::optional<Cell>>(), std::optional<Cell>(Cell{2, 5}));
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(widget.viewport(), &leave);
    QCOMPARE(hovered.count(), 3);
    QVERIFY(!widget.hover());
    widget.setPicture(picture);
    widget.grab();
    QVERIFY(picture->paints > before);
}

void PictureWidgetTest::clicksAndDrags()
{
    PictureWidget widget;
    widget.setPicture(std::make_shared<CountingPicture>());
    widget.resize(200, 200);
    widget.show();
    QSignalSpy clicked(&widget, &PictureWidget::clicked);
    QSignalSpy dragged(&widget, &PictureWidget::dragged);
    QSignalSpy doubleClicked(&widget, &PictureWidget::doubleClicked);
    QTest::mouseClick(widget.viewport(), Qt::LeftButton, Qt::ShiftModifier, QPoint(33, 44));
    QCOMPARE(clicked.count(), 1);
    QCOMPARE(clicked[0][0].value<Cell>(), (Cell{4, 3}));
    QCOMPARE(
        clicked[0][1].value<Qt::KeyboardModifiers>(), Qt::KeyboardModifiers(Qt::ShiftModifier));
    QTest::mousePress(widget.viewport(), Qt::LeftButton, Qt::NoModifier, QPoint(5, 5));
    QTest::mouseMove(widget.viewport(), QPoint(50, 60));
    QTest::mouseRelease(widget.viewport(), Qt::LeftButton, Qt::NoModifier, QPoint(75, 65));
    QCOMPARE(dragged.count(), 1);
    QCOMPARE(dragged[0][0].value<Cell>(), (Cell{0, 0}));
    QCOMPARE(dragged[0][1].value<Cell>(), (Cell{6, 7}));
    QCOMPARE(clicked.count(), 1);
    QTest::mouseDClick(widget.viewport(), Qt::LeftButton, Qt::NoModifier, QPoint(5, 5));
    QCOMPARE(doubleClicked.count(), 1);
}

void PictureWidgetTest::arrowsAskForTheFocus()
{
    const auto picture = std::make_shared<CountingPicture>();
    picture->setFocus(Cell{3, 3});
    PictureWidget widget;
    widget.setPicture(picture);
    QSignalSpy moved(&widget, &PictureWidget::moved);
    QTest::keyClick(&widget, Qt::Key_Right);
    QTest::keyClick(&widget, Qt::Key_Up);
    QCOMPARE(moved.count(), 2);
    QCOMPARE(moved[0][0].value<Cell>(), (Cell{3, 4}));
    QCOMPARE(moved[1][0].value<Cell>(), (Cell{2, 3}));
    QSignalSpy opened(&widget, &PictureWidget::doubleClicked);
    QTest::keyClick(&widget, Qt::Key_Return);
    QCOMPARE(opened.count(), 1);
}

void PictureWidgetTest::scrolledCellsAnswer()
{
    PictureWidget widget;
    widget.setFit(PictureWidget::Fit::Scrolled);
    widget.setPicture(samples::lens(200, 48));
    widget.resize(600, 300);
    widget.show();
    QVERIFY(widget.horizontalScrollBar()->maximum() > 5000);
    int reached = 0;
    for (int row = 0; row <= 48; row += 3) {
        for (int column = 0; column < 200; column += 11) {
            widget.reveal({row, column});
            const QRectF rect = widget.rectOf({row, column});
            QVERIFY2(!rect.isEmpty(), qPrintable(QStringLiteral("%1 %2").arg(row).arg(column)));
            QVERIFY(QRectF(widget.viewport()->rect()).contains(rect));
            const auto cell = widget.cellAt(rect.center().toPoint());
            QVERIFY(cell.has_value());
            QCOMPARE(*cell, (Cell{row, column}));
            ++reached;
        }
    }
    QCOMPARE(reached, 17 * 19);
}

void PictureWidgetTest::headsStayWhileScrolling()
{
    PictureWidget widget;
    widget.setFit(PictureWidget::Fit::Scrolled);
    const auto picture = samples::lens(200, 48);
    widget.setPicture(picture);
    widget.resize(600, 300);
    widget.show();
    widget.reveal({20, 150});
    QVERIFY(widget.horizontalScrollBar()->value() > 0 && widget.verticalScrollBar()->value() > 0);
    // Where the heads are, the heads answer: the row at the left, the column above.
    const QPoint cell = widget.rectOf({20, 150}).center().toPoint();
    QCOMPARE(widget.cellAt(QPoint(4, cell.y())), std::optional<Cell>(Cell{20, -1}));
    QCOMPARE(widget.cellAt(QPoint(cell.x(), 3)), std::optional<Cell>(Cell{-1, 150}));
    QVERIFY(!widget.cellAt(QPoint(2, 2)));
    const QImage image = widget.viewport()->grab().toImage();
    int inked = 0;
    for (int y = 30; y < 280; ++y)
        for (int x = 0; x < 24; ++x)
            inked += image.pixelColor(x, y) != widget.look().theme.panel;
    QVERIFY(inked > 50);
}

void PictureWidgetTest::revealsCells()
{
    PictureWidget widget;
    widget.setFit(PictureWidget::Fit::Scrolled);
    widget.setPicture(samples::lens(200, 48));
    widget.resize(600, 300);
    widget.show();
    widget.reveal({0, 199});
    QVERIFY(widget.horizontalScrollBar()->value() >= widget.horizontalScrollBar()->maximum() - 2);
    QVERIFY(!widget.rectOf({0, 199}).isEmpty());
    widget.reveal({48, 0});
    QCOMPARE(widget.horizontalScrollBar()->value(), 0);
    QCOMPARE(widget.verticalScrollBar()->value(), 0);
}

void PictureWidgetTest::speaksTheFocus()
{
    PictureWidget widget;
    const auto picture = samples::pattern(5);
    picture->setFocus(Cell{4, 0});
    widget.setPicture(picture);
    QVERIFY(widget.accessibleDescription().startsWith(picture->describe({4, 0})));
    picture->setFocus(std::nullopt);
    widget.setPicture(picture);
    QVERIFY(widget.accessibleDescription().isEmpty());
}

QTEST_MAIN(PictureWidgetTest)
#include "tst_picturewidget.moc"
