#include "tests/views/samples.h"

#include "core/work/error.h"
#include "views/figure/scene.h"

#include <nlohmann/json.hpp>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace microtome;

/// The record of what made a figure: it goes into every file and comes back whole, or is refused.
class ProvenanceTest : public QObject {
    Q_OBJECT

private slots:
    void readsBack();
    void isInEveryFile();
    void damagedRecordsAreRefused();

private:
    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }

    QTemporaryDir m_folder;
};

void ProvenanceTest::readsBack()
{
    const Provenance p = samples::provenance();
    const nlohmann::json json = p.toJson();
    const Provenance back = Provenance::fromJson(nlohmann::json::parse(json.dump()));
    QVERIFY(back.toJson() == json);
    QCOMPARE(back.prompt, p.prompt);
    QVERIFY(back.ids == p.ids);
    QCOMPARE(back.seed, p.seed);
    QVERIFY(back.colours == p.colours);
    QCOMPARE(json["view_state"]["focus"]["position"].get<int>(), 14);
}

void ProvenanceTest::isInEveryFile()
{
    const FigureScene scene(samples::patching(15, 12), samples::provenance());
    const nlohmann::json expected = scene.provenance().toJson();
    writeSidecar(scene, path("p.json"));
    writeSvg(scene, {}, path("p.svg"));
    writePng(scene, {}, path("p.png"));
    writePdf(scene, {}, path("p.pdf"));
    for (const char* file : {"p.json", "p.svg", "p.png", "p.pdf"})
        QVERIFY2(Provenance::read(path(file)).toJson() == expected, file);
}

void ProvenanceTest::damagedRecordsAreRefused()
{
    const QByteArray whole = QByteArray::fromStdString(samples::provenance().toJson().dump());
    for (qsizetype length = 0; length < whole.size(); length += 7) {
        QFile file(path("cut.json"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(whole.left(length));
        file.close();
        QVERIFY_EXCEPTION_THROWN(Provenance::read(path("cut.json")), Error);
    }
    const nlohmann::json good = samples::provenance().toJson();
    for (const auto& item : good.items()) {
        nlohmann::json bad = good;
        bad[item.key()] = nlohmann::json::array({"wrong"});
        if (item.key() == "parameters" || item.key() == "view_state")
            continue;
        QVERIFY_EXCEPTION_THROWN(Provenance::fromJson(bad), Error);
    }
    nlohmann::json newer = good;
    newer["microtome_figure"] = 99;
    QVERIFY_EXCEPTION_THROWN(Provenance::fromJson(newer), Error);
    QVERIFY_EXCEPTION_THROWN(Provenance::read(path("none.json")), Error);
}

QTEST_MAIN(ProvenanceTest)
#include "tst_provenance.moc"
