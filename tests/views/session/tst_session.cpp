#include "tests/views/session/fakesession.h"
#include "views/session/nexttoken.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace microtome;

namespace {

Edit zeroHead(int layer, int head)
{
    Edit edit;
    edit.site = {Point::Z, Layer(layer), Head(head)};
    edit.operation = Operation::Zero;
    edit.label = "head " + std::to_string(layer) + "." + std::to_string(head);
    return edit;
}

} // namespace

class tst_Session : public QObject {
    Q_OBJECT

private slots:
    void runsByItselfOnceModelAndPromptAreThere()
    {
        Session session(openFake());
        session.setPromptText("When Mary");
        QVERIFY(!session.edited());
        session.openModel("small");
        QVERIFY(session.opening());
        QTRY_VERIFY(session.edited());
        QCOMPARE(session.prompt().ids.size(), std::size_t(3)); // BOS, When, Mary
        QVERIFY(session.prompt().bos);
        QCOMPARE(session.edited(), session.reference());
        QVERIFY(!session.stale());
        QCOMPARE(session.selection().focus().position, Position(2));
        QCOMPARE(session.tokenTextAt(Position(0)), QString("BOS"));
        QCOMPARE(session.tokenTextAt(Position(2)), QString("·Mary"));
    }

    void aModelThatCannotBeOpenedSaysWhy()
    {
        Session session(openFake());
        start(session);
        const RunPointer before = session.edited();
        session.openModel("nowhere");
        QVERIFY(settle(session));
        QVERIFY(session.modelError().contains("Choose another folder"));
        QVERIFY(session.hasModel()); // the old one stays
        QCOMPARE(session.edited(), before);
        session.setPromptText("Mary");
        QVERIFY(settle(session));
        QVERIFY(session.edited() != before);
    }

    void theRunIsTheModelsOwn()
    {
        Session session(openFake());
        start(session);
        const auto model = FakeModel::small();
        RunRequest request;
        request.ids = session.prompt().ids;
        request.want = {Site {Point::Logits, {}, {}}};
        const Matrix logits = model->run(request).at(request.want[0]);
        const auto row = logits.row(logits.rows() - 1);
        const ReadOut expected = nextToken(row, 10);
        QCOMPARE(session.edited()->next.top.size(), std::size_t(10));
        for (std::size_t i = 0; i < 10; ++i) {
            QCOMPARE(session.edited()->next.top[i].id, expected.top[i].id);
            QCOMPARE(session.edited()->next.top[i].logit, expected.top[i].logit);
        }
    }

    void editsRunBesideTheReferenceAndAreMeasured()
    {
        Session session(openFake());
        start(session);
        const RunPointer unedited = session.edited();
        session.editList().add(zeroHead(1, 2));
        session.editList().add(zeroHead(2, 0));
        QVERIFY(settle(session));
        QCOMPARE(session.reference(), unedited);
        QVERIFY(session.edited() != unedited);
        QVERIFY(session.canShowDifference());
        QCOMPARE(session.effects().size(), std::size_t(2));
        QVERIFY(session.effects()[0].known && session.effects()[1].known);
        QVERIFY(session.effects()[0].kl > 0);

        const auto model = FakeModel::small();
        RunRequest request;
        request.ids = session.prompt().ids;
        request.want = {Site {Point::Logits, {}, {}}};
        request.edits = {zeroHead(2, 0)};
        const Matrix logits = model->run(request).at(request.want[0]);
        const auto last = logits.row(logits.rows() - 1);
        const double kl = klOfLogits(unedited->logits.values(), last);
        QVERIFY(std::abs(session.effects()[1].kl - kl) < 1e-9);
        const auto target = static_cast<std::size_t>(session.target());
        QVERIFY(std::abs(session.effects()[1].target
                    - (last[target] - unedited->logits(0, target)))
            < 1e-5);

        // One line off: the whole list is the other line alone.
        session.editList().setEnabled(0, false);
        QVERIFY(settle(session));
        QVERIFY(std::abs(session.wholeEffect().kl - kl) < 1e-6);
        QVERIFY(session.effects()[0].known); // a line that is off still says what it would do
    }

    void undoTakesBackPromptAndEdits()
    {
        Session session(openFake());
        start(session);
        session.setPromptText("Mary", true);
        session.setPromptText("Mary a", true);
        session.setPromptText("Mary and", true);
        session.editList().add(zeroHead(0, 0));
        session.editList().setStrength(0, 0.5);
        session.editList().setStrength(0, 0.25);
        session.editList().endDrag();
        session.editList().setStrength(0, 0.75);
        session.undo().undo();
        QCOMPARE(session.edits()[0].strength, 0.25);
        session.undo().undo();
        QCOMPARE(session.edits()[0].strength, 1.0);
        session.undo().undo();
        QVERIFY(session.edits().empty());
        session.undo().undo();
        QCOMPARE(session.promptText(), QString("When Mary and John went to"));
        session.undo().redo();
        QCOMPARE(session.promptText(), QString("Mary and"));
        QVERIFY(settle(session));
        QCOMPARE(session.edited()->prompt.ids, session.prompt().ids);
    }

    void slowRunsWaitForTheButton()
    {
        Session session(openFake());
        RunSettings settings;
        settings.autoSeconds = 0;
        session.setSettings(settings);
        start(session);
        QVERIFY(session.waitsForRun());
        QVERIFY(!session.edited());
        QVERIFY(session.estimate().seconds > 0);
        session.runNow();
        QVERIFY(settle(session));
        QVERIFY(session.edited());
        QVERIFY(!session.waitsForRun());
    }

    void badPromptsAreExplained()
    {
        Session session(openFake());
        start(session);
        session.setPromptText(QString(" cat").repeated(500));
        QVERIFY(settle(session));
        QVERIFY(session.promptError().contains("the model takes 128"));
        QVERIFY(!session.edited());
        session.setPromptText({});
        QVERIFY(settle(session));
        QCOMPARE(session.prompt().size(), std::size_t(0));
        QVERIFY(session.promptError().isEmpty());
    }

    void aSecondPromptIsTheReference()
    {
        Session session(openFake());
        start(session);
        const RunPointer own = session.edited();
        session.setReferenceText("When John and Mary went to");
        QVERIFY(settle(session));
        QCOMPARE(session.edited(), own);
        QVERIFY(session.reference() != own);
        QCOMPARE(session.reference()->prompt.size(), own->prompt.size());
        session.setShown(Shown::Difference);
        session.setReferenceText("John");
        QVERIFY(settle(session));
        QCOMPARE(session.shown(), Shown::Edited); // nothing to subtract any more
    }

    void bosCanBeSwitchedOff()
    {
        Session session(openFake());
        start(session);
        const auto with = session.prompt().ids;
        RunSettings settings = session.settings();
        settings.bos = false;
        session.setSettings(settings);
        QVERIFY(settle(session));
        QCOMPARE(session.prompt().ids, (std::vector<TokenId> {with.begin() + 1, with.end()}));
        QVERIFY(!session.prompt().bos);
        QCOMPARE(session.edited()->prompt.ids, session.prompt().ids);
    }

    void newerPostsReplaceOlderOnesAndDeadReceiversHearNothing()
    {
        Session session(openFake());
        start(session);
        QStringList heard;
        auto post = [&](QObject* receiver, const QString& value) {
            session.engine().post<QString>(
                receiver, "tag", "job", [value](Model&, const Progress&) { return value; },
                [&heard](const QString& v) { heard << v; });
        };
        QObject receiver;
        post(&receiver, "older");
        post(&receiver, "newer");
        {
            QObject gone;
            post(&gone, "gone");
        }
        QVERIFY(settle(session));
        QCOMPARE(heard, QStringList {"newer"});
    }

    void anotherModelForgetsWhatBelongedToTheOld()
    {
        Session session(openFake());
        start(session);
        session.editList().add(zeroHead(1, 1));
        session.selection().pin(Focus::atHead(Layer(1), Head(1)));
        QVERIFY(settle(session));
        session.openModel("deep");
        QVERIFY(settle(session));
        QCOMPARE(session.architecture().layers, 48);
        QVERIFY(session.edits().empty());
        QVERIFY(session.selection().pins().empty());
        QVERIFY(!session.undo().canUndo());
        QCOMPARE(session.selection().bounds().layers, 48);
        QVERIFY(session.edited());
    }
};

QTEST_GUILESS_MAIN(tst_Session)
#include "tst_session.moc"
