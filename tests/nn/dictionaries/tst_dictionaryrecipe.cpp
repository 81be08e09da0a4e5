#include "core/work/error.h"
#include "tests/nn/dictionaries/dictionarysubject.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;

/// What recipes say and what they are refused for.
class TestDictionaryRecipe : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void defaults();
    void schedules();
    void file();
    void refuses_data();
    void refuses();
};

void TestDictionaryRecipe::defaults()
{
    const DictionaryRecipe r = dictionaryRecipe({{"kind", "batchtopk"}, {"steps", 1000}}, "/home");
    QCOMPARE(r.k, 32.0);
    QCOMPARE(r.batch, std::int64_t(2048));
    QCOMPARE(r.expansion, std::int64_t(8));
    QCOMPARE(r.optimizer.warmup, std::int64_t(100));
    QCOMPARE(r.optimizer.decay, 0.0);
    QCOMPARE(r.decaySteps, std::int64_t(200));
    QCOMPARE(r.evaluateEvery, std::int64_t(25));
    QCOMPARE(r.deadAfter, std::int64_t(102400));
    QVERIFY(r.subtract && r.normalise && !r.skip);
    const DictionaryRecipe transcoder = dictionaryRecipe(
        {{"kind", "jumprelu"}, {"sparsity", 1}, {"steps", 10}, {"site", "a"}, {"target", "b"}},
        ".");
    QVERIFY(!transcoder.subtract);
    QCOMPARE(transcoder.encoderStart, 0.1);
    // The same site twice is no transcoder.
    QVERIFY(dictionaryRecipe({{"kind", "topk"}, {"steps", 1}, {"site", "a"}, {"target", "a"}}, ".")
                .target.empty());
}

void TestDictionaryRecipe::schedules()
{
    const DictionaryRecipe r = dictionaryRecipe(
        {{"kind", "standard"}, {"sparsity", 4}, {"sparsity_warmup", 8}, {"steps", 100},
            {"optimizer", {{"learning_rate", 0.5}, {"warmup", 10}, {"decay", 20}}}},
        ".");
    QCOMPARE(r.rateAfter(0), 0.05);
    QCOMPARE(r.rateAfter(9), 0.5);
    QCOMPARE(r.rateAfter(79), 0.5);
    QVERIFY(r.rateAfter(80) < 0.5 && r.rateAfter(99) > 0 && r.rateAfter(99) < 0.03);
    QCOMPARE(r.rateAfter(100), 0.0);
    QCOMPARE(r.sparsityAfter(0), 0.0);
    QCOMPARE(r.sparsityAfter(4), 2.0);
    QCOMPARE(r.sparsityAfter(8), 4.0);
    QCOMPARE(r.sparsityAfter(99), 4.0);
}

void TestDictionaryRecipe::file()
{
    QTemporaryDir folder;
    const std::filesystem::path home = folder.path().toStdString();
    std::ofstream(home / "recipe.json")
        << R"({"kind": "topk", "steps": 5, "data": {"train": "text/a.txt"}})";
    const DictionaryRecipe r = readDictionaryRecipe(home / "recipe.json");
    QCOMPARE(r.data.train, home / "text" / "a.txt");
    QVERIFY(r.text.find("\"kind\": \"topk\"") != std::string::npos);
    QVERIFY(r.words().find("topk") != std::string::npos);
    QVERIFY_EXCEPTION_THROWN(readDictionaryRecipe(home / "none.json"), Error);
    std::ofstream(home / "cut.json") << "{\"kind\": ";
    QVERIFY_EXCEPTION_THROWN(readDictionaryRecipe(home / "cut.json"), Error);
    std::ofstream(home / "list.json") << "[1]";
    QVERIFY_EXCEPTION_THROWN(readDictionaryRecipe(home / "list.json"), Error);
}

void TestDictionaryRecipe::refuses_data()
{
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("part");
    const auto row = [](const char* name, const char* patch, const char* part) {
        QTest::newRow(name) << patch << part;
    };
    row("no kind", R"({"kind": null})", "kind");
    row("unknown kind", R"({"kind": "vanilla"})", "batchtopk");
    row("unknown key", R"({"latent": 4})", "latent");
    row("no steps", R"({"steps": null})", "steps");
    row("half a k", R"({"k": 2.5})", "batchtopk");
    row("k of none", R"({"k": 0})", "k");
    row("huge latents", R"({"latents": 1099511627776})", "latents");
    row("sparsity of topk", R"({"sparsity": 1})", "sparsity");
    row("no sparsity", R"({"kind": "gated", "k": null})", "sparsity");
    row("k of gated", R"({"kind": "gated", "sparsity": 1})", "k");
    row("bandwidth of none", R"({"kind": "jumprelu", "k": null, "sparsity": 1,
        "jumprelu": {"bandwidth": 0}})",
        "bandwidth");
    row("unknown penalty", R"({"kind": "jumprelu", "k": null, "sparsity": 1,
        "jumprelu": {"penalty": "l2"}})",
        "tanh");
    row("topk transcoder", R"({"site": "a", "target": "b"})", "batchtopk");
    row("subtracting transcoder",
        R"({"kind": "batchtopk", "site": "a", "target": "b", "subtract": true})", "subtract");
    row("skip of no transcoder", R"({"skip": true})", "skip");
    row("rate as text", R"({"optimizer": {"learning_rate": "fast"}})", "learning_rate");
    row("unknown in data", R"({"data": {"text": "a"}})", "data.text");
    row("sequence of one", R"({"data": {"sequence": 1}})", "sequence");
}

void TestDictionaryRecipe::refuses()
{
    QFETCH(QString, patch);
    QFETCH(QString, part);
    json form{{"kind", "topk"}, {"k", 4}, {"steps", 10}};
    form.merge_patch(json::parse(patch.toStdString()));
    try {
        dictionaryRecipe(form, ".");
    } catch (const Error& error) {
        const std::string sentence = error.what();
        QVERIFY2(sentence.find(part.toStdString()) != std::string::npos, sentence.c_str());
        QVERIFY2(sentence.ends_with("."), sentence.c_str());
        return;
    }
    QFAIL("It was not refused.");
}

QTEST_GUILESS_MAIN(TestDictionaryRecipe)
#include "tst_dictionaryrecipe.moc"
