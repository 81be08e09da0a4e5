#include "tests/app/cli/folders.h"
#include "tests/app/cli/program.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;

/// `info` and `run` against the golden numbers of tiny networks.
class TestCliRun : public QObject {
    Q_OBJECT

private:
    static void networks()
    {
        QTest::addColumn<QString>("name");
        for (const QString& name : goldenNames())
            QTest::newRow(qPrintable(name)) << name;
    }

    static double distance(const Matrix& a, const Matrix& b)
    {
        double most = a.size() == b.size() ? 0 : INFINITY;
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
            if (a.values()[i] != b.values()[i])
                most = std::max(most, std::abs(static_cast<double>(a.values()[i]) - b.values()[i]));
        return most;
    }

private slots:
    void info_data() { networks(); }
    void info();
    void trace_data() { networks(); }
    void trace();
    void document();
    void oneHeadAndShortNames();
    void edits_data();
    void edits();
    void noEditIsNoEdit();
    void sameBytesTwice();
    void checkpoints();
};

void TestCliRun::info()
{
    QFETCH(QString, name);
    const auto finished = cli({"info", "--model", golden(name), "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    const json document = finished.json();
    for (const char* field :
        {"layers", "heads", "kv_heads", "d_model", "d_mlp", "vocab", "parameters"})
        QVERIFY2(document.at(field).is_number_integer(), field);
    for (const char* field : {"sites", "unused", "missing"})
        QVERIFY2(document.at(field).is_array(), field);
    QVERIFY(document.at("family").is_string());
    QVERIFY(document.at("unused").empty());
    QVERIFY(document.at("memory").at("weights") > 0);
    const std::vector<std::string> sites = document.at("sites");
    QVERIFY(std::find(sites.begin(), sites.end(), "blocks.0.hook_resid_post") != sites.end());
    if (name == "gpt2-plain") {
        QCOMPARE(document.at("family"), json("gpt2"));
        QCOMPARE(document.at("layers"), json(2));
        QCOMPARE(document.at("heads"), json(4));
        QCOMPARE(document.at("kv_heads"), json(4));
        QCOMPARE(document.at("d_model"), json(24));
        QCOMPARE(document.at("d_mlp"), json(96));
        QCOMPARE(document.at("vocab"), json(61));
        // 61·24 + 32·24 + 2·(12·24² + 13·24) + 2·24
        QCOMPARE(
            document.at("parameters"), json(61 * 24 + 32 * 24 + 2 * (12 * 24 * 24 + 13 * 24) + 48));
        QVERIFY(document.at("tokenizer").is_null());
    }
    const auto table = cli({"info", "--model", golden(name)});
    QCOMPARE(table.code, 0);
    QVERIFY(table.out.contains("blocks.0.hook_resid_post"));
}

void TestCliRun::trace()
{
    QFETCH(QString, name);
    const QTemporaryDir folder;
    const QString out = folder.filePath("trace.safetensors");
    const auto ids = goldenIds(name);
    const auto finished = cli({"run", "--model", golden(name), "--ids", idList(ids), "--want",
        "all", "--out", out, "--json"});
    QVERIFY2(finished.code == 0, finished.says());
    const auto trace = SafeTensors::open(out.toStdString());
    const auto wanted = SafeTensors::open((golden(name) + "/golden.safetensors").toStdString());

    QCOMPARE(trace->entries().at("tokens").dtype, std::string("I64"));
    QCOMPARE(trace->entries().at("tokens").shape, std::vector<std::int64_t>{std::ssize(ids)});
    QVERIFY(trace->matrix("tokens") == wanted->matrix("a/tokens"));
    QCOMPARE(trace->entries().at("logits").shape, wanted->entries().at("a/logits").shape);
    const double off = distance(trace->matrix("logits"), wanted->matrix("a/logits"));
    QVERIFY2(off < 5e-5, std::to_string(off).c_str());
    int compared = 0;
    for (const auto& [key, entry] : wanted->entries()) {
        if (!key.starts_with("a/") || key.find("hook_") == std::string::npos
            || key.starts_with("a/edit") || key.starts_with("a/grad"))
            continue;
        const std::string point = key.substr(2);
        QVERIFY2(trace->entries().contains(point), key.c_str());
        QCOMPARE(trace->entries().at(point).shape, entry.shape);
        const double d = distance(trace->matrix(point), wanted->matrix(key));
        QVERIFY2(d < 5e-5, (key + " differs by " + std::to_string(d)).c_str());
        ++compared;
    }
    QVERIFY(compared > 20);

    // The document tells the same as the logits.
    const json document = finished.json();
    QCOMPARE(document.at("ids").get<std::vector<TokenId>>(), ids);
    const Matrix logits = wanted->matrix("a/logits");
    const bool predictable = *std::max_element(ids.begin() + 1, ids.end()) < static_cast<int>(logits.columns());
    double loss = 0;
    for (std::size_t t = 0; t < ids.size(); ++t) {
        double sum = 0;
        for (const float x : logits.row(t))
            sum += std::exp(static_cast<double>(x));
        if (t + 1 < ids.size() && predictable)
            loss += (std::log(sum) - logits(t, static_cast<std::size_t>(ids[t + 1])))
                / static_cast<double>(ids.size() - 1);
        if (t + 1 == ids.size())
            for (const auto& next : document.at("next")) {
                const double logit = logits(t, next.at("id"));
                QVERIFY(std::abs(next.at("logit").get<double>() - logit) < 5e-5);
                QVERIFY(std::abs(next.at("prob").get<double>() - std::exp(logit) / sum) < 1e-5);
            }
    }
    QCOMPARE(document.at("loss").is_null(), !predictable);
    QVERIFY(!predictable || std::abs(document.at("loss").get<double>() - loss) < 5e-5);
    const auto last = logits.row(ids.size() - 1);
    QCOMPARE(document.at("next")[0].at("id").get<long>(),
        std::max_element(last.begin(), last.end()) - last.begin());
}

void TestCliRun::document()
{
    const QStringList run{"run", "--model", induction(), "--text",
        "Clara bought lemon and David found anchor and Clara"};
    const auto finished = cli(run + QStringList{"--json"});
    QVERIFY2(finished.code == 0, finished.says());
    QVERIFY(finished.err.isEmpty());
    const json document = finished.json();
    QCOMPARE(document.at("next").size(), 10u);
    const json& first = document.at("next")[0];
    QCOMPARE(first.at("piece").get<std::string>(), std::string("bought"));
    QVERIFY(first.at("prob").get<double>() > 0.99);
    QVERIFY(first.at("logit").is_number_float() && first.at("id").is_number_integer());
    QCOMPARE(document.at("pieces")[0].get<std::string>(), std::string("<s>"));
    QCOMPARE(document.at("ids").size(), 10u);

    const auto bare = cli(run + QStringList{"--json", "--no-bos", "--top", "3"}).json();
    QCOMPARE(bare.at("ids").size(), 9u);
    QCOMPARE(bare.at("next").size(), 3u);
    const auto single = cli({"run", "--model", induction(), "--ids", "1", "--json"}).json();
    QVERIFY(single.at("loss").is_null());
    const auto table = cli(run);
    QVERIFY(table.out.contains("\"bought\""));
    QVERIFY(!table.out.contains('{'));
}

void TestCliRun::oneHeadAndShortNames()
{
    const QTemporaryDir folder;
    const QString out = folder.filePath("trace.safetensors");
    const auto finished = cli({"run", "--model", golden("gpt2-plain"), "--ids", "1,2,3", "--want",
        "pattern1,blocks.1.attn.hook_pattern[2],q0,blocks.0.attn.hook_q[3]", "--out", out});
    QVERIFY2(finished.code == 0, finished.says());
    const auto trace = SafeTensors::open(out.toStdString());
    using Shape = std::vector<std::int64_t>;
    QCOMPARE(trace->entries().size(), 6u);
    QCOMPARE(trace->entries().at("blocks.1.attn.hook_pattern").shape, (Shape{4, 3, 3}));
    QCOMPARE(trace->entries().at("blocks.1.attn.hook_pattern[2]").shape, (Shape{3, 3}));
    QCOMPARE(trace->entries().at("blocks.0.attn.hook_q").shape, (Shape{3, 4, 6}));
    QCOMPARE(trace->entries().at("blocks.0.attn.hook_q[3]").shape, (Shape{3, 6}));
    const auto without
        = cli({"run", "--model", golden("gpt2-plain"), "--ids", "1,2,3", "--want", "q0"});
    QCOMPARE(without.code, 0);
    QVERIFY(without.err.contains("--out"));
}

void TestCliRun::edits_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name : {"gpt2-plain", "neox-plain", "llama-gqa", "tl-attn-only"})
        QTest::newRow(name) << name;
}

void TestCliRun::edits()
{
    QFETCH(QString, name);
    const QTemporaryDir folder;
    const std::filesystem::path home = folder.path().toStdString();
    copyFolder(golden(name), home);
    const auto wanted = SafeTensors::open(home / "golden.safetensors");
    std::ifstream in(home / "edits.json");
    const json cases = json::parse(in).at("cases");
    QVERIFY(cases.size() > 3);
    for (std::size_t i = 0; i < 4; ++i) {
        const json& one = cases[i];
        writeText(home / "one.json", json{{"edits", one.at("edits")}}.dump());
        const auto finished
            = cli({"run", "--model", folder.path(), "--ids", idList(goldenIds(name)), "--edits",
                folder.filePath("one.json"), "--out", folder.filePath("trace.safetensors")});
        QVERIFY2(finished.code == 0, finished.says());
        const double d = distance(SafeTensors::open(home / "trace.safetensors")->matrix("logits"),
            wanted->matrix("a/edit/" + one.at("name").get<std::string>()));
        QVERIFY2(d < 5e-5,
            (one.at("name").get<std::string>() + " differs by " + std::to_string(d)).c_str());
    }
}

void TestCliRun::noEditIsNoEdit()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath("edits.json");
    const QStringList run{"run", "--model", golden("llama-gqa"), "--ids", "5,6,7,8", "--json"};
    const auto plain = cli(run);
    for (const char* edits : {R"({"edits": []})",
             R"({"edits": [{"site": "blocks.0.hook_resid_post", "op": "zero", "strength": 0}]})"}) {
        writeText(file.toStdString(), edits);
        QCOMPARE(cli(run + QStringList{"--edits", file}).out, plain.out);
    }
    writeText(
        file.toStdString(), R"({"edits": [{"site": "blocks.0.hook_resid_post", "op": "zero"}]})");
    QVERIFY(cli(run + QStringList{"--edits", file}).out != plain.out);
}

void TestCliRun::sameBytesTwice()
{
    const QTemporaryDir folder;
    const QStringList run{
        "run", "--model", golden("neox-plain"), "--ids", "5,6,7,8", "--want", "all", "--out"};
    for (const char* name : {"a", "b"})
        QCOMPARE(cli(run + QStringList{folder.filePath(name)}).code, 0);
    QFile a(folder.filePath("a"));
    QFile b(folder.filePath("b"));
    QVERIFY(a.open(QIODevice::ReadOnly) && b.open(QIODevice::ReadOnly));
    QVERIFY(a.size() > 1000);
    QVERIFY(a.readAll() == b.readAll());
}

void TestCliRun::checkpoints()
{
    const QTemporaryDir folder;
    const std::filesystem::path home = folder.path().toStdString();
    copyFolder(golden("gpt2-plain"), home);
    copyFolder(golden("neox-plain"), home / "checkpoints/step100");
    copyFolder(golden("llama-plain"), home / "step200");
    const auto family = [&](const QStringList& more) {
        return cli(QStringList{"info", "--json", "--model", folder.path()} + more)
            .json()
            .at("family")
            .get<std::string>();
    };
    QCOMPARE(family({}), std::string("gpt2"));
    QCOMPARE(family({"--checkpoint", "step100"}), std::string("gpt_neox"));
    QCOMPARE(family({"--checkpoint", "step200"}), std::string("llama"));
}

QTEST_GUILESS_MAIN(TestCliRun)
#include "tst_cli_run.moc"
