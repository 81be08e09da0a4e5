#include "core/store/project.h"
#include "tests/views/viewbench.h"
#include "views/canvas/matrixpicture.h"
#include "views/figure/scene.h"
#include "views/lens/lensview.h"
#include "views/lens/sidecharts.h"
#include "views/panel/annotated.h"
#include "views/panel/lensrows.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <random>

using namespace microtome;

class tst_LensView : public QObject {
    Q_OBJECT

private slots:
    void aKeptRunIsDrawnAgainWithoutComputing()
    {
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "p.microtome";
        const auto project = std::make_shared<Project>(Project::create(file));
        Matrix top;
        {
            ViewBench b;
            b.session.setProject(project);
            b.session.openModel("small");
            b.session.setPromptText("When Mary and John went to");
            auto& view = b.show<LensView>();
            b.session.keepRun();
            b.session.announcer().flush(); // the lens is kept beside its run
            top = view.shownLens().lens->topLogits;
        }
        RunFilter lenses;
        lenses.kind = "lens";
        QCOMPARE(project->runs(lenses).size(), std::size_t(1));
        ViewBench b;
        b.session.setProject(project);
        b.session.openModel("small");
        b.session.setPromptText("When Paris");
        auto& view = b.show<LensView>();
        const RunFilter prompts{.kind = "prompt"};
        b.session.restoreRun(static_cast<std::int64_t>(project->runs(prompts).back().id));
        b.session.announcer().flush(); // at once: nothing was computed
        QCOMPARE(b.session.edited()->prompt.ids, b.session.prompt().ids);
        QVERIFY(b.session.currentRun() != 0);
        b.session.announcer().flush();
        QCOMPARE(view.shownLens().lens->ids, b.session.prompt().ids);
        QVERIFY(view.shownLens().lens->topLogits == top);
        QVERIFY(b.settled());
        QVERIFY(b.session.edited()->base); // made on the side, for what continues from it
        QVERIFY(view.shownLens().lens->topLogits == top);
    }

    void aKeptRunThatIsNotWhatItShouldBeIsRunAgain()
    {
        QTemporaryDir folder;
        const auto file = std::filesystem::path(folder.path().toStdString()) / "p.microtome";
        const auto project = std::make_shared<Project>(Project::create(file));
        const RunFilter prompts{.kind = "prompt"};
        Matrix logits;
        for (const bool again : {false, true}) {
            ViewBench b;
            b.session.setProject(project);
            b.session.openModel("small");
            b.session.setPromptText("When Mary and John went to");
            QVERIFY(b.settled());
            QCOMPARE(b.session.currentRun(), 0); // it was computed
            if (again) {
                QVERIFY(b.session.edited()->logits == logits);
                break;
            }
            logits = b.session.edited()->logits;
            b.session.keepRun();
            const RunId other = project->beginRun(project->runs(prompts).front().key, "by hand");
            project->put(other, "logits", Matrix::filled(1, logits.columns(), 0));
            project->putJson(other, "next", "nonsense");
            project->commitRun(other);
        }
    }

    void aSmallerPictureIsNotAskedAboutTheOldFocus()
    {
        ViewBench b;
        PicturePanel panel("grid", b.session);
        panel.resize(600, 300);
        panel.show();
        int astray = 0;
        const auto picture = [&](int columns) {
            MatrixData data;
            data.values = Matrix::filled(2, static_cast<std::size_t>(columns), 0.5f);
            Annotations words;
            words.rows = 2;
            words.columns = columns;
            words.describe = [columns, &astray](const Cell& cell) {
                astray += cell.column >= columns;
                return QStringLiteral("cell %1").arg(cell.column);
            };
            return std::make_shared<AnnotatedPicture>(
                std::make_shared<MatrixPicture>(std::move(data)), std::move(words));
        };
        auto wide = picture(12);
        wide->setFocus(Cell{1, 11});
        panel.setPicture(wide, PictureWidget::Fit::Scrolled);
        QCOMPARE(panel.canvas().accessibleDescription(), QString("cell 11"));
        panel.setPicture(picture(3), PictureWidget::Fit::Scrolled);
        QCOMPARE(panel.canvas().accessibleDescription(), QString());
        QCOMPARE(astray, 0);
    }

    void saysWhatToDoWithoutAModelAndWithoutAPrompt()
    {
        ViewBench b;
        auto& view = b.show<LensView>();
        QCOMPARE(view.state(), View::State::Empty);
        QVERIFY(!view.sentence().isEmpty());
        b.session.openModel("nowhere");
        b.settled();
        QCOMPARE(view.state(), View::State::Failed);
        QVERIFY(!view.figure());
        QVERIFY(view.table().rows.empty());
        QVERIFY(view.copyAsPython().isEmpty());
    }

    void everyCellIsReachedByAClick()
    {
        ViewBench b;
        start(b.session);
        auto& view = b.show<LensView>(700, 420);
        const Lens& lens = *view.shownLens().lens;
        QCOMPARE(lens.rows.size(), std::size_t(4));
        for (int row = 0; row < 4; ++row) {
            for (int column = 0; column < static_cast<int>(lens.columns()); ++column) {
                QVERIFY(ViewBench::click(view.grid(), {row, column}));
                b.settled();
                const Focus& focus = b.session.selection().focus();
                QCOMPARE(focus.position.value(), column);
                QCOMPARE(focus.layer.value(), std::max(row - 1, 0));
                QCOMPARE(focus.point, row == 0 ? Point::ResidPre : Point::ResidPost);
                QCOMPARE(view.grid().picture()->focus(), std::optional(Cell{row, column}));
            }
        }
        QVERIFY(ViewBench::click(view.grid(), {-1, 2})); // a token by its name
        QCOMPARE(b.session.selection().focus().kind, Focus::Kind::Token);
        QCOMPARE(b.session.selection().focus().position.value(), 2);
        QCOMPARE(ViewBench::overlap(view.grid()), QString());
    }

    void aSecondClickAndPPinTheTopToken()
    {
        ViewBench b;
        start(b.session);
        auto& view = b.show<LensView>();
        const TokenId top = view.shownLens().lens->top(2, 3).front().id;
        ViewBench::click(view.grid(), {2, 3});
        b.settled();
        QVERIFY(b.session.selection().pins().empty());
        ViewBench::click(view.grid(), {2, 3});
        b.settled();
        QCOMPARE(b.session.selection().pinnedTokens(), std::vector<TokenId>{top});
        QVERIFY(trackedIndex(*view.shownLens().lens, top));
        const auto& pins = view.grid().picture()->pins();
        QVERIFY(std::ranges::any_of(pins, [](const PinnedCell& p) {
            return p.cell == Cell{2, 3};
        }));
        QTest::keyClick(&view.grid().canvas(), Qt::Key_P);
        b.settled();
        QVERIFY(b.session.selection().pins().empty());
    }

    void theWordsChangeWhatColoursMean()
    {
        ViewBench b;
        start(b.session);
        auto& view = b.show<LensView>();
        const Lens& lens = *view.shownLens().lens;
        QCOMPARE(view.grid().picture()->range()->high, 1.0);
        const auto words = view.findChildren<Words*>();
        Words* measure = *std::ranges::find_if(
            words, [](Words* w) { return w->words() == lensMeasureWords(); });
        measure->setActive(static_cast<int>(LensMeasure::Kl));
        QVERIFY(view.grid().picture()->range()->unit.contains("KL"));
        const MatrixData kl = lensGrid(b.session, view.shownLens());
        QCOMPARE(kl.values, lens.kl);
        QCOMPARE(kl.values(3, 2), 0.0F);
        measure->setActive(static_cast<int>(LensMeasure::Rank));
        QVERIFY(view.subtitle().contains("pin"));
        ViewBench::click(view.grid(), {3, 4});
        ViewBench::click(view.grid(), {3, 4});
        b.settled();
        QVERIFY(view.shownLens().token >= 0);
        QCOMPARE(lensGrid(b.session, view.shownLens()).values(3, 4), -0.0F);
    }

    void hoverIsSharedAndChangesNothing()
    {
        ViewBench b;
        start(b.session);
        auto& view = b.show<LensView>();
        const Focus before = b.session.selection().focus();
        QTest::mouseMove(view.grid().canvas().viewport(), ViewBench::centreOf(view.grid(), {1, 1}));
        QVERIFY(b.session.selection().hover());
        QCOMPARE(b.session.selection().hover()->position.value(), 1);
        QCOMPARE(b.session.selection().focus(), before);
        QVERIFY(view.grid().picture()->describe({1, 1}).contains("layer 0"));
        ViewBench::shiftMove(view.grid(), {2, 1});
        QCOMPARE(b.session.selection().focus().position.value(), 1);
        QCOMPARE(b.session.selection().focus().layer.value(), 1);
    }

    void sideChartsFollowTheFocus()
    {
        ViewBench b;
        start(b.session);
        auto& view = b.show<LensView>();
        ViewBench::click(view.grid(), {2, 1});
        b.settled();
        QCOMPARE(view.side().column()->positions, std::vector<Position>{Position(1)});
        QVERIFY(view.side().byPosition().picture());
        ViewBench::click(view.side().tokens(), {3, 0}); // the output's best token here
        b.settled();
        QCOMPARE(b.session.selection().focus().layer.value(), 2);
        QCOMPARE(b.session.selection().pinnedTokens().size(), std::size_t(1));
        QCOMPARE(b.session.selection().pinnedTokens().front(),
            view.shownLens().lens->top(3, 1).front().id);
    }

    void differenceIsZeroOutsideOfWhatAnEditReaches()
    {
        ViewBench b;
        start(b.session);
        auto& view = b.show<LensView>();
        b.session.setShown(Shown::Difference);
        b.settled();
        QCOMPARE(view.state(), View::State::Empty);
        Edit edit;
        edit.site = {Point::AttnOut, Layer(1), {}};
        edit.positions = EditPositions::at(Position(3));
        b.session.editList().add(edit);
        b.settled();
        QCOMPARE(view.state(), View::State::Content);
        const LensChange& change = *view.shownLens().change;
        for (std::size_t row = 0; row < 4; ++row)
            for (std::size_t column = 0; column < change.kl.columns(); ++column)
                if (row < 2 || column < 3)
                    QCOMPARE(change.probability(row, column), 0.0F);
        QVERIFY(change.kl(3, 3) > 0);
        QVERIFY(change.kl(2, 3) > 0);
        b.session.setShown(Shown::Reference);
        b.settled();
        QVERIFY(!view.shownLens().change);
    }

    void tableIsTheLens()
    {
        ViewBench b;
        start(b.session);
        auto& view = b.show<LensView>();
        const Lens& lens = *view.shownLens().lens;
        const Table table = view.table();
        QCOMPARE(table.rows.size(), lens.rows.size() * lens.columns() * std::size_t(lens.topK));
        const auto first = lens.top(3, 0).front();
        QCOMPARE(std::get<double>(table.rows[0][4]), double(first.id));
        QCOMPARE(std::get<double>(table.rows[0][7]), first.probability);
        QCOMPARE(std::get<double>(table.rows[0][8]), double(lens.entropy(3, 0)));
        QVERIFY(view.figure());
    }

    void stateComesBack()
    {
        ViewBench b;
        start(b.session);
        auto& view = b.show<LensView>();
        ViewBench::click(view.grid(), {1, 2});
        for (QToolButton* button : view.findChildren<QToolButton*>())
            if (button->text() == "Mid" || button->text() == "Row KL")
                button->click();
        b.settled();
        QCOMPARE(view.shownLens().lens->rows.size(), std::size_t(7));
        const nlohmann::json state = view.viewState();
        ViewBench other;
        start(other.session);
        auto& again = other.show<LensView>();
        again.restore(state);
        other.settled();
        QVERIFY(again.viewState()["mid"] == state["mid"]);
        QVERIFY(again.viewState()["focus"] == state["focus"]);
        QCOMPARE(again.shownLens().lens->rows.size(), std::size_t(7));
        again.restore(nlohmann::json::parse(R"({"measure": "x", "sizes": [1], "scroll": {}})"));
    }

    void aLongPromptStartsAtItsEndAndReachesItsCorners()
    {
        ViewBench b;
        b.session.openModel("deep");
        b.session.setPromptText(ViewBench::words(511));
        QVERIFY(b.settled());
        b.session.runNow();
        QVERIFY(b.settled());
        auto& view = b.show<LensView>();
        QVERIFY(view.shownLens().lens);
        const int columns = static_cast<int>(view.shownLens().lens->columns());
        QCOMPARE(columns, 512);
        QCOMPARE(b.session.selection().focus().position.value(), 511);
        QVERIFY(!view.grid().canvas().rectOf({25, 511}).isEmpty());
        std::mt19937 random(5);
        std::vector<Cell> cells{{0, 0}, {48, 0}, {0, 511}, {48, 511}};
        for (int i = 0; i < 8; ++i)
            cells.push_back({static_cast<int>(random() % 49), static_cast<int>(random() % 512)});
        for (const Cell& cell : cells) {
            QVERIFY(ViewBench::click(view.grid(), cell));
            QCOMPARE(b.session.selection().focus().position.value(), cell.column);
            QCOMPARE(lensRowOf(*view.shownLens().lens, b.session.selection().focus()),
                std::optional(static_cast<std::size_t>(cell.row)));
            QTest::qWait(1);
        }
        b.settled();
    }
};

QTEST_MAIN(tst_LensView)
#include "tst_lensview.moc"
