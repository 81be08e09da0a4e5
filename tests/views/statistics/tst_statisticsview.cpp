#include "tests/views/viewbench.h"
#include "views/figure/scene.h"
#include "views/panel/tokenfield.h"
#include "views/session/words.h"
#include "views/statistics/attributionpanel.h"
#include "views/statistics/normspanel.h"
#include "views/statistics/statisticsview.h"

#include <nlohmann/json.hpp>

using namespace microtome;

class tst_StatisticsView : public QObject {
    Q_OBJECT

    static StatisticsView& shown(ViewBench& b)
    {
        start(b.session);
        auto& view = b.show<StatisticsView>();
        b.settled();
        return view;
    }

private slots:
    void barsSumToWhatTheModelSays()
    {
        ViewBench b;
        auto& view = shown(b);
        const auto& dla = view.attribution().result();
        QVERIFY(dla);
        QCOMPARE(dla->answers.front(), b.session.reference()->next.top[0].id);
        QCOMPARE(dla->wrongs.front(), b.session.reference()->next.top[1].id);
        QVERIFY(std::abs(dla->remainder) < 1e-4);
        const Table table = view.table();
        QCOMPARE(table.rows.size(), dla->components.size() + 3);
        for (std::size_t i = 0; i < dla->components.size(); ++i)
            QCOMPARE(std::get<double>(table.rows[i][3]), dla->components[i].value);
        QVERIFY(view.figure());
        QCOMPARE(ViewBench::overlap(view.attribution().bars()), QString());
    }

    void everyHeadIsReachedByAClick()
    {
        ViewBench b;
        auto& view = shown(b);
        for (int layer = 0; layer < 3; ++layer) {
            for (int head = 0; head < 4; ++head) {
                QVERIFY(ViewBench::click(view.attribution().heads(), {layer, head}));
                b.settled();
                QCOMPARE(b.session.selection().focus().layer, Layer(layer));
                QCOMPARE(b.session.selection().focus().head, Head(head));
                QVERIFY(view.attribution().bars().picture()->focus());
            }
        }
    }

    void answersCanBeChosen()
    {
        ViewBench b;
        auto& view = shown(b);
        view.attribution().answerField().setText(" Mary");
        view.attribution().wrongField().setText(" John");
        b.settled();
        const auto tokens = b.session.tokenizer();
        QCOMPARE(view.attribution().result()->answers, tokens->encode(" Mary", false).ids);
        QCOMPARE(view.attribution().result()->wrongs, tokens->encode(" John", false).ids);
    }

    void everyPositionOfTheNormsIsReachedAndThresholdsMark()
    {
        ViewBench b;
        auto& view = shown(b);
        view.modeWords().setActive(1);
        b.settled();
        const auto& norms = view.norms().result();
        QVERIFY(norms);
        for (int row = 0; row < 4; ++row) {
            for (int position = 0; position < 7; ++position) {
                QVERIFY(ViewBench::click(view.norms().grid(), {row, position}));
                QCOMPARE(b.session.selection().focus().position, Position(position));
                QCOMPARE(b.session.selection().focus().layer, Layer(std::max(row - 1, 0)));
            }
        }
        QVERIFY(!view.norms().list().sentence().isEmpty());
        view.norms().setThresholds({0, 0});
        QVERIFY(view.norms().list().picture());
        const Table table = view.table();
        QCOMPARE(table.rows.size(), norms->norms.size());
        QCOMPARE(std::get<double>(table.rows[9][3]), double(norms->norms.values()[9]));
        QCOMPARE(ViewBench::overlap(view.norms().grid()), QString());
    }

    void stateComesBack()
    {
        ViewBench b;
        auto& view = shown(b);
        view.attribution().answerField().setText(" Mary");
        view.modeWords().setActive(1);
        view.norms().setThresholds({2, 3});
        const nlohmann::json state = view.viewState();
        ViewBench other;
        auto& again = shown(other);
        again.restore(state);
        other.settled();
        QCOMPARE(again.mode(), StatisticsView::Mode::Norms);
        QCOMPARE(again.norms().thresholds().absolute, 2.0);
        QCOMPARE(again.attribution().answerField().text(), QString(" Mary"));
        again.restore(nlohmann::json::parse(R"({"norms": [], "mode": 99})"));
        QCOMPARE(again.mode(), StatisticsView::Mode::Norms);
    }

    void emptyAndFailedStatesSaySo()
    {
        ViewBench b;
        auto& view = b.show<StatisticsView>();
        QCOMPARE(view.state(), View::State::Empty);
        QVERIFY(!view.figure());
        QVERIFY(view.table().rows.empty());
        start(b.session);
        b.settled();
        QCOMPARE(view.state(), View::State::Content);
    }
};

QTEST_MAIN(tst_StatisticsView)
#include "tst_statisticsview.moc"
