#include "core/features/load/open.h"
#include "core/features/save/dictionaryrecord.h"
#include "core/features/save/saelens.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>

using namespace microtome;
using nlohmann::json;

namespace {

std::mt19937& random()
{
    static thread_local std::mt19937 generator(7);
    return generator;
}

std::vector<float> drawn(std::size_t count, float shift = 0)
{
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random()) + shift;
    return values;
}

constexpr std::size_t dIn = 5;
constexpr std::size_t n = 9;

SparseCoder coderOf(CoderActivation activation, std::size_t dOut, bool skip)
{
    SparseCoder coder;
    CoderInput input;
    CoderOutput output;
    const bool transcoder = skip || dOut != dIn;
    input.point = "blocks.1.hook_resid_post";
    output.point = transcoder ? "blocks.1.hook_mlp_out" : input.point;
    input.encoder = Matrix(n, dIn, drawn(n * dIn));
    output.decoder = Matrix(n, dOut, drawn(n * dOut));
    output.bias = drawn(dOut);
    if (!transcoder)
        input.subtracted = output.bias;
    if (skip)
        output.skip = Matrix(dIn, dOut, drawn(dIn * dOut));
    if (!std::holds_alternative<GatedActivation>(activation))
        coder.bias = drawn(n);
    coder.inputs.push_back(std::move(input));
    coder.outputs.push_back(std::move(output));
    coder.activation = std::move(activation);
    coder.declared.model = "town-gpt";
    coder.declared.dataset = "train.txt";
    coder.declared.context = 64;
    coder.declared.prependBos = false;
    coder.declared.other["exclude_special_tokens"] = "[0,2]";
    return coder;
}

} // namespace

/// What is written in SAELens's form is read back as the same dictionary.
class TestSaveSaeLens : public QObject {
    Q_OBJECT

private slots:
    void roundTrip_data();
    void roundTrip();
    void halfPrecision();
    void frequencies();
    void refuses();
    void record();

private:
    std::filesystem::path place(const char* name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }

    QTemporaryDir m_folder;
};

void TestSaveSaeLens::roundTrip_data()
{
    QTest::addColumn<QString>("architecture");
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("width");
    QTest::addColumn<bool>("skip");
    QTest::newRow("standard") << "standard" << 0 << 5 << false;
    QTest::newRow("topk") << "topk" << 1 << 5 << false;
    QTest::newRow("jumprelu") << "jumprelu" << 2 << 5 << false;
    QTest::newRow("gated") << "gated" << 3 << 5 << false;
    QTest::newRow("transcoder") << "transcoder" << 0 << 4 << false;
    QTest::newRow("skip_transcoder") << "skip_transcoder" << 0 << 4 << true;
    QTest::newRow("jumprelu_transcoder") << "jumprelu_transcoder" << 2 << 4 << false;
    QTest::newRow("jumprelu_skip_transcoder") << "jumprelu_skip_transcoder" << 2 << 5 << true;
}

void TestSaveSaeLens::roundTrip()
{
    QFETCH(QString, architecture);
    QFETCH(int, kind);
    QFETCH(int, width);
    QFETCH(bool, skip);
    const std::vector<CoderActivation> activations{ReluActivation{},
        TopKActivation{3, false, false}, JumpReluActivation{drawn(n, 1)},
        GatedActivation{drawn(n), drawn(n), drawn(n)}};
    const SparseCoder coder = coderOf(
        activations[static_cast<std::size_t>(kind)], static_cast<std::size_t>(width), skip);
    const auto folder = place(QTest::currentDataTag());
    saveSaeLens(coder, folder, {}, {{"training_tokens", 12}});

    const json config = json::parse(std::ifstream(folder / "cfg.json"));
    QVERIFY(config.at("architecture") == json(architecture.toStdString()));
    QVERIFY(config.at("metadata").at("training_tokens") == json(12));
    QVERIFY(config.at("metadata").at("hook_name") == json("blocks.1.hook_resid_post"));
    const SparseCoder read = openCoder(folder);
    QCOMPARE(read.declared.format, std::string("SAELens 6"));
    QCOMPARE(read.declared.architecture, architecture.toStdString());
    QVERIFY2(read.declared.notes.empty(),
        read.declared.notes.empty() ? "" : read.declared.notes.front().c_str());
    QCOMPARE(read.declared.model, coder.declared.model);
    QCOMPARE(read.declared.context, coder.declared.context);
    QCOMPARE(read.declared.other.at("exclude_special_tokens"), std::string("[0,2]"));
    QCOMPARE(read.declared.prependBos, coder.declared.prependBos);
    QCOMPARE(read.inputs.front().point, coder.inputs.front().point);
    QCOMPARE(read.outputs.front().point, coder.outputs.front().point);
    const std::vector<Matrix> x{Matrix(20, dIn, drawn(20 * dIn))};
    const Matrix f = encode(coder, x);
    QVERIFY(encode(read, x) == f);
    QVERIFY(decode(read, f, x).front() == decode(coder, f, x).front());
}

/// Half precision has 11 bits: each number is off by 2^-11 of itself at most.
void TestSaveSaeLens::halfPrecision()
{
    const SparseCoder coder = coderOf(JumpReluActivation{drawn(n, 1)}, dIn, false);
    saveSaeLens(coder, place("half"), {}, {}, SaeLensMatrices::Float16);
    const SparseCoder read = openCoder(place("half"));
    QVERIFY(read.bias == coder.bias && read.outputs.front().bias == coder.outputs.front().bias);
    const auto nearly = [](const Matrix& a, const Matrix& b) {
        return std::ranges::equal(a.values(), b.values(),
            [](float x, float y) { return std::abs(x - y) <= std::abs(y) / 2048 + 1e-7F; });
    };
    const Matrix& encoder = coder.inputs.front().encoder;
    QVERIFY(nearly(read.inputs.front().encoder, encoder));
    QVERIFY(!(read.inputs.front().encoder == encoder));
    QVERIFY(nearly(read.outputs.front().decoder, coder.outputs.front().decoder));
}

void TestSaveSaeLens::frequencies()
{
    const std::vector<double> shares{0.5, 0, 0.25, 1, 0, 0, 0, 0, 0.125};
    saveSaeLens(coderOf(ReluActivation{}, dIn, false), place("frequencies"), shares, {});
    const SparseCoder read = openCoder(place("frequencies"));
    QVERIFY(read.declared.l0 && std::abs(*read.declared.l0 - 1.875) < 1e-5);
}

void TestSaveSaeLens::refuses()
{
    const auto refused = [&](const SparseCoder& coder) {
        try {
            saveSaeLens(coder, place("refused"), {}, {});
        } catch (const Error& error) {
            return std::string(error.what()).ends_with(".")
                && !std::filesystem::exists(place("refused") / "cfg.json");
        }
        return false;
    };
    QVERIFY(refused(coderOf(TopKActivation{3, false, true}, dIn, false)));
    QVERIFY(refused(coderOf(TopKActivation{3, false, false}, 4, false)));
    QVERIFY(refused(coderOf(GatedActivation{drawn(n), drawn(n), drawn(n)}, 4, false)));
    SparseCoder scaled = coderOf(ReluActivation{}, dIn, false);
    scaled.inputs.front().norm.kind = InputNorm::Kind::Scale;
    QVERIFY(refused(scaled));
    SparseCoder shifted = coderOf(ReluActivation{}, dIn, false);
    shifted.inputs.front().subtracted = drawn(dIn);
    QVERIFY(refused(shifted));
    SparseCoder two = coderOf(ReluActivation{}, dIn, false);
    two.outputs.push_back(two.outputs.front());
    QVERIFY(refused(two));
    SparseCoder broken = coderOf(ReluActivation{}, dIn, false);
    broken.bias.front() = NAN;
    QVERIFY(refused(broken));
}

void TestSaveSaeLens::record()
{
    DictionaryRecord record;
    record.architecture = "jumprelu";
    record.model = "town-gpt";
    record.hook = record.hookOut = "blocks.1.hook_resid_post";
    record.dIn = record.dOut = 64;
    record.latents = 512;
    record.inputScale = 0.25;
    record.threshold = 1.5;
    record.steps = 10;
    record.tokens = 2560;
    record.curve = {{0, 0, 3.5, 1, 0, 0, 1e-4}, {10, 2560, 1.25, 0.5, 31.5, 0.125, 0}};
    record.ce = {2, 2.25, 4};
    record.engine = "libtorch";
    record.recipe = "{\"kind\": \"batchtopk\"}";
    const DictionaryRecord read = DictionaryRecord::fromJson(record.toJson());
    QCOMPARE(read.toJson(), record.toJson());
    QCOMPARE(read.ce->recovered(), 0.875);
    QCOMPARE(read.curve.back().l0, 31.5);
    QVERIFY(!DictionaryRecord::beside(m_folder.path().toStdString()));
    QVERIFY_EXCEPTION_THROWN(DictionaryRecord::fromJson("{"), Error);
    QVERIFY_EXCEPTION_THROWN(DictionaryRecord::fromJson("{\"version\": 1}"), Error);
    QVERIFY_EXCEPTION_THROWN(DictionaryRecord::fromJson("{\"version\": 99}"), Error);
}

QTEST_GUILESS_MAIN(TestSaveSaeLens)
#include "tst_savesaelens.moc"
