#include "app/trainingsample.h"
#include "core/analysis/history.h"
#include "core/work/error.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace microtome;
namespace fs = std::filesystem;

class HistoryTest : public QObject {
    Q_OBJECT

private slots:
    void aModelAndItsCheckpointsAreOneSeries()
    {
        QTemporaryDir folder;
        const fs::path model = fs::path(folder.path().toStdString()) / "town";
        const TrainingSample sample{.checkpoints = 5};
        sample.writeTo(model);
        const auto steps = sample.checkpointSteps();
        const TrainingHistory whole = TrainingHistory::of(model);
        QCOMPARE(whole.states.size(), std::size_t(6));
        QCOMPARE(whole.model, model);
        QCOMPARE(whole.states.front().name, std::string("step-000000"));
        QCOMPARE(whole.states.back().name, std::string("final"));
        QCOMPARE(whole.states.back().path, model);
        QCOMPARE(*whole.states.back().step, sample.steps);
        QVERIFY(whole.record && whole.problem.empty());
        QCOMPARE(whole.indexOf(model.string() + "/"), std::optional<std::size_t>(5));

        const auto part = TrainingHistory::of(whole.states[2].path);
        QVERIFY(part.sameSeries(whole));
        QVERIFY(part.record);
        QCOMPARE(part.model, model);
        QCOMPARE(part.indexOf(whole.states[2].path), std::optional<std::size_t>(2));
        QCOMPARE(*whole.nearest(0), std::size_t(0));
        QCOMPARE(*whole.nearest(1e9), std::size_t(5));
        QCOMPARE(*whole.nearest(double(steps[3]) + 0.1), std::size_t(3));
        QVERIFY(whole.scores(3, "induction"));
        QCOMPARE(
            whole.scores(3, "induction")->at(2).at(1), sample.score("induction", steps[3], 2, 1));
        QVERIFY(!whole.scores(3, "sink"));
        QVERIFY(whole.loss(0));
        QVERIFY(!whole.loss(99));
    }

    void aLastStateThatIsKeptTwiceStandsOnce()
    {
        QTemporaryDir folder;
        const fs::path model = folder.path().toStdString();
        TrainingSample sample{.checkpoints = 3};
        sample.writeTo(model);
        const fs::path last = model / "checkpoints" / TrainingSample::nameOf(sample.steps);
        fs::create_directories(last);
        QCOMPARE(TrainingHistory::of(model).states.size(), std::size_t(4));
        const auto opened = TrainingHistory::of(last);
        QCOMPARE(opened.states.size(), std::size_t(4));
        QCOMPARE(opened.indexOf(last), std::optional<std::size_t>(3));
    }

    void foldersBesideEachOtherAreASeriesToo()
    {
        QTemporaryDir folder;
        const fs::path top = folder.path().toStdString();
        for (const char* name :
            {"step1000", "checkpoint-20", "Step_3", "other", "stepping", "step"})
            fs::create_directories(top / name);
        std::ofstream(top / "step5") << "a file";
        const auto series = TrainingHistory::of(top / "step1000");
        QCOMPARE(series.states.size(), std::size_t(3));
        QCOMPARE(series.states[0].name, std::string("Step_3"));
        QCOMPARE(series.states[2].name, std::string("step1000"));
        QVERIFY(TrainingHistory::of(top / "other").states.empty());
        QVERIFY(TrainingHistory::of("/nowhere/at/all").states.empty());
        QVERIFY(!TrainingHistory::of(top / "other").sameSeries(TrainingHistory::of(top / "other")));
    }

    void aDamagedRecordIsASentence()
    {
        QTemporaryDir folder;
        const fs::path model = folder.path().toStdString();
        TrainingSample{.checkpoints = 2}.writeTo(model);
        std::ofstream(model / "training.json") << "{\"version\": 1, \"steps\": ";
        const auto history = TrainingHistory::of(model);
        QVERIFY(!history.record);
        QVERIFY(history.problem.find("damaged") != std::string::npos);
        QCOMPARE(history.states.size(), std::size_t(3));
        QVERIFY(!history.states.back().step);
    }

    void theSteepestRiseIsFoundOverTheLogarithm()
    {
        const TrainingSample sample{.checkpoints = 14};
        std::vector<double> steps;
        std::vector<double> values;
        for (const auto step : sample.checkpointSteps()) {
            steps.push_back(double(step));
            values.push_back(sample.score("induction", step, 2, 1));
        }
        const auto rise = steepestRise(steps, values);
        QVERIFY(rise);
        QVERIFY(steps[rise->from] < 420 && steps[rise->from + 1] > 200);
        // A ripple between two close points is none, however steep.
        const std::vector<double> x{0, 100, 1000, 1001, 2000};
        const std::vector<double> y{0.1, 0.1, 0.9, 0.93, 0.93};
        QCOMPARE(steepestRise(x, y)->from, std::size_t(1));
        QVERIFY(!steepestRise(x, std::vector<double>{0.9, 0.5, 0.55, 0.5, 0.5}));
        QVERIFY(!steepestRise({}, {}));
        const std::vector<double> gaps{0.1, std::nan(""), 0.2, 0.9, 0.9};
        QCOMPARE(steepestRise(x, gaps)->from, std::size_t(2));
    }
};

QTEST_GUILESS_MAIN(HistoryTest)
#include "tst_history.moc"
