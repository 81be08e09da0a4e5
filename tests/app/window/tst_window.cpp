// Long because it is what a person does in the one window, gesture by gesture, on the same desk.
#include "app/mainwindow.h"
#include "app/statusstrip.h"
#include "app/tabledialog.h"
#include "core/store/project.h"
#include "tests/app/window/probe.h"
#include "tests/views/session/fakesession.h"
#include "views/edits/editpanel.h"
#include "views/edits/editrow.h"
#include "views/edits/editslider.h"
#include "views/inspector/factlist.h"
#include "views/inspector/inspector.h"
#include "views/output/generationstrip.h"
#include "views/output/outputpanel.h"
#include "views/project/lines.h"
#include "views/project/projectpanel.h"
#include "views/prompt/chips.h"
#include "views/prompt/promptbar.h"
#include "views/prompt/prompteditor.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>

using namespace microtome;

namespace {

/// A window on a small model with a prompt that was run.
struct Desk {
    explicit Desk(bool begin = true)
        : session(openFake())
        , window(session, preferences, probeViews())
    {
        window.resize(1280, 800);
        window.show();
        if (begin)
            start(session);
    }

    template <class Widget> Widget* find(const char* name)
    {
        return window.findChild<Widget*>(name);
    }
    void click(const char* name)
    {
        QTest::mouseClick(find<QAbstractButton>(name), Qt::LeftButton);
        settle(session);
    }
    void clickChip(int position)
    {
        Chips* chips = window.promptBar()->chips();
        QTest::mouseClick(chips, Qt::LeftButton, {}, chips->chipRect(Position(position)).center());
        settle(session);
    }

    MemoryPreferences preferences;
    Session session;
    MainWindow window;
};

} // namespace

class tst_Window : public QObject {
    Q_OBJECT

private slots:
    void opensATypedModelAndRunsWhatIsTyped()
    {
        Desk desk(false);
        QCOMPARE(desk.window.workspace()->current()->state(), View::State::Empty);
        desk.window.openModel("/models/small");
        QVERIFY(settle(desk.session));
        QTest::mouseClick(desk.window.promptBar()->chips(), Qt::LeftButton);
        PromptEditor* editor = desk.window.promptBar()->editor();
        QVERIFY(editor->isVisible());
        QTest::keyClicks(editor, "When Mary and John");
        QVERIFY(settle(desk.session));
        QVERIFY(desk.session.edited()); // runs while typing
        QTest::keyClick(editor, Qt::Key_Return);
        QVERIFY(!editor->isVisible());
        QCOMPARE(desk.window.promptBar()->chips()->count(), 5);
        QCOMPARE(static_cast<ProbeView*>(desk.window.workspace()->current())->said(),
            QString("5 tokens"));
        QCOMPARE(desk.preferences.recentModels(),
            QStringList{QString::fromStdString(desk.session.info().path)});
    }

    void escapeTakesTheTypingBack()
    {
        Desk desk;
        desk.window.command("edit-prompt")->trigger();
        PromptEditor* editor = desk.window.promptBar()->editor();
        QTest::keyClicks(editor, " store");
        QCOMPARE(desk.session.prompt().size(), std::size_t(8));
        QTest::keyClick(editor, Qt::Key_Escape);
        QVERIFY(!editor->isVisible());
        QCOMPARE(desk.session.promptText(), QString("When Mary and John went to"));
    }

    void hoverAndClickOfATokenReachEverybody()
    {
        Desk desk;
        Chips* chips = desk.window.promptBar()->chips();
        QTest::mouseMove(chips, chips->chipRect(Position(3)).center());
        QTRY_VERIFY(desk.session.selection().hover());
        QCOMPARE(desk.session.selection().hover()->position, Position(3));
        desk.clickChip(2);
        QCOMPARE(desk.session.selection().focus().position, Position(2));
        QCOMPARE(desk.window.inspector()->title(), QString("Token ·Mary"));
        QTRY_COMPARE(desk.window.inspector()->facts()->valueOf("id"),
            QString::number(desk.session.prompt().ids[2]));
    }

    void everyTokenOfALongPromptCanBeReached()
    {
        Desk desk;
        desk.session.setPromptText(QString("When") + QString(" cat").repeated(120));
        QVERIFY(settle(desk.session));
        Chips* chips = desk.window.promptBar()->chips();
        QCOMPARE(chips->count(), 122);
        for (int i = 121; i >= 0; --i) {
            desk.session.selection().focusToken(Position(i));
            QTest::qWait(1);
            const QRect chip = chips->chipRect(Position(i));
            QVERIFY2(chips->rect().contains(chip), qPrintable(QString::number(i)));
            QCOMPARE(chips->positionAt(chip.center()), Position(i));
            if (i > 0)
                QVERIFY(!chips->chipRect(Position(i - 1)).intersects(chip));
        }
    }

    void anEditFromTheInspectorIsMeasuredAndUndone()
    {
        Desk desk;
        desk.session.selection().focusHead(Layer(1), Head(2));
        QVERIFY(settle(desk.session));
        QVERIFY(!desk.window.inspector()->facts()->valueOf("measured, head off").isEmpty());
        const RunPointer before = desk.session.edited();
        desk.click("zero");
        QCOMPARE(desk.session.edits().size(), std::size_t(1));
        QCOMPARE(desk.window.editPanel()->rows(), 1);
        QVERIFY(desk.session.edited() != before);
        QVERIFY(desk.window.editPanel()->summary().contains("1 of 1 on"));
        QVERIFY(desk.window.editPanel()->summary().contains("KL "));

        auto* slider = desk.window.editPanel()->row(0)->findChild<EditSlider*>();
        const RunPointer full = desk.session.edited();
        QTest::mousePress(slider, Qt::LeftButton, {}, {slider->width() - 3, 10});
        QTest::mouseMove(slider, {slider->width() / 2, 10});
        QTest::mouseMove(slider, {slider->width() / 4, 10});
        QTest::mouseRelease(slider, Qt::LeftButton, {}, {slider->width() / 4, 10});
        QVERIFY(settle(desk.session));
        QVERIFY(std::abs(desk.session.edits()[0].strength - 0.25) < 0.03);
        QVERIFY(desk.session.edited() != full);

        desk.window.command("undo")->trigger(); // the whole drag is one step
        QCOMPARE(desk.session.edits()[0].strength, 1.0);
        desk.window.command("undo")->trigger();
        QVERIFY(desk.session.edits().empty());
        QVERIFY(settle(desk.session));
        QCOMPARE(desk.session.edited(), before);
        desk.window.command("redo")->trigger();
        QCOMPARE(desk.session.edits().size(), std::size_t(1));
    }

    void linesAreSwitchedAndReorderedAndRemoved()
    {
        Desk desk;
        for (int head = 0; head < 3; ++head) {
            desk.session.selection().focusHead(Layer(0), Head(head));
            desk.click("zero");
        }
        EditPanel* panel = desk.window.editPanel();
        QCOMPARE(panel->rows(), 3);
        QTest::mouseClick(panel->row(1)->findChild<QCheckBox*>(), Qt::LeftButton);
        QVERIFY(!desk.session.edits()[1].enabled);
        EditRow* first = panel->row(0);
        QTest::mousePress(first, Qt::LeftButton, {}, {40, 12});
        QTest::mouseMove(first, {40, 30});
        QTest::mouseMove(first, {40, 64});
        QTest::mouseRelease(first, Qt::LeftButton, {}, {40, 64});
        QCOMPARE(desk.session.edits()[2].label, std::string("head 0.0"));
        QTest::qWait(5);
        QTest::mouseClick(panel->row(0)->findChild<QToolButton*>(), Qt::LeftButton);
        QTest::qWait(5);
        QCOMPARE(panel->rows(), 2);
        auto* positions = panel->row(1)->findChild<QComboBox*>();
        QVERIFY(positions->findText("last token") >= 0);
        positions->setCurrentIndex(positions->findText("last token"));
        emit positions->activated(positions->currentIndex());
        QCOMPARE(desk.session.edits()[1].positions.kind, EditPositions::Kind::Last);
    }

    void pinsStandInTheProject()
    {
        Desk desk;
        desk.session.selection().focusHead(Layer(2), Head(1));
        QVERIFY(settle(desk.session));
        desk.click("pin");
        desk.clickChip(1);
        QTest::keyClick(&desk.window, Qt::Key_P);
        QVERIFY(settle(desk.session));
        ProjectLines* pins = desk.window.projectPanel()->pins();
        QCOMPARE(pins->count(), 2);
        QTest::mouseClick(pins, Qt::LeftButton, {}, pins->lineRect(0).center());
        QVERIFY(settle(desk.session));
        QCOMPARE(desk.session.selection().focus().head, Head(1));
        desk.click("pin"); // it says Unpin now
        QCOMPARE(desk.window.projectPanel()->pins()->count(), 1);
    }

    void keysWalkAndGoBack()
    {
        Desk desk;
        desk.clickChip(2);
        desk.clickChip(4);
        QTest::keyClick(&desk.window, Qt::Key_Left);
        QCOMPARE(desk.session.selection().focus().position, Position(3));
        QTest::keyClick(&desk.window, Qt::Key_Up);
        QCOMPARE(desk.session.selection().focus().kind, Focus::Kind::Cell);
        QTest::keyClick(&desk.window, Qt::Key_BracketRight);
        QCOMPARE(desk.session.selection().focus().kind, Focus::Kind::AttentionHead);
        QTest::keyClick(&desk.window, Qt::Key_Escape);
        QCOMPARE(desk.session.selection().focus().kind, Focus::Kind::Token);
        while (desk.session.selection().canGoBack())
            QTest::keyClick(&desk.window, Qt::Key_Backspace);
        QTest::qWait(5);
        QVERIFY(!desk.window.command("back")->isEnabled());
        QVERIFY(desk.window.command("forward")->isEnabled());
        desk.window.command("forward")->trigger();
        QVERIFY(desk.session.selection().canGoBack());
    }

    void theThemeSwitchesLive()
    {
        Desk desk;
        const auto toneAt
            = [&] { return desk.window.grab().toImage().pixelColor(4, desk.window.height() / 2); };
        const QColor light = toneAt();
        desk.window.command("theme")->trigger();
        QTest::qWait(20);
        QVERIFY(desk.preferences.dark());
        QVERIFY(toneAt().lightness() < 60 && light.lightness() > 200);
        desk.window.command("theme")->trigger();
        QTest::qWait(20);
        QCOMPARE(toneAt(), light);
    }

    void thePaletteDoesWhatIsTyped()
    {
        Desk desk;
        desk.window.command("palette")->trigger();
        Palette* palette = desk.window.commandPalette();
        QVERIFY(palette->isVisible());
        QTest::keyClicks(palette->line(), "L1H3");
        QCOMPARE(palette->titles().value(0), QString("head 1.3"));
        QTest::keyClick(palette->line(), Qt::Key_Return);
        QVERIFY(!palette->isVisible());
        QCOMPARE(desk.session.selection().focus().head, Head(3));
        desk.window.command("palette")->trigger();
        QTest::keyClicks(palette->line(), "patch");
        QTest::keyClick(palette->line(), Qt::Key_Return);
        QCOMPARE(desk.window.workspace()->current()->name(), QString("patching"));
        desk.window.command("palette")->trigger();
        QTest::keyClick(palette->line(), Qt::Key_Escape);
        QVERIFY(!palette->isVisible());
    }

    void viewsAreTabbedSplitAndDetached()
    {
        Desk desk;
        Workspace* space = desk.window.workspace();
        const QRect tab = space->tabs()->tabRect(1);
        QTest::mouseClick(space->tabs(), Qt::LeftButton, {}, tab.center());
        QCOMPARE(space->current()->name(), QString("attention"));
        desk.window.command("below-lens")->trigger();
        QVERIFY(space->below() && space->below()->isVisible());
        desk.window.command("view-lens")->trigger();
        QVERIFY(!space->below()->isVisible()); // not the same twice
        View* own = space->openInWindow("attention");
        QVERIFY(own->isWindow());
        QCOMPARE(space->shown().size(), std::size_t(2));
        QVERIFY(settle(desk.session));
        QCOMPARE(static_cast<ProbeView*>(own)->said(), QString("7 tokens"));
        own->close();
        QTest::keyClick(&desk.window, Qt::Key_Tab, Qt::ControlModifier);
    }

    void numbersOfAViewOpenAsATable()
    {
        Desk desk;
        desk.window.command("table")->trigger();
        auto* dialog = desk.window.findChild<TableDialog*>();
        QVERIFY(dialog);
        auto* table = dialog->findChild<QTableView*>();
        QCOMPARE(table->model()->rowCount(), 7);
        QCOMPARE(table->model()->index(2, 1).data().toString(), QString("·Mary"));
        QTest::mouseClick(dialog->findChild<QPushButton*>(), Qt::LeftButton);
        QVERIFY(QApplication::clipboard()->text().startsWith("position\ttoken\n0\tBOS"));
    }

    void outputShowsWhatEditsChange()
    {
        Desk desk;
        const OutputPanel* output = desk.window.outputPanel();
        QVERIFY(settle(desk.session));
        QVERIFY(!output->stripA()->empty());
        QVERIFY(output->stripB()->empty());
        desk.session.selection().focusHead(Layer(0), Head(0));
        desk.click("zero");
        QVERIFY(settle(desk.session));
        QVERIFY(!output->stripB()->empty());
        const auto model = FakeModel::small();
        GenerateRequest request;
        request.ids = desk.session.prompt().ids;
        request.count = desk.session.settings().outputTokens;
        request.edits = desk.session.edits();
        const Generation expected = model->generate({request}).front();
        QCOMPARE(output->stripB()->generation().steps.size(), expected.steps.size());
        for (std::size_t i = 0; i < expected.steps.size(); ++i)
            QCOMPARE(output->stripB()->generation().steps[i].id, expected.steps[i].id);
    }

    void compareTakesAPatchFromTheSecondPrompt()
    {
        Desk desk;
        QVERIFY(!desk.find<QPushButton>("patch")->isEnabled());
        desk.click("compare");
        auto* reference = desk.find<QLineEdit>("reference");
        QVERIFY(reference->isVisible());
        reference->selectAll();
        QTest::keyClicks(reference, "When John and Mary went to");
        QVERIFY(settle(desk.session));
        QVERIFY(desk.session.canShowDifference());
        desk.session.selection().focusHead(Layer(1), Head(0));
        QVERIFY(settle(desk.session));
        desk.click("patch");
        QCOMPARE(desk.session.edits().size(), std::size_t(1));
        const Edit& edit = desk.session.edits()[0];
        QCOMPARE(edit.operation, Operation::Patch);
        QCOMPARE(edit.values.rows(), std::size_t(7));
        QVERIFY(edit.source.find("When John") != std::string::npos);
        QVERIFY(desk.session.wholeEffect().known);
    }

    void bosIsSwitchedByItsWord()
    {
        Desk desk;
        QVERIFY(desk.find<QToolButton>("bos")->text().startsWith("BOS on"));
        desk.click("bos");
        QVERIFY(desk.find<QToolButton>("bos")->text().startsWith("BOS off"));
        QCOMPARE(desk.window.promptBar()->chips()->count(), 6);
    }

    void hintsHaveAWayOut()
    {
        Desk desk;
        desk.session.setPromptText("When Mary and ");
        QVERIFY(settle(desk.session));
        auto* hint = desk.find<QLabel>("hint");
        QVERIFY(hint->isVisible());
        QVERIFY(hint->text().contains("ends with a space"));
        emit hint->linkActivated("0");
        QCOMPARE(desk.session.promptText(), QString("When Mary and"));
    }

    void runsAndNotesAreKeptInAProject()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath("study.microtome");
        {
            Desk desk;
            desk.window.openProject(file);
            desk.session.keepRun();
            desk.session.selection().focusHead(Layer(1), Head(1));
            desk.click("zero");
            desk.session.editList().setStrength(0, 0.5);
            QVERIFY(settle(desk.session));
            desk.session.keepRun();
            QTest::qWait(5);
            QCOMPARE(desk.window.projectPanel()->runs()->count(), 2);
            desk.session.keepRun(); // the same is kept once
            QTest::qWait(5);
            QCOMPARE(desk.window.projectPanel()->runs()->count(), 2);
            desk.click("note");
            QTest::keyClicks(desk.window.projectPanel()->notes(), "copies");
        }
        Desk desk(false);
        desk.session.openModel("small");
        desk.window.openProject(file);
        QVERIFY(settle(desk.session));
        QVERIFY(desk.window.projectPanel()->notes()->toPlainText().contains("head 1.1: copies"));
        QCOMPARE(desk.session.promptText(), QString("When Mary and John went to"));
        ProjectLines* runs = desk.window.projectPanel()->runs();
        QCOMPARE(runs->count(), 2);
        QTest::mouseClick(runs, Qt::LeftButton, {}, runs->lineRect(1).center());
        QVERIFY(settle(desk.session));
        QVERIFY(desk.session.edits().empty());
        QTest::mouseClick(runs, Qt::LeftButton, {}, runs->lineRect(0).center());
        QVERIFY(settle(desk.session));
        QCOMPARE(desk.session.edits().size(), std::size_t(1));
        QCOMPARE(desk.session.edits()[0].strength, 0.5);
    }

    void aBrokenModelOrProjectIsASentence()
    {
        Desk desk;
        desk.window.openModel("/nowhere/at/all");
        QVERIFY(settle(desk.session));
        QVERIFY(desk.window.status()->jobText().contains("Choose another folder"));
        QTemporaryDir folder;
        QFile broken(folder.filePath("broken.microtome"));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("this is no project");
        broken.close();
        desk.window.openProject(broken.fileName());
        QTRY_VERIFY(desk.window.status()->jobText().contains("broken"));
        QVERIFY(!desk.session.project());
    }

    void aFolderDroppedOnTheWindowIsOpened()
    {
        Desk desk(false);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile("/models/small")});
        QDragEnterEvent enter({200, 200}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&desk.window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({200, 200}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&desk.window, &drop);
        QVERIFY(settle(desk.session));
        QVERIFY(desk.session.hasModel());
    }

    void everyControlHasAName()
    {
        Desk desk;
        desk.session.selection().focusHead(Layer(0), Head(0));
        desk.click("zero");
        for (const QWidget* widget : desk.window.findChildren<QWidget*>()) {
            const bool control = qobject_cast<const QAbstractButton*>(widget)
                || qobject_cast<const QComboBox*>(widget) || qobject_cast<const QSlider*>(widget)
                || qobject_cast<const QLineEdit*>(widget)
                || qobject_cast<const QPlainTextEdit*>(widget);
            if (!control || !widget->isVisible())
                continue;
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            const bool named
                = !widget->accessibleName().isEmpty() || (button && button->text().size() > 1);
            QVERIFY2(named, qPrintable(widget->metaObject()->className() + widget->objectName()));
        }
    }

    void everyCommandIsInAMenuOrThePalette()
    {
        Desk desk;
        for (const QString& name : desk.window.commands())
            QVERIFY2(!desk.window.command(name)->text().isEmpty(), qPrintable(name));
        QSet<QString> keys;
        for (const QString& name : desk.window.commands()) {
            const QString key = desk.window.command(name)->shortcut().toString();
            QVERIFY2(key.isEmpty() || !keys.contains(key), qPrintable(name + " " + key));
            keys.insert(key);
        }
    }
};

QTEST_MAIN(tst_Window)
#include "tst_window.moc"
