#include "core/model/editfile.h"
#include "core/model/safetensors.h"
#include "tests/fakemodel.h"

#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

using namespace microtome;

namespace {

const std::string goldenFolder = std::string(MICROTOME_SOURCE) + "/tests/nn/golden/";

Architecture readArchitecture(const std::string& folder)
{
    const auto c = nlohmann::json::parse(std::ifstream(folder + "/config.json"));
    Architecture a;
    a.family = "transformer_lens";
    a.layers = c["n_layers"];
    a.heads = c["n_heads"];
    a.kvHeads = c["n_key_value_heads"].is_null() ? a.heads : c["n_key_value_heads"].get<int>();
    a.dModel = c["d_model"];
    a.dHead = c["d_head"];
    a.dMlp = c["attn_only"] ? 0 : c["d_mlp"].get<int>();
    a.vocabulary = c["d_vocab"];
    a.vocabularyOut = c["d_vocab_out"];
    a.context = c["n_ctx"];
    const auto norm = c["normalization_type"];
    a.norm = norm.is_null() ? Norm::None : norm == "RMS" ? Norm::RmsNorm : Norm::LayerNorm;
    a.finalNorm = !norm.is_null();
    a.normEpsilon = c["eps"];
    if (c["positional_embedding_type"] == "rotary") {
        a.positions = Positions::Rotary;
        a.rotaryDims = c["rotary_dim"];
        a.ropeTheta = c["rotary_base"];
    }
    const auto act = c["act_fn"];
    a.activation = act == "silu" ? Activation::Silu
        : act == "relu"          ? Activation::Relu
                                 : Activation::GeluTanh;
    a.gatedMlp = c["gated_mlp"];
    a.attentionScale = c["use_attn_scale"] ? 1 / std::sqrt(a.dHead) : 1;
    return a;
}

FakeWeights readWeights(const std::string& folder)
{
    const auto file = SafeTensors::open(folder + "/model.safetensors");
    FakeWeights weights;
    for (const auto& [name, entry] : file->entries()) {
        if (name.ends_with(".mask") || name.ends_with(".IGNORE"))
            continue;
        std::string plain = name; // grouped queries: _W_K, _b_V
        if (const auto at = plain.find("attn._"); at != std::string::npos)
            plain.erase(at + 5, 1);
        weights[plain] = {entry.shape, file->matrix(name)};
    }
    return weights;
}

/// A map with zeros above the diagonal: autograd gives masked cells of a pattern a derivative,
/// although no edit can change them.
Matrix unmasked(const Matrix& m, bool square)
{
    std::vector<float> values(m.values().begin(), m.values().end());
    for (std::size_t i = 0; square && i < values.size(); ++i)
        if (i % m.columns() > i / m.columns() % m.columns())
            values[i] = 0;
    return {m.rows(), m.columns(), std::move(values)};
}

double difference(const Matrix& a, const Matrix& b)
{
    if (a.size() != b.size())
        return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a.values()[i] != b.values()[i]) // -inf at masked scores
            largest = std::max(largest,
                std::abs(static_cast<double>(a.values()[i]) - static_cast<double>(b.values()[i])));
    return largest;
}

} // namespace

/// The reference decoder against TransformerLens's own numbers.
class TestFakeGolden : public QObject {
    Q_OBJECT

private slots:
    void againstTransformerLens_data()
    {
        QTest::addColumn<QString>("network");
        for (const char* name : {"tl-attn-only", "tl-ln", "tl-lnpre", "tl-rms-gated"})
            QTest::newRow(name) << name;
    }

    void againstTransformerLens()
    {
        QFETCH(QString, network);
        const std::string folder = goldenFolder + network.toStdString();
        FakeModel model(readArchitecture(folder), readWeights(folder));
        const auto golden = SafeTensors::open(folder + "/golden.safetensors");
        const auto tokens = [&](const std::string& prompt) {
            const Matrix m = golden->matrix(prompt + "/tokens");
            return std::vector<TokenId>(m.values().begin(), m.values().end());
        };
        const Site logits{Point::Logits, {}, {}};
        std::size_t points = 0;
        for (const auto& [name, entry] : golden->entries()) {
            const std::string prompt = name.substr(0, 1);
            if (name.substr(1, 1) != "/" || name.ends_with("/tokens"))
                continue;
            const auto site = Site::parse(name.substr(2));
            if (!site)
                continue;
            const Trace trace = model.run(RunRequest{tokens(prompt), {*site}, {}, {}, false, {}});
            const double d = difference(trace.at(*site), golden->matrix(name));
            QVERIFY2(d < 2e-5, (name + " " + std::to_string(d)).c_str());
            ++points;
        }
        QVERIFY(points > 40);

        const auto load = [&](const std::string& reference) {
            return golden->matrix(reference.substr(reference.find('#') + 1));
        };
        const auto cases = nlohmann::json::parse(std::ifstream(folder + "/edits.json"))["cases"];
        for (const auto& entry : cases) {
            const std::string name = entry["name"];
            const std::string prompt = entry["prompt"];
            const Edits edits = readEdits(entry.dump(), load);
            const double d = difference(
                model.run(RunRequest{tokens(prompt), {logits}, edits, {}, false, {}}).at(logits),
                golden->matrix(prompt + "/edit/" + name));
            QVERIFY2(d < 2e-5, (name + " " + std::to_string(d)).c_str());
        }
        QVERIFY(cases.size() > 20);
    }

    /// Finite differences against autograd, at every point of the attention-only network.
    void gradients()
    {
        const std::string folder = goldenFolder + "tl-attn-only";
        FakeModel model(readArchitecture(folder), readWeights(folder));
        const auto golden = SafeTensors::open(folder + "/golden.safetensors");
        const Matrix tokens = golden->matrix("a/tokens");
        const Matrix pair = golden->matrix("a/grad/ids");
        GradientRequest request;
        request.ids.assign(tokens.values().begin(), tokens.values().end());
        request.metric.answers = {static_cast<TokenId>(pair.values()[0])};
        request.metric.wrongs = {static_cast<TokenId>(pair.values()[1])};
        std::size_t points = 0;
        for (const auto& [name, entry] : golden->entries()) {
            const auto site
                = name.starts_with("a/grad/") ? Site::parse(name.substr(7)) : std::nullopt;
            if (!site)
                continue;
            request.at = {*site};
            const Gradient g = model.gradient(request);
            const bool square = site->point == Point::Pattern;
            const double d = difference(unmasked(g.gradients.values.at(*site), square),
                unmasked(golden->matrix(name), square));
            QVERIFY2(d < 2e-5, (name + " " + std::to_string(d)).c_str());
            ++points;
        }
        QVERIFY(points > 10);
    }
};

QTEST_GUILESS_MAIN(TestFakeGolden)
#include "tst_fakegolden.moc"
