#include "core/analysis/heads.h"
#include "core/model/safetensors.h"
#include "core/nn/open.h"
#include "tests/nn/pair.h"

#include <QByteArray>
#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

using namespace microtome;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path shared = fs::path(MICROTOME_SHARED_DATA) / "models";

std::string textOf(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Numbers {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

/// A tensor of nano-sort's JSON: little-endian floats in base 64.
Numbers numbers(const json& form)
{
    const auto bytes = QByteArray::fromBase64(
        QByteArray::fromStdString(form["data"].get<std::string>()));
    Numbers n {form["shape"].get<std::vector<std::int64_t>>(), {}};
    n.values.resize(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(n.values.data(), bytes.constData(), n.values.size() * sizeof(float));
    return n;
}

/// Writes nano-sort as a GPT-2 folder: the same names, its linear weights turned to [in, out].
void writeNanoSort(const json& form, const fs::path& folder)
{
    std::map<std::string, Numbers> tensors;
    for (const auto& [name, tensor] : form.items()) {
        if (name == "config" || name.ends_with(".attn.bias"))
            continue;
        Numbers n = numbers(tensor);
        if (name.find(".c_") != std::string::npos && n.shape.size() == 2) {
            const Numbers was = n;
            std::swap(n.shape[0], n.shape[1]);
            for (std::int64_t r = 0; r < n.shape[0]; ++r)
                for (std::int64_t c = 0; c < n.shape[1]; ++c)
                    n.values[static_cast<std::size_t>(r * n.shape[1] + c)]
                        = was.values[static_cast<std::size_t>(c * n.shape[0] + r)];
        }
        tensors[name] = n;
    }
    std::vector<TensorToWrite> list;
    for (const auto& [name, n] : tensors)
        list.push_back({name, "F32", n.shape, std::as_bytes(std::span(n.values))});
    writeSafeTensors(folder / "model.safetensors", list);
    const json& c = form["config"];
    std::ofstream(folder / "config.json") << json {{"model_type", "gpt2"},
        {"n_layer", c["n_layer"]}, {"n_head", c["n_head"]}, {"n_embd", c["n_embd"]},
        {"n_positions", c["block_size"]}, {"vocab_size", c["vocab_size"]},
        {"activation_function", "gelu_new"}};
}

} // namespace

/// Models made by others, with what is known of them.
class TestKnown : public QObject {
    Q_OBJECT
private slots:
    void nanoSort();
    void inductionHeads();
    void stories();
    void babyLlama();
    void wiredInduction();
};

void TestKnown::nanoSort()
{
    const fs::path home = shared / "nano-sort";
    if (!fs::exists(home))
        QSKIP("The folder of shared data with nano-sort is not here.");
    QTemporaryDir folder;
    writeNanoSort(json::parse(textOf(home / "gpt-nano-sort-model.json")), folder.path().toStdString());
    const auto model = openModel(folder.path().toStdString());
    QVERIFY(model->info().unused.empty());
    const json partials = json::parse(textOf(home / "gpt-nano-sort-t0-partials.json"));
    const Numbers idx = numbers(partials["idx"]);

    const auto layer0 = [](Point p) { return Site {p, Layer(0), {}}; };
    const std::map<std::string, Site> points {{"tok_emb", {Point::Embed, {}, {}}},
        {"x", layer0(Point::ResidPre)}, {"q", layer0(Point::Q)}, {"k", layer0(Point::K)},
        {"v", layer0(Point::V)}, {"att", layer0(Point::AttnScores)},
        {"attSm", layer0(Point::Pattern)}, {"y", layer0(Point::Z)},
        {"yProj", layer0(Point::AttnOut)}, {"attnResid", layer0(Point::ResidMid)},
        {"fc", layer0(Point::MlpPre)}, {"gelu", layer0(Point::MlpPost)},
        {"mlp", layer0(Point::MlpOut)}, {"mlpResid", layer0(Point::ResidPost)},
        {"block0", layer0(Point::ResidPost)}, {"block1", {Point::ResidPost, Layer(1), {}}},
        {"block2", {Point::ResidPost, Layer(2), {}}}, {"lm_head", logitsSite}};
    std::size_t checked = 0;
    double farthest = 0;
    for (std::size_t b = 0; b < 3; ++b) {
        std::vector<TokenId> ids;
        for (std::size_t t = 0; t < 11; ++t)
            ids.push_back(static_cast<TokenId>(idx.values[b * 11 + t]));
        RunRequest request = requestOf(ids,
            {layer0(Point::Ln1Normalized), layer0(Point::Ln2Normalized),
                {Point::LnFinalNormalized, {}, {}}, {Point::PosEmbed, {}, {}}});
        for (const auto& [name, site] : points)
            request.want.push_back(site);
        const Trace run = model->run(request);
        const auto compare = [&](const std::string& name, const std::vector<float>& own,
                                 double tolerance, std::size_t batch) {
            const Numbers stored = numbers(partials[name]);
            const std::size_t size
                = stored.values.size() / static_cast<std::size_t>(stored.shape[0]);
            QCOMPARE(own.size(), size);
            for (std::size_t i = 0; i < size; ++i) {
                const double expected = stored.values[batch * size + i];
                if (own[i] == stored.values[batch * size + i]) // minus infinity, too
                    continue;
                const double d = std::abs(own[i] - expected);
                QVERIFY2(d < tolerance,
                    (name + " differs by " + std::to_string(d) + " of " + std::to_string(expected)).c_str());
                farthest = std::max(farthest, d);
            }
            ++checked;
        };
        const auto flat = [](const Matrix& m) {
            return std::vector<float>(m.values().begin(), m.values().end());
        };
        for (const auto& [name, site] : points) {
            std::vector<float> own;
            if (name == "q" || name == "k" || name == "v") { // stored by head
                for (int h = 0; h < 3; ++h) {
                    const auto head = flat(run.at({site.point, site.layer, Head(h)}));
                    own.insert(own.end(), head.begin(), head.end());
                }
            } else {
                own = flat(run.at(site));
            }
            compare(name, own, 5e-5, b);
        }
        compare("pos_emb", flat(run.at({Point::PosEmbed, {}, {}})), 5e-5, 0);
        // The norms are stored behind gain and bias; q, k and v together as qkv.
        for (const auto& [name, site, weights] :
            {std::tuple {"ln1", layer0(Point::Ln1Normalized), "blocks.0.ln1"},
                std::tuple {"ln2", layer0(Point::Ln2Normalized), "blocks.0.ln2"},
                std::tuple {"ln_f", Site {Point::LnFinalNormalized, {}, {}}, "ln_final"}}) {
            auto own = flat(run.at(site));
            const Matrix gain = model->weight(std::string(weights) + ".w");
            const Matrix bias = model->weight(std::string(weights) + ".b");
            for (std::size_t i = 0; i < own.size(); ++i)
                own[i] = own[i] * gain(0, i % 48) + bias(0, i % 48);
            compare(name, own, 5e-5, b);
        }
        std::vector<float> qkv, probabilities;
        const Matrix logits = run.at(logitsSite);
        for (std::size_t t = 0; t < 11; ++t) {
            for (const Point p : {Point::Q, Point::K, Point::V}) {
                const auto row = run.at(layer0(p)).row(t);
                qkv.insert(qkv.end(), row.begin(), row.end());
            }
            double sum = 0;
            for (const float x : logits.row(t))
                sum += std::exp(static_cast<double>(x));
            for (const float x : logits.row(t))
                probabilities.push_back(static_cast<float>(std::exp(static_cast<double>(x)) / sum));
        }
        compare("qkv", qkv, 5e-5, b);
        compare("probs", probabilities, 5e-5, b);
    }
    QCOMPARE(checked, 3 * (partials.size() - 2)); // all but the configuration and the ids
    qInfo("%zu stored tensors, farthest %.2g", checked, farthest);
}

void TestKnown::inductionHeads()
{
    if (!fs::exists(shared / "induction-2l"))
        QSKIP("The folder of shared data with induction-2l is not here.");
    const auto model = openModel(shared / "induction-2l");
    const Architecture& a = model->architecture();
    QCOMPARE(a.layers, 2);
    QCOMPARE(a.context, 8);
    QVERIFY(a.attentionOnly());
    QVERIFY(model->info().unused.empty());
    AtlasOptions options;
    options.repeated = 4;
    options.sequences = 64;
    const HeadScores scores = headAtlas(*model, options);
    const float previous = scores.of(HeadScore::Previous)(0, 0);
    const float induction = scores.of(HeadScore::Induction)(1, 0);
    qInfo("L0H0 previous %.4f, L1H0 induction %.4f", double(previous), double(induction));
    QVERIFY(previous >= 0.95f);
    QVERIFY(induction >= 0.8f);
}

void TestKnown::stories()
{
    const fs::path home = shared / "stories260K";
    if (!fs::exists(home))
        QSKIP("The folder of shared data with stories260K is not here.");
    const auto model = openModel(home);
    QVERIFY(model->info().unused.empty());
    std::string expected = textOf(home / "greedy-200.txt");
    GenerateRequest request;
    request.ids = model->prompt("", true).ids;
    QCOMPARE(request.ids, std::vector<TokenId> {1});
    request.count = 200;
    const auto text = [&](const Generation& g) {
        std::vector<TokenId> ids = request.ids;
        for (const auto& step : g.steps)
            ids.push_back(step.id);
        return model->tokenizer()->decode(ids);
    };
    const auto cached = model->generate({request})[0];
    const auto batch = model->generate({request, request, request});
    request.cache = false;
    const auto uncached = model->generate({request})[0];
    while (expected.ends_with('\n') && !text(cached).ends_with('\n'))
        expected.pop_back();
    QCOMPARE(text(cached), expected);
    QCOMPARE(text(uncached), expected);
    for (const auto& one : batch)
        QCOMPARE(text(one), expected);
    double off = 0;
    for (std::size_t i = 0; i < cached.steps.size(); ++i)
        off = std::max(off,
            std::abs(cached.steps[i].logProbability - uncached.steps[i].logProbability));
    qInfo("%zu steps, cached against uncached: farthest %.2g", cached.steps.size(), off);
    QVERIFY(off < 1e-4);
}

void TestKnown::babyLlama()
{
    if (!fs::exists(shared / "babyllama105"))
        QSKIP("The folder of shared data with babyllama105 is not here.");
    const auto model = openModel(shared / "babyllama105");
    GenerateRequest request;
    request.ids = model->prompt("Once upon a time", true).ids;
    request.count = 100;
    std::vector<TokenId> ids;
    const auto generated = model->generate({request});
    for (const auto& step : generated[0].steps)
        ids.push_back(step.id);
    const auto text = model->tokenizer()->decode(ids);
    qInfo("%s", text.c_str());
    QVERIFY(text.find(" the ") != std::string::npos);
    QVERIFY(text.find("was") != std::string::npos);
}

void TestKnown::wiredInduction()
{
    const auto model = openModel(fs::path(MICROTOME_SOURCE) / "data/models/induction");
    const auto prompt = model->prompt("Clara bought lemon and David found anchor and Clara");
    const Trace run = model->run(requestOf(prompt.ids, {logitsSite}));
    const Matrix logits = run.at(logitsSite);
    const auto row = logits.row(logits.rows() - 1);
    const auto best = std::max_element(row.begin(), row.end()) - row.begin();
    const TokenId id = static_cast<TokenId>(best);
    QCOMPARE(model->tokenizer()->decode(std::vector<TokenId> {id}), std::string("bought"));
    double sum = 0;
    for (const float x : row)
        sum += std::exp(static_cast<double>(x) - row[static_cast<std::size_t>(best)]);
    QVERIFY(std::abs(1 / sum - 0.995) < 0.001);
}

QTEST_GUILESS_MAIN(TestKnown)
#include "tst_known.moc"
