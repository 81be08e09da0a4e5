#include "core/store/keep.h"
#include "core/store/place.h"
#include "core/store/project.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace microtome;
namespace fs = std::filesystem;

class PlaceTest : public QObject {
    Q_OBJECT

private slots:
    void modelsOfTheProgramAreNamedByTheirPlaceInItsData()
    {
        QTemporaryDir folder;
        const fs::path top = folder.path().toStdString();
        fs::create_directories(top / "here/models/a");
        fs::create_directories(top / "there/models/a");
        fs::create_directories(top / "own");
        const std::string place = placeOf(top / "here/models/../models/a", top / "here");
        QCOMPARE(place, std::string("data:models/a"));
        QVERIFY(isInData(place));
        QCOMPARE(resolvePlace(place, top / "there", top / "p.microtome"), top / "there/models/a");
        QVERIFY(resolvePlace("data:models/b", top / "there", top / "p.microtome").empty());
        QVERIFY(resolvePlace("data:../own", top / "there", top / "p.microtome").empty());
        QVERIFY(resolvePlace("data:" + (top / "own").string(), top / "there", {}).empty());

        const std::string own = placeOf(top / "own", top / "here");
        QCOMPARE(own, (top / "own").string());
        QVERIFY(!isInData(own));
        QCOMPARE(resolvePlace(own, top / "here", {}), top / "own");
        fs::create_directories(top / "moved/own");
        fs::remove(top / "own");
        QCOMPARE(resolvePlace(own, {}, top / "moved/p.microtome"), top / "moved/own");
        fs::remove(top / "moved/own");
        QVERIFY(resolvePlace(own, {}, top / "moved/p.microtome").empty());
    }

    void aModelIsKeptOnceWhereverItsWeightsLie()
    {
        QTemporaryDir folder;
        const fs::path top = folder.path().toStdString();
        Project project = Project::create(top / "p.microtome");
        ModelInfo info;
        info.name = "a";
        info.hash = "h";
        info.path = (top / "first").string();
        fs::create_directories(info.path);
        const ModelId id = keepModel(project, info);
        info.path = (top / "copy").string();
        QCOMPARE(keepModel(project, info), id);
        QCOMPARE(project.models().get(id)->path, (top / "first").string());
        fs::remove(top / "first"); // moved: the project follows
        QCOMPARE(keepModel(project, info), id);
        QCOMPARE(project.models().get(id)->path, (top / "copy").string());
        project.models().setPath(id, "data:models/a");
        QCOMPARE(keepModel(project, info), id);
        QCOMPARE(project.models().get(id)->path, std::string("data:models/a"));
        QCOMPARE(project.models().list().size(), std::size_t(1));

        Prompt prompt;
        prompt.text = "x";
        prompt.ids = {1, 2};
        const PromptId first = keepPrompt(project, prompt);
        QCOMPARE(keepPrompt(project, prompt), first);
        prompt.ids = {1, 3};
        QVERIFY(keepPrompt(project, prompt) != first);
    }
};

QTEST_GUILESS_MAIN(PlaceTest)
#include "tst_place.moc"
