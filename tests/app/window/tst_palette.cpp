#include "app/fuzzy.h"
#include "app/places.h"
#include "tests/views/session/fakesession.h"

#include <QTest>

using namespace microtome;

class tst_Palette : public QObject {
    Q_OBJECT

private slots:
    void lettersInOrderAndWordBeginningsCount()
    {
        QVERIFY(fuzzyScore("om", "Open model…") > 0);
        QCOMPARE(fuzzyScore("mo", "Zoom in"), 0);
        QVERIFY(fuzzyScore("om", "Open model…") > fuzzyScore("om", "To remember it"));
        QVERIFY(fuzzyScore("undo", "Undo") > fuzzyScore("undo", "Run down the list of outputs"));
        QVERIFY(fuzzyScore("LENS", "Lens") > fuzzyScore("lens", "Lens below"));
    }

    void namesOfPlacesAreRead_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("title");
        QTest::newRow("dotted") << "2.1" << "head 2.1";
        QTest::newRow("LxHy") << "L2H3" << "head 2.3";
        QTest::newRow("word") << "head 0.0" << "head 0.0";
        QTest::newRow("no such head") << "2.9" << "";
        QTest::newRow("no such layer") << "L7H0" << "";
        QTest::newRow("hook") << "blocks.1.attn.hook_pattern" << "blocks.1.attn.hook_pattern";
        QTest::newRow("hook of a head") << "blocks.1.attn.hook_z[2]" << "blocks.1.attn.hook_z[2]";
        QTest::newRow("short hook") << "resid_pre2" << "blocks.2.hook_resid_pre";
        QTest::newRow("hook elsewhere") << "blocks.9.hook_resid_pre" << "";
        QTest::newRow("neuron") << "n1/5" << "neuron 1/5";
        QTest::newRow("position") << "@2" << "token ·Mary at 2";
        QTest::newRow("token") << "mary" << "token ·Mary at 2";
        QTest::newRow("nothing") << "xyzzy" << "";
    }

    void namesOfPlacesAreRead()
    {
        QFETCH(QString, typed);
        QFETCH(QString, title);
        Session session(openFake());
        start(session);
        const auto items = placesFor(session, typed);
        QCOMPARE(items.empty() ? QString() : items.front().title, title);
    }

    void aPlaceIsGoneTo()
    {
        Session session(openFake());
        start(session);
        placesFor(session, "L2H3").front().run();
        QCOMPARE(session.selection().focus().kind, Focus::Kind::AttentionHead);
        QCOMPARE(session.selection().focus().layer, Layer(2));
        QCOMPARE(session.selection().focus().head, Head(3));
        placesFor(session, "blocks.1.hook_resid_mid").front().run();
        QCOMPARE(session.selection().focus().kind, Focus::Kind::Cell);
        QCOMPARE(session.selection().focus().point, Point::ResidMid);
        placesFor(session, "Mary").front().run();
        QCOMPARE(session.selection().focus().position, Position(2));
    }
};

QTEST_GUILESS_MAIN(tst_Palette)
#include "tst_palette.moc"
