#include "app/trainingsample.h"
#include "core/store/project.h"
#include "tests/views/viewbench.h"
#include "views/canvas/multiplespicture.h"
#include "views/figure/scene.h"
#include "views/session/words.h"
#include "views/training/charts.h"
#include "views/training/checkpointslider.h"
#include "views/training/trainingview.h"

#include <nlohmann/json.hpp>

#include <QDir>
#include <QLabel>

using namespace microtome;
namespace fs = std::filesystem;

namespace {

/// Opens a folder of a training as a fake model, every checkpoint with weights of its own.
OpenModel openSeries()
{
    return [](const fs::path& path, const EngineOptions&) -> std::unique_ptr<Model> {
        if (!fs::is_directory(path))
            throw Error("There is no model in " + path.string() + ".");
        const auto digits = path.filename().string().find_first_of("123456789");
        const bool final = path.parent_path().filename() != "checkpoints";
        auto model = FakeModel::small(final ? 99
                : digits == std::string::npos
                ? 1
                : std::stoull(path.filename().string().substr(digits)) + 1);
        model->setPath(path);
        return model;
    };
}

struct Bench {
    explicit Bench(const TrainingSample& sample = {}, bool withRecord = true)
        : session(openSeries())
        , view(session)
        , model(fs::path(folder.path().toStdString()) / "town")
    {
        sample.writeTo(model, withRecord);
        view.resize(1000, 640);
        view.show();
        session.openModel(QString::fromStdString(model.string()));
        session.setPromptText("When Mary and John went to");
        settle(session);
    }

    QString opened() const { return QString::fromStdString(session.info().name); }

    QTemporaryDir folder;
    Session session;
    TrainingView view;
    fs::path model;
};

} // namespace

class tst_TrainingView : public QObject {
    Q_OBJECT

private slots:
    void everyStopOfTheSliderOpensItsCheckpointAndKeepsTheRest()
    {
        Bench b;
        CheckpointSlider& slider = b.view.slider();
        QCOMPARE(slider.maximum(), 12);
        QCOMPARE(slider.value(), 12);
        Edit edit;
        edit.site = Site::parse("blocks.1.attn.hook_z").value();
        edit.operation = Operation::Zero;
        edit.site.head = Head(2);
        b.session.editList().add(edit);
        b.session.selection().focusHead(Layer(1), Head(3), Position(4));
        b.session.selection().togglePin(Focus::atToken(Position(2)));
        QVERIFY(settle(b.session));
        const Focus focus = b.session.selection().focus();
        const auto prompt = b.session.prompt().ids;
        std::set<float> seen;
        for (int i = 0; i <= slider.maximum(); ++i) {
            QTest::mouseClick(&slider, Qt::LeftButton, {}, slider.stopAt(i).toPoint());
            QVERIFY(settle(b.session));
            QCOMPARE(b.session.checkpoint(), std::optional<std::size_t>(i));
            QCOMPARE(b.session.info().path, b.session.history().states[std::size_t(i)].path);
            QCOMPARE(slider.value(), i);
            QVERIFY(b.session.edited() && b.session.edited() != b.session.reference());
            seen.insert(b.session.edited()->logits(0, 5));
            QCOMPARE(b.session.edits().size(), std::size_t(1));
            QCOMPARE(b.session.selection().focus(), focus);
            QCOMPARE(b.session.selection().pins().size(), std::size_t(1));
            QCOMPARE(b.session.prompt().ids, prompt);
        }
        QCOMPARE(seen.size(), std::size_t(13)); // other weights, other numbers
        b.session.undo().undo();
        QVERIFY(b.session.edits().empty()); // undo lives on, too
    }

    void keysAndDragsMoveTheSlider()
    {
        Bench b;
        CheckpointSlider& slider = b.view.slider();
        slider.setFocus();
        QTest::keyClick(&slider, Qt::Key_Home);
        QVERIFY(settle(b.session));
        QCOMPARE(b.opened(), QString("step-000000"));
        QTest::keyClick(&slider, Qt::Key_Right);
        QTest::keyClick(&slider, Qt::Key_Right);
        QVERIFY(settle(b.session));
        QCOMPARE(b.session.checkpoint(), std::optional<std::size_t>(2));
        QTest::mousePress(&slider, Qt::LeftButton, {}, slider.stopAt(2).toPoint());
        for (int i = 3; i <= 10; ++i) // faster than anything can be opened
            QTest::mouseMove(&slider, slider.stopAt(i).toPoint());
        QTest::mouseRelease(&slider, Qt::LeftButton, {}, slider.stopAt(10).toPoint());
        QCOMPARE(slider.value(), 10);
        QVERIFY(settle(b.session));
        QCOMPARE(b.session.checkpoint(), std::optional<std::size_t>(10));
        QVERIFY(b.session.edited());
        QVERIFY(slider.accessibleDescription().startsWith("step "));
    }

    void aClickIntoAnyChartOpensTheNearestCheckpoint()
    {
        Bench b;
        const auto& states = b.session.history().states;
        for (PicturePanel* panel :
            {&b.view.loss(), &b.view.tasks(), &b.view.heads(), &b.view.headGrid()}) {
            for (const int wanted : {2, 7}) {
                const auto step = static_cast<double>(*states[std::size_t(wanted)].step);
                Cell cell{panel == &b.view.headGrid() ? 5 : panel == &b.view.heads() ? 9 : 0, 0};
                if (panel == &b.view.headGrid()) {
                    cell.column = wanted;
                } else if (panel == &b.view.loss()) {
                    const auto& x
                        = static_cast<const CurvesPicture&>(*panel->picture()).data().curves[0].x;
                    cell.column = static_cast<int>(std::ranges::min_element(x, {}, [&](double at) {
                        return std::fabs(placeOfStep(at) - placeOfStep(step));
                    }) - x.begin());
                } else {
                    cell.column = wanted;
                }
                QVERIFY2(ViewBench::click(*panel, cell), qPrintable(panel->title()));
                QVERIFY(settle(b.session));
                QVERIFY2(b.session.checkpoint() == std::size_t(wanted),
                    qPrintable(QString("%1 %2 %3")
                                   .arg(panel->title())
                                   .arg(wanted)
                                   .arg(int(*b.session.checkpoint()))));
            }
        }
        QCOMPARE(b.session.selection().focus().layer, Layer(1)); // the row of the grid: head 1.1
        QCOMPARE(b.session.selection().focus().head, Head(1));
    }

    void chartsShowTheRecordAndMarkWhatIsOpen()
    {
        Bench b;
        const TrainingRecord record = TrainingSample{}.record();
        const auto& loss = static_cast<const CurvesPicture&>(*b.view.loss().picture());
        QCOMPARE(loss.data().curves.size(), std::size_t(2));
        QCOMPARE(loss.data().curves[1].y.size(), record.losses.size());
        QCOMPARE(loss.data().curves[1].y[3], *record.losses[3].heldout);
        TrainingRecord alone = record;
        for (TrainingRecord::Loss& each : alone.losses)
            each.heldout.reset();
        QCOMPARE(lossChart(alone, {}).curves.size(), std::size_t(1));
        const auto& tasks = static_cast<const MultiplesPicture&>(*b.view.tasks().picture());
        QCOMPARE(tasks.count(), 12);
        b.session.openCheckpoint(4);
        QVERIFY(settle(b.session));
        const auto step = static_cast<double>(*b.session.history().states[4].step);
        for (PicturePanel* panel : {&b.view.loss(), &b.view.heads()})
            QCOMPARE(*static_cast<const CurvesPicture&>(*panel->picture()).data().here, step);
        const auto& later = static_cast<const MultiplesPicture&>(*b.view.tasks().picture());
        for (int i = 0; i < later.count(); ++i)
            QCOMPARE(*later.chart(i).here, step);
        for (PicturePanel* panel :
            {&b.view.loss(), &b.view.tasks(), &b.view.heads(), &b.view.headGrid()})
            QCOMPARE(ViewBench::overlap(*panel), QString());
        QVERIFY(b.view.figure());
        const Table table = b.view.table();
        QVERIFY(table.rows.size() > 12 * 13);
        QVERIFY(b.view.subtitle().contains("13 checkpoints"));
    }

    void theRiseOfTheHeadThatIsMeantIsMarked()
    {
        Bench b;
        const auto shown
            = [&] { return static_cast<const CurvesPicture&>(*b.view.heads().picture()).data(); };
        const auto strong = [&] {
            for (const Curve& curve : shown().curves)
                if (curve.strong)
                    return curve.name;
            return QString();
        };
        QCOMPARE(strong(), QString("2.1")); // unasked the one that rises
        QVERIFY(shown().rise);
        QVERIFY(shown().rise->first < 450 && shown().rise->second > 200);
        b.session.selection().focusHead(Layer(0), Head(0));
        QVERIFY(settle(b.session));
        QCOMPARE(strong(), QString("0.0"));
        QVERIFY(!shown().rise); // it never rises
        b.view.scoreWords().setActive(static_cast<int>(HeadScore::Previous));
        b.session.selection().focusHead(Layer(0), Head(2));
        QVERIFY(settle(b.session));
        QVERIFY(shown().rise && shown().rise->second < 300);
    }

    void scoresThatAreMissingAreComputedAndKept()
    {
        TrainingSample sample{.checkpoints = 4, .scores = false};
        Bench b(sample);
        const QString file = b.folder.filePath("kept.microtome");
        b.session.setProject(std::make_shared<Project>(Project::create(file.toStdString())));
        QVERIFY(settle(b.session));
        QVERIFY(b.view.heads().sentence().contains("Score every checkpoint"));
        QVERIFY(b.view.scoreButton().isVisible());
        QTest::mouseClick(&b.view.scoreButton(), Qt::LeftButton);
        QVERIFY(b.view.scoring());
        b.session.openCheckpoint(1); // another checkpoint in between stops nothing for good
        for (int i = 0; i < 50 && b.view.scoring(); ++i)
            settle(b.session);
        QVERIFY(!b.view.scoring());
        QVERIFY(!b.view.scoreButton().isVisible());
        const auto& chart = static_cast<const CurvesPicture&>(*b.view.heads().picture());
        QCOMPARE(chart.data().curves.size(), std::size_t(12));
        QCOMPARE(chart.data().curves[0].x.size(), std::size_t(5));
        const auto expected = headAtlas(*openSeries()(b.session.history().states[2].path, {}));
        QCOMPARE(chart.data().curves[5].y[2],
            static_cast<double>(expected.of(HeadScore::Induction)(1, 1)));
        QCOMPARE(b.session.project()->runs({.kind = "checkpoint-heads"}).size(), std::size_t(5));

        TrainingView again(b.session); // found again without computing
        again.resize(1000, 640);
        again.show();
        QTest::qWait(5);
        QVERIFY(again.heads().picture());
        QVERIFY(!again.scoring());
        QVERIFY(!again.scoreButton().isVisible());
    }

    void scoringCanBeStopped()
    {
        TrainingSample sample{.checkpoints = 12, .scores = false};
        Bench b(sample, false);
        QTest::mouseClick(&b.view.scoreButton(), Qt::LeftButton);
        QVERIFY(b.view.scoring());
        QTest::qWait(5);
        const auto jobs = b.session.engine().jobs();
        for (const JobInfo& job : jobs)
            b.session.engine().cancelTag(job.tag);
        QTRY_VERIFY(!b.view.scoring());
        QVERIFY(settle(b.session));
        QTest::qWait(20);
        QVERIFY(b.session.engine().idle());
    }

    void withoutARecordItSaysWhatToClick()
    {
        QTemporaryDir folder;
        Session session(openSeries());
        TrainingView view(session);
        view.resize(1000, 640);
        view.show();
        QDir(folder.path()).mkdir("plain");
        session.openModel(folder.filePath("plain"));
        QVERIFY(settle(session));
        QCOMPARE(view.state(), View::State::Empty);
        QVERIFY(view.sentence().contains("training"));
        QVERIFY(view.table().rows.empty());
        QSignalSpy asked(&session, &Session::asked);
        auto* label = view.findChild<QLabel*>();
        for (QLabel* each : view.findChildren<QLabel*>())
            if (each->text().contains("href"))
                label = each;
        emit label->linkActivated("do");
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), QString("train"));
    }

    void stateComesBack()
    {
        Bench b;
        b.view.axisWords().setActive(1);
        b.view.scoreWords().setActive(0);
        const nlohmann::json state = b.view.viewState();
        Bench other;
        other.view.restore(state);
        QCOMPARE(other.view.axisWords().active(), 1);
        QCOMPARE(other.view.score(), HeadScore::Previous);
        other.view.restore(nlohmann::json::parse(R"({"axis": 99, "split": [1], "upper": "x"})"));
        QCOMPARE(other.view.axisWords().active(), 1);
        const auto& loss = static_cast<const CurvesPicture&>(*other.view.loss().picture());
        QVERIFY(!loss.data().logarithmic);
        QCOMPARE(ViewBench::overlap(other.view.loss()), QString());
        // The chart that a figure shows, too: that of the tasks here.
        const auto chartAfter = [&](const char* panel) {
            other.view.restore(nlohmann::json::parse(panel));
            return other.view.viewState()["panel"].get<int>();
        };
        QCOMPARE(chartAfter(R"({"panel": 1})"), 1);
        for (const char* none : {R"({"panel": 4})", R"({"panel": -1})", R"({"panel": "x"})"})
            QCOMPARE(chartAfter(none), 1);
    }
};

QTEST_MAIN(tst_TrainingView)
#include "tst_trainingview.moc"
