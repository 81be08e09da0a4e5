#include "tests/views/session/fakesession.h"
#include "views/session/view.h"
#include "views/session/words.h"

#include <QLabel>
#include <QSignalSpy>
#include <QToolButton>

using namespace microtome;

namespace {

/// Counts what it is told, and shows the number of tokens.
class Counter : public View {
public:
    explicit Counter(Session& s)
        : View("counter", "Counter", Changes(Change::Run) | Change::Focus, s)
    {
        m_words = addWords("mode", {"One", "Two"});
        m_label = new QLabel;
        setContent(m_label);
    }
    QString capability() const override { return m_cannot; }
    void fail()
    {
        compute<int>("fail", "failing", [](Model&, const Progress&) -> int {
            throw Error("It does not fit. Shorten it.");
        }, [](int) {});
    }
    void work()
    {
        compute<int>("work", "working", [](Model& m, const Progress&) {
            return m.architecture().layers;
        }, [this](int layers) { m_layers = layers; });
    }

    int m_refreshed = 0;
    int m_layers = 0;
    Changes m_told;
    QString m_cannot;
    Words* m_words;
    QLabel* m_label;

protected:
    void refresh(Changes changes) override
    {
        ++m_refreshed;
        m_told = changes;
        m_label->setText(QString::number(session().edited()->prompt.size()));
    }
};

} // namespace

class tst_View : public QObject {
    Q_OBJECT

private slots:
    void saysWhatToClickWhileThereIsNothing()
    {
        Session session(openFake());
        Counter view(session);
        view.resize(400, 300);
        view.show();
        QCOMPARE(view.state(), View::State::Empty);
        QCOMPARE(view.sentence(), QString("No model is open."));
        session.openModel("nowhere");
        QVERIFY(settle(session));
        QCOMPARE(view.state(), View::State::Failed);
        session.openModel("small");
        QVERIFY(settle(session));
        QCOMPARE(view.sentence(), QString("There is no prompt yet."));
        session.setPromptText("When Mary");
        QVERIFY(settle(session));
        QCOMPARE(view.state(), View::State::Content);
        QCOMPARE(view.m_label->text(), QString("3"));
        QVERIFY(view.m_told & Change::Run);
    }

    void refreshesOnlyWhileVisibleAndOnlyForItsMask()
    {
        Session session(openFake());
        start(session);
        Counter view(session);
        QTest::qWait(5);
        QCOMPARE(view.m_refreshed, 0);
        view.show();
        QCOMPARE(view.m_refreshed, 1);
        session.setTheme(Theme::night());
        QTest::qWait(5);
        QCOMPARE(view.m_refreshed, 1);
        view.hide();
        session.selection().focusToken(Position(1));
        session.setPromptText("Mary");
        QVERIFY(settle(session));
        QCOMPARE(view.m_refreshed, 1);
        view.show();
        QCOMPARE(view.m_refreshed, 2);
        QVERIFY((view.m_told & Change::Run) && (view.m_told & Change::Focus));
    }

    void aFailureHasItsWayOut()
    {
        Session session(openFake());
        start(session);
        Counter view(session);
        view.show();
        view.fail();
        QVERIFY(settle(session));
        QCOMPARE(view.state(), View::State::Failed);
        QVERIFY(view.sentence().startsWith("It does not fit"));
        QVERIFY(!view.working());
        view.work();
        QVERIFY(view.working());
        QVERIFY(settle(session));
        QCOMPARE(view.m_layers, 3);
        QCOMPARE(view.state(), View::State::Content);
    }

    void aToolThatDoesNotApplySaysWhy()
    {
        Session session(openFake());
        start(session);
        Counter view(session);
        view.m_cannot = "This model has no experts.";
        view.show();
        QCOMPARE(view.sentence(), QString("This model has no experts."));
        QCOMPARE(view.m_refreshed, 0);
        view.m_cannot.clear();
        session.openModel("deep");
        QVERIFY(settle(session));
        QCOMPARE(view.state(), View::State::Content);
    }

    void ownFocusStays()
    {
        Session session(openFake());
        start(session);
        Counter view(session);
        view.show();
        session.selection().focusToken(Position(1));
        QTest::qWait(5);
        view.setOwnFocus(true);
        const int before = view.m_refreshed;
        session.selection().focusToken(Position(3));
        QTest::qWait(5);
        QCOMPARE(view.focus().position, Position(1));
        QVERIFY(view.m_refreshed <= before + 1);
        view.setOwnFocus(false);
        QCOMPARE(view.focus().position, Position(3));
    }

    void wordsAreOneChoiceByMouseAndByKey()
    {
        Session session(openFake());
        Counter view(session);
        view.resize(400, 200);
        view.show();
        QSignalSpy chosen(view.m_words, &Words::chosen);
        auto buttons = view.m_words->findChildren<QToolButton*>();
        QTest::mouseClick(buttons[1], Qt::LeftButton);
        QCOMPARE(view.m_words->active(), 1);
        QVERIFY(!buttons[0]->isChecked());
        QTest::mouseClick(buttons[1], Qt::LeftButton);
        QVERIFY(buttons[1]->isChecked());
        QTest::keyClick(view.m_words, Qt::Key_Left);
        QCOMPARE(view.m_words->active(), 0);
        QCOMPARE(chosen.size(), 2);
    }
};

QTEST_MAIN(tst_View)
#include "tst_view.moc"
