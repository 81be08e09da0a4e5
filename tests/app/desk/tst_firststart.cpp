#include "app/firststart.h"
#include "app/projectmaker.h"
#include "app/walkguide.h"
#include "tests/app/desk/desk.h"
#include "views/lens/lensview.h"
#include "views/project/lines.h"
#include "views/project/projectpanel.h"

#include <QDirIterator>
#include <QPlainTextEdit>
#include <QTemporaryDir>

#include <cmath>

using namespace microtome;

namespace {

/// Every file below a folder with its time and size.
QMap<QString, QString> inventory(const QString& folder)
{
    QMap<QString, QString> files;
    for (QDirIterator it(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
         it.hasNext();) {
        const QFileInfo file(it.next());
        files[file.filePath()]
            = file.lastModified().toString(Qt::ISODateWithMs) + QString::number(file.size());
    }
    return files;
}

/// What a project holds, but for times.
struct Told {
    QStringList words;
    std::vector<Matrix> numbers;
};

Told tell(const QString& path)
{
    Told told;
    Project project = Project::openReadOnly(path.toStdString());
    const auto say
        = [&told](const std::string& text) { told.words << QString::fromStdString(text); };
    for (const StoredModel& model : project.models().list())
        say(model.path + " " + model.hash);
    for (const Run& run : project.runs()) {
        say(run.key.kind + " " + run.title + " " + run.key.settingsHash());
        for (const ResultInfo& result : project.results(run.id)) {
            say(result.name);
            if (result.dtype == Dtype::F32)
                told.numbers.push_back(project.get(run.id, result.name));
        }
    }
    for (const PromptGroup& group : project.prompts().groups())
        for (const StoredPrompt& prompt : project.prompts().list(group.id))
            say(group.name + prompt.label + prompt.prompt.text + prompt.extra.dump());
    say(project.meta().get("notes").value_or(""));
    say(project.meta().get("walk").value_or(""));
    return told;
}

} // namespace

class tst_FirstStart : public QObject {
    Q_OBJECT

private slots:
    void theFirstStartShowsAResultThatNobodyComputed()
    {
        QTemporaryDir home;
        const QString folder = home.filePath("data/Microtome");
        const auto before = inventory(dataOfSource);
        {
            Desk desk;
            openFirst(desk.window, desk.preferences, dataOfSource, folder);
            QTRY_VERIFY(desk.session.hasModel());
            QTRY_VERIFY(desk.session.edited());
            QVERIFY(desk.session.edited()->stored != 0); // from the project
            auto* lens = dynamic_cast<LensView*>(desk.window.workspace()->current());
            QVERIFY(lens);
            QCOMPARE(lens->state(), View::State::Content);
            QVERIFY(!lens->working()); // and so is the lens
            QVERIFY(!lens->table().rows.empty());
            QCOMPARE(desk.session.prompt().text,
                std::string("When Clara and Hugo went to the mill, Hugo gave a red lamp to"));
            QVERIFY(desk.window.guide()->walk());
            ProjectPanel& panel = *desk.window.projectPanel();
            QVERIFY(panel.notes()->toPlainText().contains("heads 2.0 and 3.2 look at the one who gives"));
            QCOMPARE(panel.prompts()->count(), 9);
            QCOMPARE(panel.runs()->count(), 5);
            QVERIFY(waitUntilDone(desk.session));
            QCOMPARE(desk.session.project()->path().string(),
                (folder + "/town.microtome").toStdString());
            QVERIFY(!desk.session.project()->readOnly());
            QCOMPARE(desk.session.project()->models().list().front().path,
                std::string("data:models/town-gpt"));
            QTest::mouseClick(panel.runs(), Qt::LeftButton, {},
                panel.runs()->lineRect(1).center()); // without heads 2.0 and 3.2
            QVERIFY(waitUntilDone(desk.session));
            QCOMPARE(desk.session.edits().size(), std::size_t(2));
            panel.notes()->setPlainText("mine");
        }
        QCOMPARE(inventory(dataOfSource), before);
        Desk again; // the person's own copy is opened from now on, as it was left
        openFirst(again.window, again.preferences, dataOfSource, folder);
        QVERIFY(waitUntilDone(again.session));
        QCOMPARE(again.window.projectPanel()->notes()->toPlainText(), QString("mine"));
        QCOMPARE(inventory(dataOfSource), before);
    }

    void theLastProjectGoesFirstAndNoneIsNoHarm()
    {
        QTemporaryDir home;
        MemoryPreferences preferences;
        QCOMPARE(projectToOpen(preferences, home.path(), home.filePath("own")), QString());
        QCOMPARE(projectToOpen(preferences, {}, home.filePath("own")), QString());
        QFile mine(home.filePath("mine.microtome"));
        QVERIFY(mine.open(QIODevice::WriteOnly));
        mine.close();
        preferences.addRecentProject(home.filePath("gone.microtome"));
        QCOMPARE(projectToOpen(preferences, dataOfSource, home.filePath("own")),
            home.filePath("own/town.microtome"));
        preferences.addRecentProject(mine.fileName());
        QCOMPARE(projectToOpen(preferences, dataOfSource, home.filePath("own")), mine.fileName());
        // Where nothing can be written the bundled one is read as it is.
        QCOMPARE(projectToOpen(MemoryPreferences(), dataOfSource, "/proc/nowhere"),
            dataOfSource + "/town.microtome");
    }

    void theBundledProjectIsWhatItsRecipeMakes()
    {
        QTemporaryDir folder;
        const QString recipe = dataOfSource + "/project/town.json";
        makeProject(openReal(), recipe, dataOfSource, folder.filePath("a.microtome"));
        const Told made = tell(folder.filePath("a.microtome"));
        const Told shipped = tell(dataOfSource + "/town.microtome");
        QCOMPARE(shipped.words, made.words);
        QCOMPARE(shipped.numbers.size(), made.numbers.size());
        for (std::size_t i = 0; i < made.numbers.size(); ++i) { // but for rounding
            QCOMPARE(shipped.numbers[i].size(), made.numbers[i].size());
            for (std::size_t k = 0; k < made.numbers[i].size(); ++k) {
                const float a = made.numbers[i].values()[k];
                const float b = shipped.numbers[i].values()[k];
                QVERIFY(std::abs(a - b) <= 1e-3F || (std::isnan(a) && std::isnan(b)));
            }
        }
        QVERIFY(made.numbers.size() > 20);
        QVERIFY(QFileInfo(dataOfSource + "/town.microtome").size() < 4'000'000);
    }

    void aRecipeThatIsNoneIsASentence()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath("r.json"));
        for (const char* text : {"", "[]", "{}", R"({"model": "models/none", "runs": []})",
                 R"({"model": "models/induction", "runs": [{"text": 1}]})"}) {
            QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
            file.write(text);
            file.close();
            QVERIFY_EXCEPTION_THROWN(makeProject(openReal(), file.fileName(), dataOfSource,
                                         folder.filePath("x.microtome")),
                Error);
        }
        QVERIFY(!QFileInfo::exists(folder.filePath("x.microtome")));
    }
};

QTEST_MAIN(tst_FirstStart)
#include "tst_firststart.moc"
