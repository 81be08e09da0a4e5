#include "tests/app/cli/folders.h"
#include "tests/app/cli/program.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;

namespace {

const QString clean = "Clara bought lemon and David found anchor and Clara";
const QString corrupt = "David bought lemon and Clara found anchor and Clara";

QStringList pairOf(const QStringList& more)
{
    return QStringList{"patch", "--model", induction(), "--clean", clean, "--corrupt", corrupt,
               "--answer", "bought", "--wrong", "found", "--json"}
    + more;
}

} // namespace

/// `patch` on the wired induction model and on tiny networks.
class TestCliPatch : public QObject {
    Q_OBJECT

private slots:
    void shapes_data();
    void shapes();
    void headsByPosition();
    void findsTheCircuit();
    void positionsThatDiffer();
    void noising();
    void metrics_data();
    void metrics();
    void klBeginsAtNothing();
    void direction();
    void ids();
    void pairs();
    void pairsAreTheMean();
    void pairsWithOtherColumns();
    void pairsOfDifferentLength();
};

void TestCliPatch::shapes_data()
{
    QTest::addColumn<QString>("sweep");
    QTest::addColumn<std::size_t>("columns");
    for (const char* sweep : {"resid_pre", "resid_mid", "attn_out", "mlp_out"})
        QTest::newRow(sweep) << sweep << std::size_t{7};
    for (const char* sweep : {"head_out", "q", "pattern"})
        QTest::newRow(sweep) << sweep << std::size_t{4};
    for (const char* sweep : {"k", "v"})
        QTest::newRow(sweep) << sweep << std::size_t{2}; // heads of keys and values
}

void TestCliPatch::shapes()
{
    QFETCH(QString, sweep);
    QFETCH(std::size_t, columns);
    const auto info = cli({"info", "--model", golden("llama-gqa"), "--json"}).json();
    const auto finished = cli(
        {"patch", "--model", golden("llama-gqa"), "--clean-ids", "1,2,3,4,5,6,7", "--corrupt-ids",
            "1,9,3,4,5,6,7", "--answer-id", "3", "--wrong-id", "4", "--sweep", sweep, "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    QVERIFY(document.at("clean").is_number() && document.at("corrupt").is_number());
    QCOMPARE(document.at("values").size(), info.at("layers").get<std::size_t>());
    const std::size_t expected = columns == 7 ? 7
        : sweep == "k" || sweep == "v"        ? info.at("kv_heads").get<std::size_t>()
                                              : info.at("heads").get<std::size_t>();
    const double span = document.at("clean").get<double>() - document.at("corrupt").get<double>();
    for (std::size_t l = 0; l < document.at("values").size(); ++l) {
        QCOMPARE(document.at("values")[l].size(), expected);
        for (std::size_t c = 0; c < expected; ++c) {
            const double raw = document.at("raw")[l][c].get<double>();
            const double normal = (raw - document.at("corrupt").get<double>()) / span;
            QVERIFY(std::abs(document.at("values")[l][c].get<double>() - normal) < 1e-9);
        }
    }
    if (sweep == "resid_pre") // the one token that differs restores everything
        QVERIFY(std::abs(document.at("values")[0][1].get<double>() - 1) < 1e-3);
}

void TestCliPatch::headsByPosition()
{
    const auto document = cli(pairOf({"--sweep", "head_out", "--positions"})).json();
    QCOMPARE(document.at("values").size(), 2u);
    QCOMPARE(document.at("values")[0].size(), 10u);
    QCOMPARE(document.at("values")[0][0].size(), 4u);
    QVERIFY(document.at("values")[1][9][0].get<double>() > 0.5); // L1H0 at the last word
    QVERIFY(std::abs(document.at("values")[1][8][0].get<double>()) < 1e-3); // not before it
}

/// The previous-token head of layer 0 and the induction head of layer 1 carry the answer.
void TestCliPatch::findsTheCircuit()
{
    const auto document = cli(pairOf({"--sweep", "head_out"})).json();
    const auto value
        = [&](std::size_t l, std::size_t h) { return document.at("values")[l][h].get<double>(); };
    QVERIFY(document.at("clean").get<double>() > 3);
    QVERIFY(document.at("corrupt").get<double>() < -3);
    QVERIFY(value(0, 0) > 0.8);
    QVERIFY(value(1, 0) > 0.8);
    QVERIFY(std::abs(value(1, 1)) < 0.05);
    const auto table = cli({"patch", "--model", induction(), "--clean", clean, "--corrupt", corrupt,
        "--answer", "bought", "--wrong", "found", "--sweep", "head_out"});
    QCOMPARE(table.code, 0);
    QVERIFY(table.out.contains("H3") && table.out.contains("L1"));
}

void TestCliPatch::positionsThatDiffer()
{
    const auto document = cli(pairOf({"--sweep", "resid_pre"})).json();
    for (std::size_t p = 0; p < 10; ++p) {
        const double value = document.at("values")[0][p].get<double>();
        if (p != 1 && p != 5) // the two words that were exchanged
            QVERIFY2(std::abs(value) < 1e-5, std::to_string(value).c_str());
    }
    QVERIFY(document.at("values")[0][1].get<double>() > 0.1);
}

void TestCliPatch::noising()
{
    const auto there = cli(pairOf({"--sweep", "resid_pre"})).json();
    const auto back = cli(pairOf({"--sweep", "resid_pre", "--noising"})).json();
    QCOMPARE(back.at("clean"), there.at("clean"));
    QVERIFY(std::abs(back.at("values")[0][0].get<double>() - 1) < 1e-5); // BOS: nothing is lost
    QVERIFY(back.at("values")[0][1].get<double>() < 0.9);
}

void TestCliPatch::metrics_data()
{
    QTest::addColumn<QString>("metric");
    for (const char* metric : {"logit_diff", "log_prob", "kl", "loss", "accuracy"})
        QTest::newRow(metric) << metric;
}

void TestCliPatch::metrics()
{
    QFETCH(QString, metric);
    const auto finished = cli(pairOf({"--sweep", "head_out", "--metric", metric}));
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    QCOMPARE(document.at("metric").get<std::string>(), metric.toStdString());
    QVERIFY(document.at("raw")[0][0].is_number());
    if (metric == "accuracy") {
        QCOMPARE(document.at("clean").get<double>(), 1.0);
        QCOMPARE(document.at("corrupt").get<double>(), 0.0);
    }
    if (metric == "log_prob")
        QVERIFY(std::abs(std::exp(document.at("clean").get<double>()) - 0.995) < 0.003);
}

void TestCliPatch::klBeginsAtNothing()
{
    const auto document = cli(pairOf({"--sweep", "head_out", "--metric", "kl"})).json();
    QVERIFY(std::abs(document.at("clean").get<double>()) < 1e-6);
    QVERIFY(document.at("corrupt").get<double>() > 1);
    QVERIFY(document.at("values")[1][0].get<double>() > 0.5);
}

void TestCliPatch::direction()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath("v.safetensors");
    const std::vector<float> ones(98, 1.f);
    writeSafeTensors(file.toStdString(), {{"v", "F32", {98}, std::as_bytes(std::span(ones))}});
    const auto finished = cli(pairOf({"--sweep", "head_out", "--metric", "direction", "--direction",
        file + "#v", "--site", "blocks.1.hook_resid_post"}));
    QVERIFY2(finished.code == 0, finished.says());
    QVERIFY(finished.json().at("clean").is_number());
    const auto missing = cli(
        pairOf({"--metric", "direction", "--direction", file + "#w", "--site", "resid_post1"}));
    QVERIFY2(missing.refused(), missing.says());
}

void TestCliPatch::ids()
{
    const auto text = cli(pairOf({})).json();
    const auto list
        = [&](const char* field) { return idList(text.at(field).get<std::vector<TokenId>>()); };
    const auto finished = cli({"patch", "--model", induction(), "--clean-ids", list("clean_ids"),
        "--corrupt-ids", list("corrupt_ids"), "--answer-id", list("answers"), "--wrong-id",
        list("wrongs"), "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    QCOMPARE(finished.json().at("values"), text.at("values"));
}

void TestCliPatch::pairs()
{
    const auto finished = cli({"patch", "--model", induction(), "--pairs", inductionPairs(),
        "--sweep", "head_out", "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    QCOMPARE(document.at("pairs"), json(9));
    QCOMPARE(document.at("skipped"), json(0));
    QVERIFY(document.at("values")[1][0].get<double>() > 0.7);
    QVERIFY(document.at("low")[1][0].get<double>() < document.at("values")[1][0].get<double>());
    QVERIFY(document.at("high")[1][0].get<double>() > document.at("values")[1][0].get<double>());
    QVERIFY(document.at("clean").get<double>() > document.at("corrupt").get<double>());
    QCOMPARE(
        cli({"patch", "--model", induction(), "--pairs", inductionPairs(), "--sweep", "head_out"})
            .code,
        0);
}

void TestCliPatch::pairsAreTheMean()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath("one.csv");
    writeText(file.toStdString(),
        "clean,corrupted,answer,wrong\n" + clean.toStdString() + "," + corrupt.toStdString()
            + ",bought,found\n" + clean.toStdString() + "," + corrupt.toStdString()
            + ",bought,found\n");
    const auto mean
        = cli({"patch", "--model", induction(), "--pairs", file, "--sweep", "resid_pre", "--json"});
    QVERIFY2(mean.code == 0, mean.says());
    const auto one = cli(pairOf({"--sweep", "resid_pre"})).json();
    for (std::size_t l = 0; l < 2; ++l)
        for (std::size_t p = 0; p < 10; ++p)
            QVERIFY(std::abs(mean.json().at("values")[l][p].get<double>()
                        - one.at("values")[l][p].get<double>())
                < 1e-5);
}

void TestCliPatch::pairsWithOtherColumns()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath("other.csv");
    const auto one = cli(pairOf({})).json();
    writeText(file.toStdString(),
        "prompt,foil,target,distractor\n" + clean.toStdString() + "," + corrupt.toStdString() + ","
            + one.at("answers")[0].dump() + ",found\n");
    const QStringList words{"patch", "--model", induction(), "--pairs", file, "--json"};
    QVERIFY(cli(words).refused());
    const auto finished = cli(words
        + QStringList{
            "--columns", "clean=prompt,corrupted=foil,answer=target:id,wrong=distractor"});
    QVERIFY2(finished.code == 0, finished.says());
    QVERIFY(
        std::abs(finished.json().at("clean").get<double>() - one.at("clean").get<double>()) < 1e-6);
}

void TestCliPatch::pairsOfDifferentLength()
{
    // Rows of one file differ in length: heads can be averaged, positions cannot.
    const auto finished = cli(
        {"patch", "--model", induction(), "--pairs", inductionPairs(), "--sweep", "resid_pre"});
    QVERIFY2(finished.refused(), finished.says());
    const QTemporaryDir folder;
    const QString file = folder.filePath("unequal.csv");
    writeText(file.toStdString(),
        "clean,corrupted,answer,wrong\nClara bought,Clara,bought,found\n" + clean.toStdString()
            + "," + corrupt.toStdString() + ",bought,found\n");
    const auto one = cli({"patch", "--model", induction(), "--pairs", file, "--json"});
    QVERIFY2(one.code == 0, one.says());
    QCOMPARE(one.json().at("skipped"), json(1));
    QVERIFY2(one.err.contains("line 2"), one.says());
}

QTEST_GUILESS_MAIN(TestCliPatch)
#include "tst_cli_patch.moc"
