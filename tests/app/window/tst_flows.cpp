#include "app/deepmodel.h"
#include "app/mainwindow.h"
#include "app/preferences.h"
#include "core/model/safetensors.h"
#include "core/store/project.h"
#include "tests/views/session/fakesession.h"
#include "views/figure/exportdialog.h"
#include "views/session/view.h"

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QFileDialog>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTimer>
#include <QUrl>

using namespace microtome;

namespace {

/// A window with every view on a small model with a prompt that was run.
struct Desk {
    Desk()
        : session(openFake())
        , window(session, preferences, allViews())
    {
        window.resize(1280, 800);
        window.show();
        start(session);
        window.workspace()->showView("lens");
        settle(session);
    }

    View& view() { return *window.workspace()->current(); }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers)
    {
        QApplication::setActiveWindow(&window);
        QTest::keyClick(&window, key, modifiers);
    }
    void drop(const QString& path)
    {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter({100, 100}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event(QPointF(100, 100), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &event);
        settle(session);
    }

    MemoryPreferences preferences;
    Session session;
    MainWindow window;
};

template <class Widget> Widget* named(const QWidget& parent, const char* name)
{
    for (Widget* widget : parent.findChildren<Widget*>())
        if (widget->accessibleName() == QLatin1String(name))
            return widget;
    return nullptr;
}

QByteArray contents(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

/// What a person does from the first key to the file, over several parts of the window.
class tst_Flows : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QApplication::setAttribute(Qt::AA_DontUseNativeDialogs); }

    void exportWritesTheFigureItsNumbersAndItsRecord_data()
    {
        QTest::addColumn<int>("format");
        QTest::addColumn<QByteArray>("begins");
        QTest::newRow("pdf") << 0 << QByteArray("%PDF-");
        QTest::newRow("svg") << 1 << QByteArray("<?xml");
        QTest::newRow("png") << 2 << QByteArray("\x89PNG");
    }

    void exportWritesTheFigureItsNumbersAndItsRecord()
    {
        QFETCH(int, format);
        QFETCH(QByteArray, begins);
        Desk desk;
        QTemporaryDir folder;
        desk.preferences.setValue("figureFolder", folder.path());
        desk.press(Qt::Key_E, Qt::ControlModifier);
        auto* dialog = desk.window.findChild<ExportDialog*>();
        QVERIFY(dialog);
        named<QComboBox>(*dialog, "File format")->setCurrentIndex(format);
        const QStringList files = dialog->files();
        QCOMPARE(files.size(), 3);
        for (QPushButton* button : dialog->findChildren<QPushButton*>())
            if (button->text() == "Export")
                QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(QFileInfo(files[0]).absolutePath(), QFileInfo(folder.path()).absoluteFilePath());
        QVERIFY(contents(files[0]).startsWith(begins));
        QVERIFY(contents(folder.filePath("lens.csv")).count('\n') > 6);
        const auto record
            = nlohmann::json::parse(contents(folder.filePath("lens.json")).toStdString());
        QCOMPARE(record.at("view").get<std::string>(), std::string("lens"));
        QCOMPARE(record.at("prompt").get<std::string>(), desk.session.prompt().text);
    }

    void aFigureReopensItsViewPromptAndMode()
    {
        Desk desk;
        QTemporaryDir folder;
        nlohmann::json state = desk.view().viewState();
        const int before = state.at("measure").get<int>();
        state["measure"] = before + 1;
        desk.view().restore(state);
        settle(desk.session);
        desk.preferences.setValue("figureFolder", folder.path());
        desk.press(Qt::Key_E, Qt::ControlModifier);
        QVERIFY(desk.window.findChild<ExportDialog*>()->write());

        state["measure"] = before;
        desk.view().restore(state);
        desk.session.setPromptText("John gave a drink");
        desk.window.workspace()->showView("statistics");
        settle(desk.session);
        desk.drop(folder.filePath("lens.json"));
        QCOMPARE(desk.view().name(), QString("lens"));
        QCOMPARE(desk.session.promptText(), QString("When Mary and John went to"));
        QCOMPARE(desk.view().viewState().at("measure").get<int>(), before + 1);
    }

    void aPromptSetIsOpenedFromCsv()
    {
        Desk desk;
        QTemporaryDir folder;
        desk.window.openProject(folder.filePath("kept.microtome"));
        QVERIFY(desk.session.project());
        QFile csv(folder.filePath("pairs.csv"));
        QVERIFY(csv.open(QIODevice::WriteOnly));
        csv.write("clean,corrupted,answer,wrong\n"
                  "When Mary and,When John and, John, Mary\nJohn gave a,Mary gave a,,\n");
        csv.close();
        QTimer::singleShot(0, &desk.window, [&] {
            auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
            if (!dialog)
                return;
            dialog->setDirectory(folder.path());
            dialog->selectFile(csv.fileName());
            dialog->findChild<QLineEdit*>("fileNameEdit")->setText(csv.fileName());
            static_cast<QDialog*>(dialog)->accept();
        });
        desk.window.command("open-prompts")->trigger();
        const auto groups = desk.session.project()->prompts().groups();
        QCOMPARE(groups.size(), std::size_t(1));
        QCOMPARE(groups[0].name, std::string("pairs"));
        const auto prompts = desk.session.project()->prompts().list(groups[0].id);
        QCOMPARE(prompts.size(), std::size_t(2));
        QCOMPARE(prompts[1].prompt.text, std::string("John gave a"));
        QCOMPARE(prompts[0].extra.at("corrupted").get<std::string>(), std::string("When John and"));
    }

    void copyAsPythonNamesTheModelAndTheIds()
    {
        Desk desk;
        QApplication::clipboard()->clear();
        desk.press(Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
        const QString script = QApplication::clipboard()->text();
        QVERIFY(script.contains(QString::fromStdString(desk.session.info().path)));
        QStringList ids;
        for (const TokenId id : desk.session.prompt().ids)
            ids << QString::number(id);
        QVERIFY2(script.contains(ids.join(", ")), qPrintable(script));
    }

    void aFolderThatIsDroppedIsOpened()
    {
        Desk desk;
        QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir("deep"));
        desk.drop(folder.filePath("deep"));
        QCOMPARE(desk.session.architecture().layers, 48);
    }

    void theRandomModelIsWrittenWhole()
    {
        QTemporaryDir folder;
        const auto parent = folder.path().toStdString();
        const std::filesystem::path words
            = MICROTOME_SOURCE "/data/models/induction/tokenizer.json";
        const auto made = makeDeepModel(parent, words, {.layers = 5, .width = 8});
        QCOMPARE(made.filename().string(), std::string("random-5-layers"));
        const auto file = SafeTensors::open(made / "model.safetensors");
        QCOMPARE(file->entries().size(), std::size_t(4 + 5 * 12));
        const Matrix embedding = file->matrix("wte.weight");
        QCOMPARE(embedding.columns(), std::size_t(8));
        QVERIFY(std::filesystem::exists(made / "tokenizer.json"));
        const auto again = makeDeepModel(parent + "/again", words, {.layers = 5, .width = 8});
        QCOMPARE(contents(QString::fromStdString((again / "model.safetensors").string())),
            contents(QString::fromStdString((made / "model.safetensors").string())));
        QVERIFY_EXCEPTION_THROWN(makeDeepModel("/proc/nowhere", words), Error);
        QVERIFY_EXCEPTION_THROWN(makeDeepModel(parent, parent + "/absent.json"), Error);
    }
};

QTEST_MAIN(tst_Flows)
#include "tst_flows.moc"
