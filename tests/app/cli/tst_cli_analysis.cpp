#include "tests/app/cli/folders.h"
#include "tests/app/cli/program.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;

namespace {

const QString repeated = "Clara bought lemon and David found anchor and Clara";

void networks()
{
    QTest::addColumn<QString>("name");
    for (const QString& name : goldenNames())
        QTest::newRow(qPrintable(name)) << name;
}

Matrix goldenLogits(const QString& name)
{
    return SafeTensors::open((golden(name) + "/golden.safetensors").toStdString())
        ->matrix("a/logits");
}

} // namespace

/// `lens`, `heads` and `dla` against golden logits and models whose parts are known.
class TestCliAnalysis : public QObject {
    Q_OBJECT

private slots:
    void lens_data() { networks(); }
    void lens();
    void lensRows();
    void lensShowsInduction();
    void headsOnText();
    void headsShape_data() { networks(); }
    void headsShape();
    void trainedInduction();
    void wiredInduction();
    void dla_data() { networks(); }
    void dla();
    void dlaNamesTheHead();
    void answersGivenAsText();
};

void TestCliAnalysis::lens()
{
    QFETCH(QString, name);
    const auto ids = goldenIds(name);
    const auto finished = cli({"lens", "--kind", "logit", "--model", golden(name), "--ids",
        idList(ids), "--top", "4", "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    const json& grid = document.at("grid");
    const auto layers
        = cli({"info", "--model", golden(name), "--json"}).json().at("layers").get<std::size_t>();
    QCOMPARE(grid.size(), layers);
    const Matrix logits = goldenLogits(name);
    for (const char* field : {"entropy", "rank", "kl"}) {
        QCOMPARE(document.at(field).size(), layers);
        for (const auto& row : document.at(field))
            QCOMPARE(row.size(), ids.size());
    }
    for (const auto& row : grid) {
        QCOMPARE(row.size(), ids.size());
        for (const auto& cell : row)
            QCOMPARE(cell.size(), 4u);
    }
    for (std::size_t t = 0; t < ids.size(); ++t) { // the last layer is the output
        const auto row = logits.row(t);
        double sum = 0;
        for (const float x : row)
            sum += std::exp(static_cast<double>(x));
        double entropy = 0;
        for (const float x : row)
            entropy -= std::exp(static_cast<double>(x)) / sum * (x - std::log(sum));
        const json& cell = grid[layers - 1][t];
        QCOMPARE(
            cell[0].at("id").get<long>(), std::max_element(row.begin(), row.end()) - row.begin());
        for (const auto& entry : cell)
            QVERIFY(
                std::abs(entry.at("prob").get<double>()
                    - std::exp(static_cast<double>(row[entry.at("id").get<std::size_t>()])) / sum)
                < 1e-5);
        QVERIFY(std::abs(document.at("entropy")[layers - 1][t].get<double>() - entropy) < 1e-4);
        QVERIFY(std::abs(document.at("kl")[layers - 1][t].get<double>()) < 1e-6);
        QVERIFY(document.at("kl")[0][t].get<double>() > 0 || layers == 1);
        const json& rank = document.at("rank")[layers - 1][t];
        if (t + 1 == ids.size() || static_cast<std::size_t>(ids[t + 1]) >= row.size())
            QVERIFY(rank.is_null()); // what follows is nothing, or has no logit
        else
            QCOMPARE(rank.get<long>(), std::count_if(row.begin(), row.end(), [&](float x) {
                return x > row[static_cast<std::size_t>(ids[t + 1])];
            }));
    }
}

void TestCliAnalysis::lensRows()
{
    const QStringList words{
        "lens", "--kind", "logit", "--model", golden("gpt2-plain"), "--ids", "1,2,3", "--json"};
    QCOMPARE(cli(words).json().at("rows"),
        json({"blocks.0.hook_resid_post", "blocks.1.hook_resid_post"}));
    QCOMPARE(cli(words + QStringList{"--embedding", "--mid"}).json().at("rows"),
        json({"blocks.0.hook_resid_pre", "blocks.0.hook_resid_mid", "blocks.0.hook_resid_post",
            "blocks.1.hook_resid_mid", "blocks.1.hook_resid_post"}));
    const auto tracked = cli(words + QStringList{"--track", "5,7"}).json().at("tracked");
    QCOMPARE(tracked.size(), 2u);
    QCOMPARE(tracked[1].at("id"), json(7));
    QCOMPARE(tracked[1].at("prob").size(), 2u);
    QCOMPARE(tracked[1].at("rank")[0].size(), 3u);
}

void TestCliAnalysis::lensShowsInduction()
{
    const QStringList words{"lens", "--kind", "logit", "--model", induction(), "--text", repeated};
    const auto document = cli(words + QStringList{"--json"}).json();
    QCOMPARE(document.at("grid")[1][9][0].at("piece").get<std::string>(), std::string("bought"));
    QVERIFY(document.at("grid")[1][9][0].at("prob").get<double>() > 0.99);
    QVERIFY(document.at("grid")[0][9][0].at("prob").get<double>() < 0.1);
    const auto table = cli(words);
    QVERIFY(table.out.contains("\"bought\" 0.99") || table.out.contains("\"bought\" 1.00"));
    QCOMPARE(table.out.count('\n'), 11);
}

void TestCliAnalysis::headsOnText()
{
    const auto document
        = cli({"heads", "--model", induction(), "--text", repeated, "--json"}).json();
    QVERIFY(document.at("scores").at("previous")[0][0].get<double>()
        > 0.85); // its first row has no previous token
    QVERIFY(document.at("scores").at("self")[0][1].get<double>() > 0.99);
    QVERIFY(document.at("scores").at("sink")[1][1].get<double>() > 0.99);
    QCOMPARE(document.at("synthetic"), json(false));
}

void TestCliAnalysis::headsShape()
{
    QFETCH(QString, name);
    const auto info = cli({"info", "--model", golden(name), "--json"}).json();
    const auto finished = cli({"heads", "--model", golden(name), "--synthetic", "--repeated", "5",
        "--json", "--seed", "3"});
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    QCOMPARE(document.at("scores").size(), 6u);
    for (const char* score : {"previous", "duplicate", "induction", "sink", "self", "entropy"}) {
        const json& values = document.at("scores").at(score);
        QCOMPARE(values.size(), info.at("layers").get<std::size_t>());
        for (const auto& layer : values) {
            QCOMPARE(layer.size(), info.at("heads").get<std::size_t>());
            for (const auto& value : layer)
                QVERIFY(value.get<double>() >= 0
                    && (value.get<double>() <= 1 || score == std::string("entropy")));
        }
    }
    QCOMPARE(document.at("seed"), json(3));
    QCOMPARE(document.at("repeated"), json(5));
}

/// A trained model whose heads are known: explorers' induction-2l, context 8, no BOS.
void TestCliAnalysis::trainedInduction()
{
    const QString model = shared("models/induction-2l");
    if (model.isEmpty())
        QSKIP("The shared data is not here, so the trained induction model is not looked at.");
    const auto finished = cli({"heads", "--model", model, "--synthetic", "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    QVERIFY(document.at("scores").at("previous")[0][0].get<double>() >= 0.95);
    QVERIFY(document.at("scores").at("induction")[1][0].get<double>() >= 0.8);
    QCOMPARE(document.at("repeated"), json(4));
    QCOMPARE(document.at("bos"), json(false));
    QCOMPARE(document.at("distinct"), json(true));
}

void TestCliAnalysis::wiredInduction()
{
    const auto document = cli({"heads", "--model", induction(), "--synthetic", "--json"}).json();
    const auto score = [&](const char* name, std::size_t layer, std::size_t head) {
        return document.at("scores").at(name)[layer][head].get<double>();
    };
    QVERIFY(score("previous", 0, 0) > 0.98);
    QVERIFY(score("self", 0, 1) > 0.99);
    QVERIFY(score("sink", 0, 2) > 0.99);
    QVERIFY(score("duplicate", 0, 3) > 0.99);
    QVERIFY(score("induction", 1, 0) > 0.99);
    QCOMPARE(document.at("bos"), json(true));
    const auto table = cli({"heads", "--model", induction(), "--synthetic"});
    QVERIFY(table.out.contains("L1H3"));
}

void TestCliAnalysis::dla()
{
    QFETCH(QString, name);
    const auto ids = goldenIds(name);
    const Matrix logits = goldenLogits(name);
    const auto last = ids.size() - 1;
    const auto finished = cli({"dla", "--model", golden(name), "--ids", idList(ids), "--answer-id",
        "5", "--wrong-id", "7", "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    double sum = 0;
    for (const auto& component : document.at("components")) {
        QVERIFY(component.at("name").is_string());
        sum += component.at("value").get<double>();
    }
    QVERIFY(document.at("components").size() >= 3);
    const double actual
        = static_cast<double>(logits(last, 5)) - static_cast<double>(logits(last, 7));
    QVERIFY(std::abs(document.at("actual").get<double>() - actual) < 1e-4);
    QVERIFY(std::abs(document.at("sum").get<double>() - sum) < 1e-9);
    QVERIFY(std::abs(document.at("remainder").get<double>()) < 1e-4);
    QVERIFY(
        std::abs(document.at("actual").get<double>() - sum - document.at("remainder").get<double>())
        < 1e-9);
    const auto alone = cli({"dla", "--model", golden(name), "--ids", idList(ids), "--answer-id",
                               "5", "--json", "--position", "2"})
                           .json();
    QVERIFY(std::abs(alone.at("actual").get<double>() - static_cast<double>(logits(2, 5))) < 1e-4);
}

void TestCliAnalysis::dlaNamesTheHead()
{
    const QStringList words{"dla", "--model", induction(), "--text", repeated, "--answer", "bought",
        "--wrong", "found"};
    const auto document = cli(words + QStringList{"--json"}).json();
    std::string largest;
    double most = 0;
    for (const auto& component : document.at("components"))
        if (component.at("value").get<double>() > most) {
            most = component.at("value").get<double>();
            largest = component.at("name");
        }
    QCOMPARE(largest, std::string("L1H0"));
    const auto table = cli(words + QStringList{"--top", "2"});
    QVERIFY(table.out.startsWith("L1H0"));
    QVERIFY(table.out.contains("smaller ones"));
    QVERIFY(table.out.contains("remainder"));
}

void TestCliAnalysis::answersGivenAsText()
{
    const QTemporaryDir folder;
    copyFolder(golden("gpt2-plain"), folder.path().toStdString());
    writeSmallTokenizer(folder.path().toStdString());
    const auto ask = [&](const char* answer) {
        return cli(
            {"dla", "--model", folder.path(), "--text", "Mary", "--answer", answer, "--json"});
    };
    const auto spaced = ask(" Mary");
    QVERIFY2(spaced.code == 0, spaced.says());
    QCOMPARE(spaced.json().at("answers"), json({12}));
    QCOMPARE(spaced.json().at("answer_pieces"), json({" Mary"}));
    QVERIFY2(spaced.err.isEmpty(), spaced.says());
    const auto bare = ask("Mary");
    QCOMPARE(bare.json().at("answers"), json({11}));
    QVERIFY2(bare.err.contains("leading space") && bare.err.contains("\" Mary\""), bare.says());
    const auto several = ask(" Jo");
    QCOMPARE(several.json().at("answers"), json({13}));
    QVERIFY2(several.err.contains("2 tokens") && several.err.contains("\" J\""), several.says());
    const auto both = cli({"dla", "--model", folder.path(), "--text", "Mary", "--answer", " Mary",
        "--answer", " J", "--json"});
    QCOMPARE(both.json().at("answers"), json({12, 13}));
    const auto unknown
        = cli({"dla", "--model", induction(), "--text", "Clara", "--answer", "Zebedee", "--json"});
    QCOMPARE(unknown.code, 0);
    QVERIFY2(unknown.err.contains("does not know"), unknown.says());
}

QTEST_GUILESS_MAIN(TestCliAnalysis)
#include "tst_cli_analysis.moc"
