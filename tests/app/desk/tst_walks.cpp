#include "app/walkcard.h"
#include "app/walkguide.h"
#include "tests/app/desk/desk.h"
#include "views/project/lines.h"
#include "views/project/projectpanel.h"

#include <QAbstractButton>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QRegularExpression>
#include <QTemporaryDir>

using namespace microtome;

namespace {

/// Sentences end with a full stop, a question mark or an exclamation mark before a space or the
/// end.
int sentences(const std::string& text)
{
    static const QRegularExpression end(QStringLiteral("[.!?](\\s|$)"));
    int count = 0;
    for (auto it = end.globalMatch(QString::fromStdString(text)); it.hasNext(); it.next())
        ++count;
    return count;
}

} // namespace

class tst_Walks : public QObject {
    Q_OBJECT

    static void checkStep(Desk& desk, const WalkStep& step)
    {
        const WalkGuide& guide = *desk.window.guide();
        QVERIFY(waitUntilDone(desk.session));
        QVERIFY(!guide.waiting());
        QVERIFY2(guide.problem().isEmpty(), qPrintable(guide.problem()));
        QCOMPARE(sentences(step.text), 2);
        QCOMPARE(desk.window.walkCard()->title(), QString::fromStdString(step.title));
        QCOMPARE(desk.window.walkCard()->text(), QString::fromStdString(step.text));
        QVERIFY(desk.window.walkCard()->isVisible());

        const std::string folder = step.checkpoint.empty() ? guide.walk()->model : step.checkpoint;
        QCOMPARE(desk.session.info().name, folder);
        QCOMPARE(desk.session.prompt().text, step.prompt);
        QVERIFY(desk.session.promptError().isEmpty() && desk.session.runError().isEmpty());
        QVERIFY(desk.session.edited());
        QCOMPARE(desk.session.hasReferencePrompt(), !step.second.empty());
        QCOMPARE(desk.session.edits(), step.edits);
        const auto& pins = desk.session.selection().pins();
        QCOMPARE(pins.size(), step.pins.size());
        for (std::size_t i = 0; i < pins.size(); ++i)
            QVERIFY(pins[i].what.sameThing(step.pins[i].in(desk.session)));
        if (step.focus)
            QCOMPARE(desk.session.selection().focus(), step.focus->in(desk.session));
        QCOMPARE(desk.window.workspace()->current()->name(), QString::fromStdString(step.view));
        for (const View* view : desk.window.workspace()->shown())
            QVERIFY2(view->state() == View::State::Content,
                qPrintable(view->name() + ": " + view->sentence()));
    }

private slots:
    void everyFileIsAWalkOfAModelThatIsThere()
    {
        const WalkShelf shelf = WalkShelf::read((dataOfSource + "/walks").toStdString());
        for (const std::string& problem : shelf.problems)
            QFAIL(problem.c_str());
        QVERIFY(!shelf.walks.empty());
        for (const Walk& walk : shelf.walks) {
            QVERIFY2(std::filesystem::is_directory(
                         (dataOfSource + "/models/").toStdString() + walk.model),
                walk.name.c_str());
            QCOMPARE(sentences(walk.about), 1);
        }
    }

    void everyStepOfEveryWalkSetsWhatItSays_data()
    {
        QTest::addColumn<QString>("name");
        for (const Walk& walk : WalkShelf::read((dataOfSource + "/walks").toStdString()).walks)
            QTest::newRow(walk.name.c_str()) << QString::fromStdString(walk.name);
    }

    void everyStepOfEveryWalkSetsWhatItSays()
    {
        QFETCH(QString, name);
        Desk desk;
        desk.window.command("walk-" + name)->trigger();
        WalkGuide& guide = *desk.window.guide();
        QVERIFY(guide.walk());
        const Walk walk = *guide.walk();
        auto* next = desk.window.findChild<QAbstractButton*>("walkNext");
        auto* back = desk.window.findChild<QAbstractButton*>("walkBack");
        for (std::size_t i = 0; i < walk.steps.size(); ++i) {
            QCOMPARE(desk.window.walkCard()->count(),
                QString("%1 of %2").arg(i + 1).arg(walk.steps.size()));
            QCOMPARE(back->isEnabled(), i > 0);
            checkStep(desk, walk.steps[i]);
            if (QTest::currentTestFailed())
                qFatal("step %zu of %s", i + 1, walk.name.c_str());
            if (i + 1 < walk.steps.size())
                QTest::mouseClick(next, Qt::LeftButton);
        }
        for (std::size_t i = walk.steps.size() - 1; i-- > 0;) { // and all the way back
            QTest::mouseClick(back, Qt::LeftButton);
            checkStep(desk, walk.steps[i]);
        }
        guide.show(static_cast<int>(walk.steps.size()) - 1);
        QVERIFY(waitUntilDone(desk.session));
        QTest::mouseClick(next, Qt::LeftButton);
        QVERIFY(!guide.walk());
        QVERIFY(!desk.window.walkCard()->isVisible());
        QVERIFY(desk.preferences.value("walkSeen").toBool());
    }

    void leavingKeepsWhatIsThere()
    {
        Desk desk;
        desk.window.startWalk("induction-by-hand");
        QVERIFY(waitUntilDone(desk.session));
        desk.window.guide()->show(3);
        QVERIFY(waitUntilDone(desk.session));
        const Edits edits = desk.session.edits();
        QVERIFY(!edits.empty());
        const auto pins = desk.session.selection().pins();
        QTest::mouseClick(desk.window.findChild<QAbstractButton*>("leaveWalk"), Qt::LeftButton);
        QVERIFY(waitUntilDone(desk.session));
        QVERIFY(!desk.window.walkCard()->isVisible());
        QCOMPARE(desk.session.edits(), edits);
        QCOMPARE(desk.session.selection().pins(), pins);
    }

    void walksAreFoundInMenuPanelAndPalette()
    {
        Desk desk;
        ProjectLines* lines = desk.window.projectPanel()->walks();
        QVERIFY(lines->isVisible());
        QTest::mouseClick(lines, Qt::LeftButton, {}, lines->lineRect(0).center());
        QVERIFY(desk.window.guide()->walk());
        desk.window.guide()->leave();
        desk.window.command("palette")->trigger();
        QTest::keyClicks(desk.window.commandPalette()->line(), "by hand");
        QVERIFY(desk.window.commandPalette()->titles().contains("Walk: Induction, wired by hand"));
        bool inMenu = false;
        for (const QMenu* menu : desk.window.findChildren<QMenu*>())
            for (const QAction* action : menu->actions())
                inMenu = inMenu || action->text() == lines->line(0).text;
        QVERIFY(inMenu);
        QVERIFY(desk.window.commands().contains("walk-induction-by-hand"));
    }

    void aWalkWithoutItsModelSaysSo()
    {
        Desk desk;
        QTemporaryDir folder;
        QFile file(folder.filePath("lost.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(R"({"title": "Lost", "about": "No model.", "model": "nowhere", "steps": [
            {"title": "One", "text": "A. B.", "prompt": "Clara", "view": "lens"}]})");
        file.close();
        desk.window.guide()->start(Walk::read(file.fileName().toStdString()));
        QVERIFY(waitUntilDone(desk.session));
        QVERIFY(!desk.window.guide()->problem().isEmpty());
        bool said = false;
        for (const QLabel* label : desk.window.walkCard()->findChildren<QLabel*>())
            said = said || (label->isVisible() && label->text() == desk.window.guide()->problem());
        QVERIFY(said);
    }

    void whatIsNoWalkIsASentenceAndTheOthersWork()
    {
        QTemporaryDir folder;
        const auto write = [&folder](const char* name, const QByteArray& text) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(text);
        };
        const QByteArray step = R"({"title": "T", "text": "A. B.", "prompt": "p", "view": "lens")";
        const QByteArray head = R"({"title": "T", "about": "A.", "model": "m", "steps": [)";
        write("a-good.json", head + step + "}, {\"title\": \"U\", \"text\": \"C. D.\"}]}");
        write("b.json", "{\"title\"");
        write("c.json", "[1, 2]");
        write("d.json", head + "]}");
        write("e.json", head + step + R"(, "colour": 1}]})");
        write("f.json", head + R"({"title": "T", "text": "A. B.", "prompt": "p"}]})");
        write("g.json", head + step + R"(, "focus": {"head": 1}}]})");
        write("h.json", head + step + R"(, "edits": [{"site": "nowhere", "op": "zero"}]}]})");
        write("i.json", head + step + R"(, "checkpoint": "../../etc"}]})");
        write("j.json", R"({"title": "T", "about": "A.", "model": "../m", "steps": []})");
        write("k.json", head + step + R"(, "pins": [{"position": []}]}]})");
        write("l.json", QByteArray(5 << 20, ' '));
        const WalkShelf shelf = WalkShelf::read(folder.path().toStdString());
        QCOMPARE(shelf.walks.size(), std::size_t(1));
        QCOMPARE(shelf.walks[0].steps[1].prompt, std::string("p"));
        QCOMPARE(shelf.walks[0].steps[1].view, std::string("lens"));
        QCOMPARE(shelf.problems.size(), std::size_t(11));
        for (const std::string& problem : shelf.problems)
            QVERIFY2(problem.size() > 15 && problem.back() == '.', problem.c_str());
        QVERIFY(WalkShelf::read("/nowhere/at/all").walks.empty());
    }
};

QTEST_MAIN(tst_Walks)
#include "tst_walks.moc"
