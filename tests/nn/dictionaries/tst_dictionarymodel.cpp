#include "core/features/load/open.h"
#include "core/work/error.h"
#include "tests/nn/dictionaries/dictionarysubject.h"
#include "tests/nn/exported.h"
#include "tests/nn/pair.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;
namespace fs = std::filesystem;

/// Dictionaries of a random model's activations: which tokens they are trained on, resuming in the
/// middle of a buffer, transcoders, heads joined, gradients, the loss with the dictionary put in.
class TestDictionaryModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everySite_data();
    void everySite();
    void goesOn_data();
    void goesOn();
    void exactOneLosesNothing();
    void leavesOut();
    void refuses_data();
    void refuses();

private:
    fs::path place(const std::string& name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }

    DictionaryRecipe recipe(const json& patch) const
    {
        json form{{"kind", "batchtopk"}, {"k", 3}, {"latents", 40},
            {"site", "blocks.1.hook_resid_post"}, {"steps", 24}, {"batch", 50},
            {"data",
                {{"train", "text.jsonl"}, {"packing", "padded"}, {"sequence", 8}, {"buffer", 220}}},
            {"optimizer", {{"learning_rate", 3e-3}}},
            {"evaluate", {{"every", 10}, {"tokens", 300}, {"loss_tokens", 200}}},
            {"save_every", 1000}};
        form.merge_patch(patch);
        return dictionaryRecipe(form, m_folder.path().toStdString());
    }

    Pair m_pair;
    QTemporaryDir m_folder;
};

void TestDictionaryModel::initTestCase()
{
    Architecture a;
    a.family = "gpt2";
    a.layers = 2;
    a.heads = 2;
    a.kvHeads = 2;
    a.dModel = 12;
    a.dHead = 6;
    a.dMlp = 20;
    a.vocabulary = 30;
    a.context = 12;
    a.bos = 0;
    a.eos = {29}; // joins packed documents
    a.tiedHead = true;
    fitToFamily(a);
    m_pair = pairOf(a, 3);
    std::ofstream out(place("text.jsonl"));
    unsigned state = 5;
    for (int line = 0; line < 120; ++line) {
        json ids = json::array({0});
        for (unsigned i = 0; i < 3 + static_cast<unsigned>(line) % 7; ++i) {
            state = state * 1664525u + 1013904223u;
            ids.push_back(1 + (state >> 8) % 29);
        }
        out << json{{"ids", ids}} << '\n';
    }
}

void TestDictionaryModel::everySite_data()
{
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<int>("dIn");
    QTest::addColumn<int>("dOut");
    QTest::newRow("residual") << "{}"
                              << "jumprelu" << 12 << 12;
    QTest::newRow("heads") << R"({"site": "blocks.0.attn.hook_z", "kind": "topk"})"
                           << "topk" << 12 << 12;
    QTest::newRow("hidden") << R"({"site": "blocks.0.mlp.hook_post", "kind": "gated", "k": null,
        "sparsity": 0.1})"
                            << "gated" << 20 << 20;
    QTest::newRow("transcoder") << R"({"site": "blocks.1.ln2.hook_normalized",
        "target": "blocks.1.hook_mlp_out", "skip": true})"
                                << "jumprelu_skip_transcoder" << 12 << 12;
    QTest::newRow("to hidden") << R"({"site": "blocks.1.ln2.hook_normalized", "kind": "standard",
        "k": null, "sparsity": 0.1, "target": "blocks.1.mlp.hook_post"})"
                               << "transcoder" << 12 << 20;
    QTest::newRow("gradient") << R"({"kind": "topk", "gradient": 1})"
                              << "topk" << 12 << 12;
}

void TestDictionaryModel::everySite()
{
    QFETCH(QString, patch);
    QFETCH(QString, architecture);
    QFETCH(int, dIn);
    QFETCH(int, dOut);
    const fs::path out = place(std::string("site ") + QTest::currentDataTag());
    const DictionaryRecipe r = recipe(json::parse(patch.toStdString()));
    const DictionaryRecord record = trainDictionary(r, *m_pair.engine, out);
    QCOMPARE(record.architecture, architecture.toStdString());
    QCOMPARE(record.dIn, std::int64_t(dIn));
    QCOMPARE(record.dOut, std::int64_t(dOut));
    QCOMPARE(record.hook, r.site);
    QVERIFY(record.curve.back().fvu < record.curve.front().fvu);
    QVERIFY(record.ce && record.ce->model > 0 && record.ce->dictionary > 0 && record.ce->zero > 0);
    const SparseCoder coder = openCoder(out);
    QCOMPARE(coder.inputs.front().point, r.site);
    QCOMPARE(coder.outputs.front().point, r.target.empty() ? r.site : r.target);
    QCOMPARE(coder.declared.headsJoined, r.site.find("hook_z") != std::string::npos);
    QCOMPARE(coder.declared.model, m_pair.engine->info().name);
    QCOMPARE(coder.declared.prependBos, std::optional(false));

    // What was saved does on the model's own activations what the record says: FVU over many of the
    // same kind of tokens, to what other tokens differ by.
    double errors = 0;
    double squares = 0;
    std::vector<double> sums(static_cast<std::size_t>(dOut));
    double count = 0;
    std::ifstream in(place("text.jsonl"));
    for (std::string line; std::getline(in, line);) {
        RunRequest request;
        request.ids = json::parse(line).at("ids").get<std::vector<TokenId>>();
        request.ids.resize(std::min<std::size_t>(request.ids.size(), 8));
        const Site site = *Site::parse(r.site);
        const Site target = r.target.empty() ? site : *Site::parse(r.target);
        request.want = {site, target};
        const Trace trace = m_pair.engine->run(request);
        const std::vector<Matrix> x{trace.at(site)};
        const Matrix made = decode(coder, encode(coder, x), x).front();
        for (std::size_t p = 1; p < request.ids.size(); ++p, ++count)
            for (std::size_t j = 0; j < made.columns(); ++j) {
                const double y = trace.at(target)(p, j);
                errors += std::pow(y - double(made(p, j)), 2);
                squares += y * y;
                sums[j] += y;
            }
    }
    for (const double sum : sums)
        squares -= sum * sum / count;
    const double fvu = errors / squares;
    QVERIFY2(std::abs(fvu - record.curve.back().fvu) < 0.15 * record.curve.back().fvu + 0.02,
        qPrintable(QString("%1 and %2").arg(fvu).arg(record.curve.back().fvu)));
}

void TestDictionaryModel::goesOn_data()
{
    QTest::addColumn<QString>("patch");
    QTest::newRow("padded") << "{}";
    QTest::newRow("packed") << R"({"data": {"packing": "packed"}})";
    QTest::newRow("gradient") << R"({"kind": "topk", "gradient": 1})";
    QTest::newRow("small buffer") << R"({"data": {"buffer": 1}})";
}

/// Stopped after every evaluation, in the middle of buffers and of epochs: the same bytes.
void TestDictionaryModel::goesOn()
{
    QFETCH(QString, patch);
    json form = json::parse(patch.toStdString());
    form["evaluate"] = {{"every", 3}, {"tokens", 100}, {"loss_tokens", 50}};
    const DictionaryRecipe r = recipe(form);
    const std::string name = QTest::currentDataTag();
    trainDictionary(r, *m_pair.engine, place(name + " whole"));
    int stops = 0;
    for (;; ++stops) {
        DictionaryTrainOptions options;
        options.resume = stops > 0;
        options.stop = std::make_shared<std::atomic<bool>>(false);
        bool first = true;
        try {
            trainDictionary(
                r, *m_pair.engine, place(name), options, [&](const DictionaryProgress& p) {
                    if (p.evaluated && first && p.step < r.steps) {
                        options.stop->store(true);
                        first = false;
                    }
                });
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find("--resume") != std::string::npos, error.what());
            QVERIFY(stops < 20);
            continue;
        }
        break;
    }
    QCOMPARE(stops, 8);
    for (const char* file : {"cfg.json", "sae_weights.safetensors", "dictionary.json"})
        QVERIFY2(bytesOf(place(name) / file) == bytesOf(place(name + " whole") / file), file);
}

/// With as many latents firing as there are dimensions, and time enough, little is lost: the loss
/// with the dictionary is near the model's, and far from that with zeros.
void TestDictionaryModel::exactOneLosesNothing()
{
    const DictionaryRecord record = trainDictionary(
        recipe({{"k", 12}, {"latents", 96}, {"steps", 600}, {"evaluate", {{"every", 600}}}}),
        *m_pair.engine, place("exact"));
    QVERIFY2(record.curve.back().fvu < 0.1, qPrintable(QString::number(record.curve.back().fvu)));
    const double lost = std::abs(record.ce->dictionary - record.ce->model);
    QVERIFY2(lost < 0.25 * std::abs(record.ce->zero - record.ce->model),
        qPrintable(QString("%1 %2 %3")
                       .arg(record.ce->model)
                       .arg(record.ce->dictionary)
                       .arg(record.ce->zero)));
}

/// BOS stands first in every row: without it, with it, without the first two.
void TestDictionaryModel::leavesOut()
{
    const auto means = [&](json data) {
        data["sequence"] = 11; // no document is longer
        return trainDictionary(
            recipe({{"data", data}, {"steps", 2}, {"evaluate", {{"loss_tokens", 0}}}}),
            *m_pair.engine, place("out " + data.dump()))
            .inputScale;
    };
    const double without = means({{"keep_bos", false}});
    QVERIFY(means({{"keep_bos", true}}) != without);
    QCOMPARE(means({{"skip_first", 1}}), without);
    QVERIFY(means({{"skip_first", 2}}) != without);
    // A second BOS is not put before the first.
    QCOMPARE(means({{"prepend_bos", true}}), without);
}

void TestDictionaryModel::refuses_data()
{
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("part");
    QTest::newRow("no site") << R"({"site": "blocks.1.hook_nothing"})"
                             << "site";
    QTest::newRow("layer") << R"({"site": "blocks.7.hook_resid_post"})"
                           << "layers";
    QTest::newRow("pattern") << R"({"site": "blocks.0.attn.hook_pattern"})"
                             << "row of numbers";
    QTest::newRow("one head") << R"({"site": "blocks.0.attn.hook_z[1]"})"
                              << "head";
    QTest::newRow("no text") << R"({"data": {"train": null}})"
                             << "data.train";
    QTest::newRow("missing text") << R"({"data": {"train": "none.jsonl"}})"
                                  << "none.jsonl";
    QTest::newRow("too long") << R"({"data": {"sequence": 13}})"
                              << "sequence";
    QTest::newRow("nothing left") << R"({"data": {"skip_first": 12}})"
                                  << ".";
}

void TestDictionaryModel::refuses()
{
    QFETCH(QString, patch);
    QFETCH(QString, part);
    try {
        trainDictionary(recipe(json::parse(patch.toStdString())), *m_pair.engine, place("refused"));
    } catch (const Error& error) {
        const std::string sentence = error.what();
        QVERIFY2(sentence.find(part.toStdString()) != std::string::npos && sentence.ends_with("."),
            sentence.c_str());
        QVERIFY(!fs::exists(place("refused") / "cfg.json"));
        return;
    }
    QFAIL("It was not refused.");
}

QTEST_GUILESS_MAIN(TestDictionaryModel)
#include "tst_dictionarymodel.moc"
