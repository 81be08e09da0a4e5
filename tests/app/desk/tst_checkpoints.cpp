#include "app/deepmodel.h"
#include "tests/app/desk/desk.h"
#include "views/training/checkpointslider.h"
#include "views/training/trainingview.h"

#include <QMenu>
#include <QTemporaryDir>
#include <QToolButton>

using namespace microtome;
namespace fs = std::filesystem;

class tst_Checkpoints : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    fs::path m_model;

private slots:
    void initTestCase()
    {
        // A model of 4 MB and two earlier states of it, with other weights.
        const fs::path words = MICROTOME_SOURCE "/data/models/induction/tokenizer.json";
        const fs::path top = m_folder.path().toStdString();
        const DeepModelSize size{.layers = 5, .width = 128};
        m_model = makeDeepModel(top, words, size);
        unsigned seed = 100;
        for (const char* name : {"step-000010", "step-000200"}) {
            DeepModelSize other = size;
            other.seed = ++seed;
            fs::create_directories(m_model / "checkpoints");
            fs::rename(
                makeDeepModel(top / "scratch", words, other), m_model / "checkpoints" / name);
        }
        QVERIFY(fs::file_size(m_model / "model.safetensors") > 3'500'000);
    }

    void theMenuAndTheSliderSwitchEveryView()
    {
        Desk desk;
        desk.window.openModel(QString::fromStdString(m_model.string()));
        desk.session.setPromptText("Clara bought lemon and Clara");
        QVERIFY(waitUntilDone(desk.session));
        auto* button = desk.window.findChild<QToolButton*>("checkpoint");
        QVERIFY(button->isVisible());
        QCOMPARE(button->text(), QString("final ▾"));
        desk.window.workspace()->showView("lens");
        desk.session.selection().focusHead(Layer(2), Head(1), Position(3));
        QVERIFY(waitUntilDone(desk.session));
        const Matrix last = desk.session.edited()->logits;
        const auto lens = [&] { return desk.window.workspace()->current()->table().rows; };
        const auto lensBefore = lens();

        QMenu* menu = button->menu();
        QCOMPARE(menu->actions().size(), 3);
        menu->popup(desk.window.mapToGlobal(QPoint(100, 100)));
        QTest::mouseClick(
            menu, Qt::LeftButton, {}, menu->actionGeometry(menu->actions()[0]).center());
        QVERIFY(waitUntilDone(desk.session));
        QCOMPARE(desk.session.info().name, std::string("step-000010"));
        QCOMPARE(button->text(), QString("step 10 ▾"));
        QVERIFY(desk.session.edited()->logits(0, 3) != last(0, 3));
        QVERIFY(lens() != lensBefore);
        QCOMPARE(desk.session.selection().focus().head, Head(1));
        QCOMPARE(
            desk.preferences.recentModels(), QStringList{QString::fromStdString(m_model.string())});

        desk.window.workspace()->showView("training");
        auto* view = dynamic_cast<TrainingView*>(desk.window.workspace()->current());
        QVERIFY(view);
        QTest::keyClick(&view->slider(), Qt::Key_End);
        QVERIFY(waitUntilDone(desk.session));
        QCOMPARE(desk.session.info().path, m_model.string());
        QCOMPARE(desk.session.edited()->logits(0, 3), last(0, 3));
        desk.window.command("earlier")->trigger();
        QVERIFY(waitUntilDone(desk.session));
        QCOMPARE(desk.session.info().name, std::string("step-000200"));
        desk.window.command("later")->trigger();
        desk.window.command("later")->trigger(); // there is none
        QVERIFY(waitUntilDone(desk.session));
        QCOMPARE(desk.session.info().path, m_model.string());
    }

    void aCheckpointThatIsOpenedByItselfShowsTheSeries()
    {
        Desk desk;
        desk.window.openModel(
            QString::fromStdString((m_model / "checkpoints/step-000200").string()));
        QVERIFY(waitUntilDone(desk.session));
        QCOMPARE(desk.session.history().states.size(), std::size_t(3));
        QCOMPARE(desk.session.checkpoint(), std::optional<std::size_t>(1));
        QCOMPARE(desk.session.modelFolder().toStdString(), m_model.string());
    }

    void switchingIsSafeWhileJobsRun()
    {
        Desk desk;
        desk.window.openModel(QString::fromStdString(m_model.string()));
        desk.session.setPromptText("Clara bought lemon and Clara");
        desk.window.workspace()->showView("lens");
        desk.window.workspace()->showBelow("attention");
        QVERIFY(waitUntilDone(desk.session));
        for (int i = 0; i < 60; ++i) { // while everything is still at work
            desk.session.openCheckpoint(static_cast<std::size_t>(i % 3));
            QTest::qWait(i % 7);
            QVERIFY(desk.window.workspace()->current()->state() == View::State::Content);
        }
        QVERIFY(waitUntilDone(desk.session));
        QCOMPARE(desk.session.checkpoint(), std::optional<std::size_t>(2));
        for (const View* view : desk.window.workspace()->shown())
            QCOMPARE(view->state(), View::State::Content);
    }
};

QTEST_MAIN(tst_Checkpoints)
#include "tst_checkpoints.moc"
