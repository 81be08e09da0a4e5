#include "app/mainwindow.h"
#include "app/pictures.h"
#include "tests/app/window/probe.h"
#include "tests/views/session/fakesession.h"

#include <QDir>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

using namespace microtome;

class tst_TourPictures : public QObject {
    Q_OBJECT

private slots:
    void theTourRendersEveryViewOfShallowAndDeepModels()
    {
        QTemporaryDir folder;
        PictureTour tour;
        tour.open = openFake();
        tour.views = probeViews();
        tour.models = {"small", "deep"};
        tour.prompt = "When Mary and John went to the store";
        tour.folder = folder.filePath("tour");
        tour.size = {1280, 800};
        const QStringList names = renderTour(tour);
        // views, models, lengths, themes; and the page that trains, twice
        QCOMPARE(names.size(), 3 * 2 * 2 * 2 + 4);
        QVERIFY(names.contains("train-under-way-dark"));
        QVERIFY(names.contains("lens-small-5-light"));
        QVERIFY(names.contains("lens-small-128-dark"));
        QVERIFY(names.contains("patching-deep-512-dark"));
        for (const QString& name : names) {
            const QImage picture(tour.folder + '/' + name + ".png");
            QVERIFY(!picture.isNull());
            if (!name.startsWith("train"))
                QCOMPARE(picture.size(), tour.size);
        }
        QFile index(tour.folder + "/index.md");
        QVERIFY(index.open(QIODevice::ReadOnly));
        QVERIFY(index.readAll().contains("![lens-deep-5-light](lens-deep-5-light.png)"));
    }

    void aPlaceThatCannotBeWrittenIsASentence()
    {
        PictureTour tour;
        tour.open = openFake();
        tour.views = probeViews();
        tour.models = {"small"};
        tour.folder = "/proc/nowhere";
        QVERIFY_EXCEPTION_THROWN(renderTour(tour), Error);
        QTemporaryDir folder;
        tour.folder = folder.path();
        tour.models = {"unknown"};
        QVERIFY_EXCEPTION_THROWN(renderTour(tour), Error);
    }
};

QTEST_MAIN(tst_TourPictures)
#include "tst_tourpictures.moc"
