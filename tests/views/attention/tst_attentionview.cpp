#include "tests/views/viewbench.h"
#include "views/attention/attentionview.h"
#include "views/attention/headspanel.h"
#include "views/attention/mappanel.h"
#include "views/canvas/linespicture.h"
#include "views/canvas/matrixpicture.h"
#include "views/figure/scene.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QFile>
#include <QSlider>

using namespace microtome;

class tst_AttentionView : public QObject {
    Q_OBJECT

    static AttentionView& shown(ViewBench& b)
    {
        start(b.session);
        auto& view = b.show<AttentionView>();
        b.settled();
        return view;
    }

private slots:
    void everyHeadIsReachedByAClick()
    {
        ViewBench b;
        auto& view = shown(b);
        QCOMPARE(view.heads().patternsDone(), 3);
        for (int layer = 0; layer < 3; ++layer) {
            for (int head = 0; head < 4; ++head) {
                QVERIFY(ViewBench::click(view.heads().panel(), {layer, head}));
                b.settled();
                QCOMPARE(b.session.selection().focus().layer, Layer(layer));
                QCOMPARE(b.session.selection().focus().head, Head(head));
                QCOMPARE(view.map().map()->layer, Layer(layer));
                QCOMPARE(view.map().map()->head, Head(head));
            }
        }
        QCOMPARE(ViewBench::overlap(view.heads().panel()), QString());
        QCOMPARE(ViewBench::overlap(view.map().panel()), QString());
    }

    void everyCellOfTheLargeMapIsReached()
    {
        ViewBench b;
        auto& view = shown(b);
        ViewBench::click(view.heads().panel(), {1, 2});
        b.settled();
        const int tokens = static_cast<int>(view.map().weights().rows());
        for (int query = 0; query < tokens; ++query) {
            for (int key = 0; key <= query; ++key) {
                QVERIFY(ViewBench::click(view.map().panel(), {query, key}));
                QCOMPARE(b.session.selection().focus().position, Position(query));
                QCOMPARE(b.session.selection().focus().key, Position(key));
                QCOMPARE(b.session.selection().focus().head, Head(2));
            }
        }
        const QString words = view.map().panel().picture()->describe({3, 1});
        QVERIFY2(words.contains(QChar(0x2192)), qPrintable(words)); // query -> key weight
        b.settled();
    }

    void theModesShowWhatTheyAreCalled()
    {
        ViewBench b;
        auto& view = shown(b);
        auto& map = view.map();
        ViewBench::click(view.heads().panel(), {2, 1});
        b.settled();
        const Matrix pattern = map.weights();
        for (std::size_t row = 0; row < pattern.rows(); ++row) {
            double sum = 0;
            for (const float w : pattern.row(row))
                sum += double(w);
            QVERIFY(std::abs(sum - 1) < 1e-5);
        }
        map.modeWords().setActive(static_cast<int>(MapPanel::Mode::ValueWeighted));
        b.settled();
        QCOMPARE(map.weights(), map.map()->valueWeighted());
        map.modeWords().setActive(static_cast<int>(MapPanel::Mode::Rollout));
        b.settled();
        QCOMPARE(map.map()->kind, AttentionMap::Kind::Rollout);
        for (QToolButton* button : view.findChildren<QToolButton*>())
            if (button->text() == "BOS")
                button->click();
        b.settled();
        QCOMPARE(map.map()->kind, AttentionMap::Kind::RolloutNoBos);
        map.modeWords().setActive(static_cast<int>(MapPanel::Mode::LayerMean));
        b.settled();
        QCOMPARE(map.map()->kind, AttentionMap::Kind::LayerMean);
        QCOMPARE(map.panel().title(), QString("Layer 2"));
        map.modeWords().setActive(static_cast<int>(MapPanel::Mode::Lines));
        map.slider().setValue(30);
        b.settled();
        const auto* lines = dynamic_cast<const LinesPicture*>(map.panel().picture().get());
        QVERIFY(lines);
        QCOMPARE(lines->lines().size(), attentionLines(pattern, 0.30).size());
        QCOMPARE(map.table().rows.size(), lines->lines().size());
    }

    void theTableIsTheMap()
    {
        ViewBench b;
        auto& view = shown(b);
        const Table table = view.table();
        const std::size_t n = view.map().weights().rows();
        QCOMPARE(table.rows.size(), n * (n + 1) / 2);
        QCOMPARE(
            std::get<double>(table.rows.back()[4]), double(view.map().weights()(n - 1, n - 1)));
        QVERIFY(view.figure());
    }

    void theAtlasSaysWhatItWasMeasuredOn()
    {
        ViewBench b;
        auto& view = shown(b);
        view.heads().modeWords().setActive(1);
        b.settled();
        QVERIFY(view.heads().atlas());
        QVERIFY(view.heads().atlas()->scores.synthetic);
        QVERIFY(view.heads().panel().subtitle().contains("seed 0"));
        ViewBench::click(view.heads().panel(), {0, 3});
        b.settled();
        QCOMPARE(b.session.selection().focus().head, Head(3));
        QCOMPARE(b.session.selection().focus().layer, Layer(0));
        const Table table = view.table();
        QCOMPARE(table.rows.size(), std::size_t(12));
        QCOMPARE(std::get<double>(table.rows[3][4]),
            double(view.heads().atlas()->scores.of(HeadScore::Induction)(0, 3)));
        view.heads().scoreWords().setActive(static_cast<int>(HeadScore::Sink));
        QCOMPARE(ViewBench::overlap(view.heads().panel()), QString());
    }

    void theAtlasAveragesOverASetWithItsInterval()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath("set.csv"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            "clean\nThe cat sat on the mat\nWhen Mary went to the store\nJohn gave a drink\n");
        file.close();
        ViewBench b;
        auto& view = shown(b);
        view.heads().modeWords().setActive(1);
        view.heads().usePromptSet(file.fileName());
        b.settled();
        const auto& atlas = view.heads().atlas();
        QVERIFY(atlas && atlas->set);
        QCOMPARE(atlas->set->items, std::size_t(3));
        const auto range = atlas->interval(HeadScore::Sink, 1, 1);
        const double mean = double(atlas->scores.of(HeadScore::Sink)(1, 1));
        QVERIFY(range->first <= mean && mean <= range->second);
        QVERIFY(view.heads().panel().picture()->describe({1, 1}).contains("n = 3"));
        view.heads().usePromptSet(folder.filePath("absent.csv"));
        QVERIFY(!view.heads().panel().sentence().isEmpty());
    }

    void stateComesBack()
    {
        ViewBench b;
        auto& view = shown(b);
        ViewBench::click(view.heads().panel(), {2, 3});
        view.map().modeWords().setActive(1);
        view.map().slider().setValue(17);
        b.settled();
        const nlohmann::json state = view.viewState();
        ViewBench other;
        auto& again = shown(other);
        again.restore(state);
        other.settled();
        QCOMPARE(again.map().mode(), MapPanel::Mode::Lines);
        QCOMPARE(again.map().threshold(), 0.17);
        QCOMPARE(again.map().map()->head, Head(3));
        again.restore(nlohmann::json::parse(R"({"map": 3, "heads": {"mode": []}})"));
    }

    void manyLayersComeInOneAfterTheOther()
    {
        ViewBench b;
        b.session.openModel("deep");
        b.session.setPromptText(ViewBench::words(40));
        b.settled();
        auto& view = b.show<AttentionView>();
        b.settled();
        QCOMPARE(view.heads().patternsDone(), 48);
        for (const Cell cell : {Cell{0, 0}, Cell{47, 1}, Cell{23, 0}}) {
            QVERIFY(ViewBench::click(view.heads().panel(), cell));
            b.settled();
            QCOMPARE(b.session.selection().focus().layer, Layer(cell.row));
            QCOMPARE(b.session.selection().focus().head, Head(cell.column));
        }
    }
};

QTEST_MAIN(tst_AttentionView)
#include "tst_attentionview.moc"
