#include "core/store/project.h"
#include "tests/views/viewbench.h"
#include "views/figure/scene.h"
#include "views/panel/annotated.h"
#include "views/panel/tokenfield.h"
#include "views/patching/patchingview.h"
#include "views/patching/patchlens.h"
#include "views/patching/sweepform.h"
#include "views/patching/sweeppanel.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QFile>
#include <QPushButton>

using namespace microtome;

class tst_PatchingView : public QObject {
    Q_OBJECT

    static PatchingView& shown(ViewBench& b)
    {
        start(b.session); // When Mary and John went to
        auto& view = b.show<PatchingView>(1000, 700);
        b.settled();
        return view;
    }

    static void run(ViewBench& b, PatchingView& view)
    {
        view.sweep().form().setCorruptedText("When Paris and John went to");
        b.settled();
        QTest::mouseClick(&view.sweep().form().runButton(), Qt::LeftButton);
        b.settled();
    }

private slots:
    void saysWhatIsMissing()
    {
        ViewBench b;
        auto& view = shown(b);
        auto& form = view.sweep().form();
        QVERIFY(!form.runButton().isEnabled());
        QVERIFY(view.sweep().panel().sentence().contains("second prompt"));
        form.setCorruptedText("When Paris");
        b.settled();
        QVERIFY(form.estimateText().contains("same number"));
        QVERIFY(!form.runButton().isEnabled());
        form.setCorruptedText("When Paris and John went to");
        b.settled();
        QVERIFY2(form.estimateText().contains("runs"), qPrintable(form.estimateText()));
        QVERIFY(form.runButton().isEnabled());
        form.answer().setText("Mary");
        QVERIFY2(form.answer().hint().contains("space"), qPrintable(form.answer().hint()));
        form.answer().setText("#999");
        QVERIFY(form.answer().wrong());
        b.settled();
        QVERIFY(!form.runButton().isEnabled());
    }

    void everyCellOfASweepIsReached()
    {
        ViewBench b;
        auto& view = shown(b);
        run(b, view);
        const auto& shownSweep = view.sweep().result();
        QVERIFY(shownSweep);
        QCOMPARE(shownSweep->sweep.positions, 7);
        for (int layer = 0; layer < 3; ++layer) {
            for (int position = 0; position < 7; ++position) {
                QVERIFY(ViewBench::click(view.sweep().panel(), {layer, position}));
                b.settled();
                QCOMPARE(b.session.selection().focus().layer, Layer(layer));
                QCOMPARE(b.session.selection().focus().position, Position(position));
            }
        }
        const QString words = view.sweep().cellText();
        QVERIFY(words.contains("normalised") && words.contains("raw"));
        QCOMPARE(ViewBench::overlap(view.sweep().panel()), QString());
    }

    void theTableIsTheSweep()
    {
        ViewBench b;
        auto& view = shown(b);
        run(b, view);
        const PatchSweep& sweep = view.sweep().result()->sweep;
        const Table table = view.table();
        QCOMPARE(table.rows.size(), sweep.raw.size());
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            QCOMPARE(std::get<double>(table.rows[i][4]), double(sweep.normalised.values()[i]));
            QCOMPARE(std::get<double>(table.rows[i][5]), double(sweep.raw.values()[i]));
        }
        QVERIFY(view.figure());
    }

    void headsAndNoisingAreSweptToo()
    {
        ViewBench b;
        auto& view = shown(b);
        view.sweep().form().kindWords().setActive(4); // head_out
        view.sweep().form().directionWords().setActive(1);
        run(b, view);
        const PatchSweep& sweep = view.sweep().result()->sweep;
        QCOMPARE(sweep.heads, 4);
        QVERIFY(!sweep.denoising);
        QVERIFY(ViewBench::click(view.sweep().panel(), {1, 3}));
        b.settled();
        QCOMPARE(b.session.selection().focus().kind, Focus::Kind::AttentionHead);
        QCOMPARE(b.session.selection().focus().head, Head(3));
        const double raw = double(sweep.raw(1, 3));
        view.sweep().verifyCell();
        b.settled();
        QVERIFY2(view.sweep().cellText().contains("measured again"),
            qPrintable(view.sweep().cellText()));
        const QString number = view.sweep().cellText().section("again ", 1).trimmed();
        QVERIFY(std::abs(QString(number).replace(QChar(0x2212), '-').toDouble() - raw) < 2e-3);
        view.sweep().keepCell();
        b.settled();
        QCOMPARE(b.session.editList().size(), 1);
        QCOMPARE(b.session.editList().at(0).operation, Operation::Patch);
        QCOMPARE(b.session.editList().at(0).site, (Site{Point::Z, Layer(1), Head(3)}));
    }

    void aSetIsAveraged()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath("pairs.csv"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("clean,corrupted,answer,wrong\n"
                   "When Mary went to,When John went to, Mary, John\n"
                   "The cat sat on,The dog sat on, cat, dog\n");
        file.close();
        ViewBench b;
        auto& view = shown(b);
        auto& form = view.sweep().form();
        form.usePromptSet(file.fileName());
        b.settled();
        QCOMPARE(b.session.promptText(), QString("When Mary went to"));
        QCOMPARE(form.corruptedText(), QString("When John went to"));
        QCOMPARE(form.answer().tokens().size(), std::size_t(1));
        form.setWords().setActive(1);
        QTest::mouseClick(&form.runButton(), Qt::LeftButton);
        b.settled();
        const auto& result = view.sweep().result();
        QVERIFY(result && result->set);
        QCOMPARE(result->set->items, std::size_t(2));
        QVERIFY(view.sweep().panel().picture()->describe({1, 1}).contains("n = 2"));
        QCOMPARE(view.table().columns.last(), QString("high"));
    }

    void draggingACellMakesAnEditAndItsCone()
    {
        ViewBench b;
        auto& view = shown(b);
        view.sweep().form().setCorruptedText("When Paris and John went to");
        view.modeWords().setActive(1);
        b.settled();
        QVERIFY(view.lens().source().picture());
        QVERIFY(view.lens().target().picture());
        QVERIFY(!view.lens().result().picture());
        ViewBench::drag(view.lens().source(), {2, 2}, view.lens().target(), {2, 2});
        b.settled();
        QCOMPARE(b.session.editList().size(), 1);
        const Edit& edit = b.session.editList().at(0);
        QCOMPARE(edit.operation, Operation::Patch);
        QCOMPARE(edit.site, (Site{Point::ResidPost, Layer(1), {}}));
        QCOMPARE(edit.positions, EditPositions::at(Position(2)));
        QVERIFY(view.lens().resultLens());
        const auto* picture
            = dynamic_cast<const AnnotatedPicture*>(view.lens().result().picture().get());
        QVERIFY(picture);
        QVERIFY(picture->annotations().inside({3, 4}));
        QVERIFY(!picture->annotations().inside({1, 4}));
        QVERIFY(!picture->annotations().inside({3, 1}));
        QVERIFY(!picture->annotations().inside({2, 4}));
        b.session.undo().undo();
        b.settled();
        QVERIFY(!view.lens().result().picture());
        QVERIFY(!view.lens().result().sentence().isEmpty());
        // By keyboard: Enter takes a cell, Enter puts it down.
        view.lens().patch({1, 1}, {1, 1});
        b.settled();
        QCOMPARE(b.session.editList().size(), 1);
        QVERIFY(!view.table().rows.empty());
    }

    void aFailedSweepSaysWhy()
    {
        ViewBench b;
        auto& view = shown(b);
        view.sweep().form().setCorruptedText("When Paris");
        view.sweep().run();
        b.settled();
        QVERIFY(!view.sweep().result());
        QVERIFY(!view.sweep().panel().sentence().isEmpty());
    }

    void aSweepIsFoundAgainInTheProject()
    {
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "p.microtome";
        const auto project = std::make_shared<Project>(Project::create(file));
        RunFilter patches;
        patches.kind = "patch";
        Matrix raw;
        {
            ViewBench b;
            b.session.setProject(project);
            auto& view = shown(b);
            run(b, view);
            raw = view.sweep().result()->sweep.raw;
            QCOMPARE(project->runs(patches).size(), std::size_t(1));
        }
        ViewBench b;
        b.session.setProject(project);
        auto& view = shown(b);
        view.sweep().form().setCorruptedText("When Paris and John went to");
        b.settled();
        view.sweep().run();
        QVERIFY(view.sweep().result()); // at once: nothing was computed
        QCOMPARE(view.sweep().result()->sweep.raw, raw);
        QCOMPARE(project->runs(patches).size(), std::size_t(1));
    }

    void stateComesBackWithItsResult()
    {
        ViewBench b;
        auto& view = shown(b);
        run(b, view);
        const nlohmann::json state = view.viewState();
        ViewBench other;
        auto& again = shown(other);
        again.restore(state);
        other.settled();
        QVERIFY(again.sweep().result());
        QCOMPARE(again.sweep().result()->sweep.raw, view.sweep().result()->sweep.raw);
        again.restore(nlohmann::json::parse(R"({"sweep": {"form": 1}, "mode": "x"})"));
    }
};

QTEST_MAIN(tst_PatchingView)
#include "tst_patchingview.moc"
