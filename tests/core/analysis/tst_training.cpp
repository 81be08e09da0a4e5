#include "core/analysis/training.h"
#include "core/work/error.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

using namespace microtome;

namespace {

TrainingRecord sample()
{
    TrainingRecord r;
    r.steps = 300;
    r.engine = "libtorch";
    r.recipe = "{\"steps\": 300}\n\"quoted\" é";
    r.losses = {{0, 0, 7.31, 7.3, 0, 1.5}, {300, 1228800, 2.0625, 2.125, 1e-4, 0.1}};
    r.tasks["induction"] = {{0, 0, 7}, {300, 1.0 / 3, 0.25}};
    r.heads = {{300, {{"induction", {{0.125, 1}, {0, 0.1}}}}}};
    r.checkpoints = {{0, "step-000000"}, {300, "step-000300"}};
    return r;
}

} // namespace

class TrainingTest : public QObject {
    Q_OBJECT

private slots:
    void comesBackExactly()
    {
        const TrainingRecord before = sample();
        const TrainingRecord after = TrainingRecord::fromJson(before.toJson());
        QCOMPARE(after.toJson(), before.toJson());
        QCOMPARE(after.recipe, before.recipe);
        QCOMPARE(after.losses.at(1).heldout.value(), 2.125);
        QCOMPARE(after.tasks.at("induction").at(1).accuracy, 1.0 / 3);
        QCOMPARE(after.heads.at(0).scores.at("induction").at(1).at(1), 0.1);
        QCOMPARE(after.checkpoints.at(1).name, std::string("step-000300"));
    }

    void withoutAHeldOutTextThereIsNoHeldOutLoss()
    {
        TrainingRecord before = sample();
        before.losses[1].heldout.reset();
        const TrainingRecord after = TrainingRecord::fromJson(before.toJson());
        QVERIFY(after.losses.at(0).heldout && !after.losses.at(1).heldout);
    }

    void refusesWhatIsDamaged_data()
    {
        QTest::addColumn<QByteArray>("text");
        const QByteArray good = QByteArray::fromStdString(sample().toJson());
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("cut") << good.left(good.size() / 2);
        QTest::newRow("a list") << QByteArray("[1]");
        QTest::newRow("no steps") << QByteArray("{\"version\":1}");
        QTest::newRow("a word for a number") << QByteArray(good).replace("7.3,", "\"x\",");
        QTest::newRow("later") << QByteArray(good).replace("\"version\": 1", "\"version\": 2");
    }

    void refusesWhatIsDamaged()
    {
        QFETCH(QByteArray, text);
        QVERIFY_EXCEPTION_THROWN(TrainingRecord::fromJson(text.toStdString()), Error);
    }

    void isFoundFromACheckpoint()
    {
        const QTemporaryDir dir;
        const std::filesystem::path model = dir.path().toStdString();
        const auto checkpoint = model / "checkpoints" / "step-000300";
        std::filesystem::create_directories(checkpoint);
        QVERIFY(!TrainingRecord::beside(model));
        QVERIFY(!TrainingRecord::beside(checkpoint));
        std::ofstream(model / "training.json") << sample().toJson();
        QCOMPARE(TrainingRecord::beside(model)->steps, 300);
        QCOMPARE(TrainingRecord::beside(checkpoint)->steps, 300);
    }
};

QTEST_GUILESS_MAIN(TrainingTest)
#include "tst_training.moc"
