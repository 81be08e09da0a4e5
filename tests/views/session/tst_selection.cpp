#include "views/session/selection.h"

#include <QSignalSpy>
#include <QTest>

using namespace microtome;

class tst_Selection : public QObject {
    Q_OBJECT

    Announcer m_announcer;
    std::unique_ptr<Selection> m_selection;

private slots:
    void init()
    {
        m_selection = std::make_unique<Selection>(m_announcer);
        m_selection->setBounds({6, 3, 4});
        m_announcer.flush();
    }

    void settersAreToldOncePerTurn()
    {
        QSignalSpy spy(&m_announcer, &Announcer::changed);
        m_selection->focusToken(Position(2));
        m_selection->focusHead(Layer(1), Head(3));
        m_selection->pin(m_selection->focus());
        QCOMPARE(spy.size(), 0);
        QTRY_COMPARE(spy.size(), 1);
        QCOMPARE(spy[0][0].value<Changes>(), Changes(Change::Focus) | Change::Pins);
        QTest::qWait(5);
        QCOMPARE(spy.size(), 1);
    }

    void focusKeepsWhatItDoesNotName()
    {
        m_selection->focusToken(Position(4));
        m_selection->focusHead(Layer(2), Head(1));
        QCOMPARE(m_selection->focus().position, Position(4));
        QCOMPARE(m_selection->focus().kind, Focus::Kind::AttentionHead);
    }

    void focusStaysInside()
    {
        m_selection->focusCell(Layer(40), Position(99));
        QCOMPARE(m_selection->focus().layer, Layer(2));
        QCOMPARE(m_selection->focus().position, Position(5));
        m_selection->setBounds({2, 1, 4});
        QCOMPARE(m_selection->focus().layer, Layer(0));
        QCOMPARE(m_selection->focus().position, Position(1));
    }

    void arrowsWalkAndStopAtTheEdge()
    {
        m_selection->focusToken(Position(4));
        for (int i = 0; i < 3; ++i)
            m_selection->move(1, 0, 0);
        QCOMPARE(m_selection->focus().position, Position(5));
        m_selection->move(0, 1, 0);
        QCOMPARE(m_selection->focus().kind, Focus::Kind::Cell);
        m_selection->move(0, 0, 1);
        QCOMPARE(m_selection->focus().kind, Focus::Kind::AttentionHead);
        QCOMPARE(m_selection->focus().head, Head(0));
        m_selection->move(0, 0, -1);
        QCOMPARE(m_selection->focus().head, Head(0));
    }

    void historyGoesBackAndForward()
    {
        m_selection->focusToken(Position(1));
        m_selection->focusToken(Position(2));
        m_selection->move(1, 0, 0); // does not enter the history
        m_selection->focusHead(Layer(1), Head(1));
        m_selection->back();
        QCOMPARE(m_selection->focus().position, Position(3));
        m_selection->back();
        QCOMPARE(m_selection->focus().position, Position(1));
        QVERIFY(!m_selection->canGoBack());
        m_selection->forward();
        m_selection->forward();
        QCOMPARE(m_selection->focus().kind, Focus::Kind::AttentionHead);
        QVERIFY(!m_selection->canGoForward());
        m_selection->back();
        m_selection->focusToken(Position(0));
        QVERIFY(!m_selection->canGoForward());
    }

    void atMostEightPinsEachWithItsOwnStyle()
    {
        for (int i = 0; i < 6; ++i)
            QVERIFY(m_selection->pin(Focus::atToken(Position(i), 10 + i)));
        QVERIFY(m_selection->pin(Focus::atHead(Layer(0), Head(0))));
        QVERIFY(m_selection->pin(Focus::atHead(Layer(0), Head(1))));
        QVERIFY(!m_selection->pin(Focus::atHead(Layer(0), Head(2))));
        QCOMPARE(m_selection->pins().size(), std::size_t(8));
        m_selection->unpin(Focus::atToken(Position(3), 13));
        QVERIFY(m_selection->pin(Focus::atNeuron(Layer(1), Unit(7))));
        QCOMPARE(m_selection->pins().back().style, 3); // the free one
        QCOMPARE(m_selection->pinnedTokens(), (std::vector<TokenId> {10, 11, 12, 14, 15}));
    }

    void aHeadIsTheSamePinAtAnyPosition()
    {
        m_selection->pin(Focus::atHead(Layer(1), Head(2), Position(0)));
        QVERIFY(m_selection->pinOf(Focus::atHead(Layer(1), Head(2), Position(4))));
        m_selection->togglePin(Focus::atHead(Layer(1), Head(2), Position(3)));
        QVERIFY(m_selection->pins().empty());
    }

    void hoverIsItsOwnCheapSignal()
    {
        QSignalSpy told(&m_announcer, &Announcer::changed);
        QSignalSpy hovered(m_selection.get(), &Selection::hovered);
        m_selection->setHover(Focus::atToken(Position(1)));
        m_selection->setHover(Focus::atToken(Position(1)));
        QCOMPARE(hovered.size(), 1);
        m_selection->clearHover();
        QCOMPARE(hovered.size(), 2);
        QTest::qWait(5);
        QCOMPARE(told.size(), 0);
    }

    void escapeKeepsThePosition()
    {
        m_selection->focusCell(Layer(1), Position(3), 12);
        m_selection->unlock();
        QCOMPARE(m_selection->focus().kind, Focus::Kind::Token);
        QCOMPARE(m_selection->focus().position, Position(3));
    }
};

QTEST_GUILESS_MAIN(tst_Selection)
#include "tst_selection.moc"
