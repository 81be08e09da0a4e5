#include "core/features/load/coderparts.h"
#include "core/features/load/open.h"
#include "core/model/safetensors.h"
#include "core/work/error.h"
#include "tests/core/features/load/coderfiles.h"

#include <QtTest>

using namespace microtome;

namespace {

/// "0.x0", "0.x1", ... as far as they go
std::vector<Matrix> numbered(const SafeTensors& file, const std::string& prefix)
{
    std::vector<Matrix> all;
    while (file.entries().count(prefix + std::to_string(all.size())) > 0)
        all.push_back(file.matrix(prefix + std::to_string(all.size())));
    return all;
}

struct Expected {
    std::vector<Matrix> x;
    Matrix f;
    std::vector<Matrix> y;
};

Expected expectedOf(const GoldenCoder& golden, std::size_t part)
{
    const auto file = SafeTensors::open(golden.expected);
    const std::string prefix = std::to_string(part) + ".";
    return {
        numbered(*file, prefix + "x"), file->matrix(prefix + "f"), numbered(*file, prefix + "y")};
}

/// How far latents or outputs are from what is expected, whichever is farther.
float error(const SparseCoder& coder, const Expected& expected)
{
    const Matrix f = encode(coder, expected.x);
    float most = farthest(f, expected.f);
    const auto y = decode(coder, f, expected.x);
    if (y.size() != expected.y.size())
        return 3e30F;
    for (std::size_t i = 0; i < y.size(); ++i)
        most = std::max(most, farthest(y[i], expected.y[i]));
    return most;
}

Matrix readTheOtherWay(const Matrix& matrix)
{
    std::vector<float> values;
    for (std::size_t i = 0; i < matrix.rows(); ++i)
        for (std::size_t j = 0; j < matrix.columns(); ++j) {
            const std::size_t at = j * matrix.rows() + i; // as if stored [d, n]
            values.push_back(matrix.values()[at]);
        }
    return {matrix.rows(), matrix.columns(), std::move(values)};
}

} // namespace

/// Dictionaries in the formats of others: latents and outputs as the originals compute them, to
/// 1e-5, and clearly others by each convention that is easily taken for the right one.
class TestCoderFiles : public QObject {
    Q_OBJECT

private slots:
    void goldens_data();
    void goldens();
    void formatsAreTold_data();
    void formatsAreTold();
    void aFileOfTheSetOpensItsPart();
    void aSetIsNotOpenedAsOne();
    void wrongConventions_data();
    void wrongConventions();
    void sumOfCrossLayerParts();
};

void TestCoderFiles::goldens_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("part");
    std::size_t count = 0;
    for (const GoldenCoder& golden : goldenCoders()) {
        const auto file = SafeTensors::open(golden.expected);
        for (int part = 0; file->entries().count(std::to_string(part) + ".f") > 0; ++part, ++count)
            QTest::addRow("%s %d", golden.name.c_str(), part)
                << QString::fromStdString(golden.name) << part;
    }
    QCOMPARE(count, std::size_t(52));
}

void TestCoderFiles::goldens()
{
    QFETCH(QString, name);
    QFETCH(int, part);
    const GoldenCoder golden = goldenCoder(name.toStdString());
    const auto index = static_cast<std::size_t>(part);
    const float off = error(openedCoder(golden.path, index), expectedOf(golden, index));
    QVERIFY2(off <= 1e-5F, qPrintable(QString::number(off)));
}

void TestCoderFiles::formatsAreTold_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("format");
    const std::pair<const char*, const char*> formats[] = {{"sparsify-topk", "sparsify"},
        {"sparsify-run", "sparsify"}, {"dl-gated", "dictionary_learning"},
        {"dl-crosscoder", "dictionary_learning"}, {"openai-topk", "OpenAI sparse_autoencoder"},
        {"linear-pair", "encoder_linear and decoder_linear"},
        {"model-diff", "crosscoder of models"}, {"hook-z", "weights with _cfg.json"},
        {"llama-scope", "Llama Scope"}, {"gemma-plain", "Gemma Scope"},
        {"gemma2-transcoder", "Gemma Scope 2"}, {"plt-mwhanna", "circuit-tracer transcoder"},
        {"clt-mntss", "circuit-tracer cross-layer transcoder"},
        {"clt-gemma2", "Gemma Scope 2 cross-layer transcoder"},
        {"llamascopium-glu", "llamascopium"}, {"llamascopium-clt", "llamascopium"},
        {"codebook-groups", "codebook-features"}};
    for (const auto& [name, format] : formats)
        QTest::newRow(name) << QString(name) << QString(format);
}

void TestCoderFiles::formatsAreTold()
{
    QFETCH(QString, name);
    QFETCH(QString, format);
    const SparseCoder coder = openedCoder(goldenCoder(name.toStdString()).path);
    QCOMPARE(QString::fromStdString(coder.declared.format), format);

    // under any name of the folder, and only one format knows it
    CoderCopy copy(name.toStdString());
    const auto renamed = copy.folder().parent_path() / "something";
    std::filesystem::rename(copy.folder(), renamed);
    const CoderFolder folder(renamed);
    int known = 0;
    for (const CoderFormat& one : coderFormats())
        known += one.recognises(folder) ? 1 : 0;
    QCOMPARE(known, 1);
}

void TestCoderFiles::aFileOfTheSetOpensItsPart()
{
    const auto part
        = [](const char* name, const char* file) { return openCoder(coderFile(name) / file); };
    QCOMPARE(part("plt-jumprelu-skip", "layer_1.safetensors").inputs.front().point,
        "blocks.1.ln2.hook_normalized");
    QCOMPARE(part("clt-mntss", "W_enc_1.safetensors").outputs.size(), std::size_t(2));
    QCOMPARE(part("clt-gemma2", "layer_2.safetensors").outputs.size(), std::size_t(1));
    QCOMPARE(
        part("sparsify-run/layers.1.mlp", "sae.safetensors").inputs.front().point, "layers.1.mlp");
}

void TestCoderFiles::aSetIsNotOpenedAsOne()
{
    for (const char* name : {"plt-jumprelu-skip", "clt-mntss", "clt-gemma2", "llamascopium-clt",
             "llamascopium-crosscoder-jumprelu", "sparsify-run"}) {
        QVERIFY(coderParts(coderFile(name)).size() > 1);
        try {
            openCoder(coderFile(name));
            QFAIL(name);
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find("opened one at a time") != std::string::npos,
                error.what());
        }
    }
    QVERIFY(coderParts(coderFile("dl-topk")).empty());
    QCOMPARE(openCoder(coderFile("codebook-inner")).latents(), std::size_t(5));
    QVERIFY_EXCEPTION_THROWN(openCoderPart(coderFile("clt-mntss"), "layer_9"), Error);
    QVERIFY_EXCEPTION_THROWN(openCoderPart(coderFile("dl-topk"), "ae.pt"), Error);
}

void TestCoderFiles::wrongConventions_data()
{
    using Change = std::function<void(SparseCoder&)>;
    QTest::addColumn<QString>("name");
    QTest::addColumn<Change>("change");
    const auto add = [](const char* row, const char* name, const Change& change) {
        QTest::newRow(row) << QString(name) << change;
    };
    const Change noBias = [](SparseCoder& c) { c.inputs.front().subtracted.clear(); };
    const Change bias
        = [](SparseCoder& c) { c.inputs.front().subtracted = c.outputs.front().bias; };
    const Change noNorm = [](SparseCoder& c) { c.inputs.front().norm = {}; };
    const Change notBack = [](SparseCoder& c) { c.outputs.front().scaledBack = false; };
    const Change turned = [](SparseCoder& c) {
        c.outputs.front().decoder = readTheOtherWay(c.outputs.front().decoder);
    };
    const Change relu = [](SparseCoder& c) { c.activation = ReluActivation{}; };
    const Change turnedSkip
        = [](SparseCoder& c) { c.outputs.front().skip = readTheOtherWay(c.outputs.front().skip); };
    for (const char* name : {"sparsify-topk", "dl-standard", "dl-topk", "dl-gated", "dl-matryoshka",
             "openai-topk", "openai-relu", "hook-z"})
        add(qPrintable(QString("%1 without its bias").arg(name)), name, noBias);
    for (const char* name : {"sparsify-skip", "dl-jumprelu", "linear-pair", "llama-scope",
             "gemma-plain", "plt-mwhanna", "llamascopium-jumprelu"})
        add(qPrintable(QString("%1 with b_dec subtracted").arg(name)), name, bias);
    for (const char* name : {"openai-topk", "llama-scope", "llamascopium-jumprelu",
             "llamascopium-token", "dl-checkpoint", "codebook-euclidean"})
        add(qPrintable(QString("%1 without its norm").arg(name)), name, noNorm);
    for (const char* name : {"openai-topk", "llamascopium-token", "dl-checkpoint"})
        add(qPrintable(QString("%1 not scaled back").arg(name)), name, notBack);
    for (const char* name : {"sparsify-topk", "dl-topk", "gemma-plain", "plt-mwhanna",
             "llama-scope", "openai-relu", "linear-pair"})
        add(qPrintable(QString("%1 with its decoder turned").arg(name)), name, turned);
    for (const char* name : {"sparsify-topk", "sparsify-groupmax", "dl-batchtopk", "openai-topk",
             "llama-scope", "llamascopium-topk"})
        add(qPrintable(QString("%1 as ReLU").arg(name)), name, relu);
    for (const char* name : {"sparsify-skip", "gemma2-transcoder", "plt-jumprelu-skip"})
        add(qPrintable(QString("%1 with its skip turned").arg(name)), name, turnedSkip);
    add("llama-scope with its threshold not scaled", "llama-scope", [](SparseCoder& c) {
        auto& theta = std::get<JumpReluActivation>(c.activation).theta;
        theta.assign(theta.size(), 0.6F);
    });
    add("embeddings not scaled", "gemma-scope-2b-pt-res-embedding", [](SparseCoder& c) {
        auto& matrix = c.inputs.front().encoder;
        std::vector<float> values(matrix.values().begin(), matrix.values().end());
        for (float& value : values)
            value *= 2.4494897F;
        matrix = Matrix(matrix.rows(), matrix.columns(), std::move(values));
    });
}

void TestCoderFiles::wrongConventions()
{
    using Change = std::function<void(SparseCoder&)>;
    QFETCH(QString, name);
    QFETCH(Change, change);
    const GoldenCoder golden = goldenCoder(name.toStdString());
    SparseCoder coder = openedCoder(golden.path);
    change(coder);
    check(coder);
    const float off = error(coder, expectedOf(golden, 0));
    QVERIFY2(off > 0.05F, qPrintable(QString::number(off)));
}

/// What the parts of a cross-layer transcoder write to its last layer, added up, with that layer's
/// bias once.
void TestCoderFiles::sumOfCrossLayerParts()
{
    const auto path = coderFile("clt-mntss");
    const auto golden = goldenCoder("clt-mntss");
    std::size_t biases = 0;
    for (std::size_t part = 0; part < 3; ++part) {
        const SparseCoder coder = openedCoder(path, part);
        QCOMPARE(coder.outputs.size(), 3 - part);
        QCOMPARE(coder.outputs.back().point, "blocks.2.hook_mlp_out");
        QVERIFY(hasNote(coder, "sum of what all parts"));
        biases += coder.outputs.back().bias.empty() ? 0 : 1;
    }
    QCOMPARE(biases, std::size_t(1));
}

QTEST_GUILESS_MAIN(TestCoderFiles)
#include "tst_coderfiles.moc"
