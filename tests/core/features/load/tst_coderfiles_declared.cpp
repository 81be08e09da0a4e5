#include "core/features/load/coderparts.h"
#include "core/features/load/gemmahints.h"
#include "core/features/load/open.h"
#include "core/features/load/yamllines.h"
#include "core/work/error.h"
#include "tests/core/features/load/coderfiles.h"

#include <QtTest>

using namespace microtome;

namespace {

SparseCoder opened(const char* name, std::size_t part = 0)
{
    return openedCoder(goldenCoder(name).path, part);
}

} // namespace

/// What a person is told of dictionaries in the formats of others: where they read and write, what
/// was done to their numbers, and what their files leave open.
class TestCoderFilesDeclared : public QObject {
    Q_OBJECT

private slots:
    void places();
    void gemmaIsNotGuessed();
    void hintsOfFolders();
    void notesOfConversions();
    void scaleThatIsMissing();
    void shapesThatDoNotTell();
    void axesThatDiffer();
    void topKWithoutDescription();
    void otherKindsOfOneLibrary();
    void filesThatAreListed_data();
    void filesThatAreListed();
    void normsOfParts();
    void yamlLines();
};

void TestCoderFilesDeclared::places()
{
    const SparseCoder skip = opened("sparsify-skip");
    QCOMPARE(skip.inputs.front().point, "sparsify-skip.input");
    QCOMPARE(skip.outputs.front().point, "sparsify-skip");
    QCOMPARE(opened("sparsify-run", 1).declared.model, "EleutherAI/pythia-70m");
    QCOMPARE(opened("sparsify-run", 1).declared.dataset, "pile");
    QCOMPARE(opened("dl-topk").inputs.front().point, "resid_post_layer_3");
    QCOMPARE(opened("dl-checkpoint").declared.architecture, "AutoEncoderTopK");
    QCOMPARE(opened("llama-scope-transcoder").outputs.front().point, "blocks.3.hook_mlp_out");
    QVERIFY(opened("hook-z").declared.headsJoined);
    QCOMPARE(opened("gemma2-transcoder").declared.l0, std::optional(20.0));
    QCOMPARE(opened("gemma2-transcoder").declared.model, "google/gemma-3-1b-pt");
    const SparseCoder mwhanna = opened("plt-mwhanna", 1);
    QCOMPARE(mwhanna.inputs.front().point, "blocks.1.mlp.hook_in");
    QCOMPARE(mwhanna.declared.model, "Qwen/Qwen3-0.6B");
    QVERIFY(hasNote(mwhanna, "norms not folded"));
    QCOMPARE(opened("model-diff").inputs.back().point, "blocks.14.hook_resid_pre of model 2");
    QCOMPARE(opened("llamascopium-clt", 1).outputs.back().point, "blocks.2.mlp");
    QCOMPARE(opened("codebook-groups").inputs.front().point,
        "base_model.transformer.h.3.mlp.codebook_layer");
}

void TestCoderFilesDeclared::gemmaIsNotGuessed()
{
    const SparseCoder told = opened("gemma-scope-2b-pt-res");
    QCOMPARE(told.inputs.front().point, "blocks.20.hook_resid_post");
    QCOMPARE(told.declared.l0, std::optional(71.0));
    QVERIFY(hasNote(told, "names of its folders"));
    const SparseCoder untold = opened("gemma-plain");
    QVERIFY(untold.inputs.front().point.empty() && untold.outputs.front().point.empty());
    QVERIFY(hasNote(untold, "say where it reads and writes"));
}

void TestCoderFilesDeclared::hintsOfFolders()
{
    using Kind = GemmaHints::Kind;
    const auto kind = [](const char* path) { return gemmaHints(path).kind; };
    QCOMPARE(int(kind("/x/gemma-scope-2b-pt-att/layer_3")), int(Kind::Attention));
    QCOMPARE(int(kind("/x/gemma-scope-9b-pt-mlp-canonical/layer_3")), int(Kind::Mlp));
    QCOMPARE(int(kind("/x/gemma-scope-2b-pt-transcoders/layer_3")), int(Kind::Transcoder));
    QCOMPARE(int(kind("/x/gemma-scope-2b-pt-res/embedding")), int(Kind::Embedding));
    QCOMPARE(int(kind("/res/mlp-att/transcoders")), int(Kind::Unknown));
    const auto transcoder = gemmaHints("/x/gemma-scope-2b-pt-transcoders/layer_3/width_16k");
    QCOMPARE(transcoder.reads(), "blocks.3.ln2.hook_normalized");
    QCOMPARE(transcoder.writes(), "blocks.3.hook_mlp_out");
    QVERIFY(transcoder.note().find("before its gain") != std::string::npos);
    QVERIFY(!gemmaHints("/x/layer_x/layer_-1/layer_").layer);
}

void TestCoderFilesDeclared::notesOfConversions()
{
    QVERIFY(hasNote(opened("gemma-scaled"), "scaling_factor was multiplied"));
    QVERIFY(hasNote(opened("gemma-scope-2b-pt-res-embedding"), "sqrt(d)"));
    QVERIFY(hasNote(opened("gemma2-transcoder"), "x A^T"));
    QVERIFY(hasNote(opened("dl-standard"), "norm 1"));
    QVERIFY(hasNote(opened("dl-batchtopk"), "stored threshold"));
    QVERIFY(hasNote(opened("dl-checkpoint"), "norm_factor"));
    QVERIFY(hasNote(opened("llama-scope"), "threshold with them"));
    QVERIFY(hasNote(opened("llamascopium-jumprelu"), "divided by it"));
    QVERIFY(hasNote(opened("llamascopium-topk"), "multiplied into them"));
    QVERIFY(hasNote(opened("linear-pair"), "not taken from what it reads"));
    QVERIFY(hasNote(opened("plt-mwhanna"), "taken as ReLU"));
    QVERIFY(hasNote(opened("codebook-inner"), "no error term"));
}

void TestCoderFilesDeclared::scaleThatIsMissing()
{
    const SparseCoder models = opened("model-diff");
    QVERIFY(models.declared.scaleMissing);
    QCOMPARE(int(models.inputs.front().norm.kind), int(InputNorm::Kind::Scale));
    QVERIFY(!opened("llamascopium-jumprelu").declared.scaleMissing);

    CoderCopy copy("llamascopium-jumprelu");
    auto tensors = copy.tensors("sae_weights.safetensors");
    QCOMPARE(tensors.erase("dataset_average_activation_norm.blocks.1.hook_resid_post"), 1U);
    copy.write("sae_weights.safetensors", tensors);
    const SparseCoder unscaled = openCoder(copy.opened());
    QVERIFY(unscaled.declared.scaleMissing && unscaled.outputs.front().scaledBack);
    QCOMPARE(unscaled.inputs.front().norm.scale, 1.F);
}

/// [n, d] is the convention of circuit-tracer's files where n = d.
void TestCoderFilesDeclared::shapesThatDoNotTell()
{
    CoderCopy copy("plt-mwhanna");
    const auto square = [](std::size_t n) {
        std::vector<float> values(n * 6);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i);
        const auto bytes = std::as_bytes(std::span(values));
        return std::vector<std::byte>(bytes.begin(), bytes.end());
    };
    std::map<std::string, CoderCopy::Tensor> tensors{{"W_enc", {"F32", {6, 6}, square(6)}},
        {"W_dec", {"F32", {6, 6}, square(6)}}, {"b_enc", {"F32", {6}, square(1)}},
        {"b_dec", {"F32", {6}, square(1)}}};
    copy.write("layer_0.safetensors", tensors);
    const SparseCoder coder = openCoder(copy.folder() / "layer_0.safetensors");
    QCOMPARE(coder.inputs.front().encoder(0, 1), 1.F);
    QVERIFY(hasNote(coder, "does not tell its axes"));
}

void TestCoderFilesDeclared::axesThatDiffer()
{
    const Matrix straight = opened("plt-mwhanna").inputs.front().encoder;
    CoderCopy copy("plt-mwhanna");
    auto tensors = copy.tensors("layer_0.safetensors");
    std::vector<float> values;
    for (std::size_t j = 0; j < straight.columns(); ++j)
        for (std::size_t i = 0; i < straight.rows(); ++i)
            values.push_back(straight(i, j));
    const auto bytes = std::as_bytes(std::span(values));
    tensors["W_enc"] = {"F32", {6, 12}, {bytes.begin(), bytes.end()}};
    copy.write("layer_0.safetensors", tensors);
    const SparseCoder coder = openCoder(copy.folder() / "layer_0.safetensors");
    QVERIFY(coder.inputs.front().encoder == straight);
    QVERIFY(hasNote(coder, "[d, n] rather than [n, d]"));
}

void TestCoderFilesDeclared::topKWithoutDescription()
{
    CoderCopy copy("dl-batchtopk");
    std::filesystem::remove(copy.folder() / "config.json");
    const SparseCoder coder = openCoder(copy.opened());
    QVERIFY(std::holds_alternative<TopKActivation>(coder.activation));
    QCOMPARE(std::get<TopKActivation>(coder.activation).k, 3);
    QVERIFY(hasNote(coder, "No config.json says"));
    QVERIFY(hasNote(coder, "do not name the module"));
}

void TestCoderFilesDeclared::otherKindsOfOneLibrary()
{
    const auto said = [](const char* from, const char* to) {
        CoderCopy copy("llamascopium-topk");
        std::string config = copy.text("config.json");
        const auto at = config.find(from);
        if (at == std::string::npos)
            return std::string("the test's text is not there");
        config.replace(at, std::string(from).size(), to);
        copy.write("config.json", config);
        return refusalOf(copy.opened());
    };
    QVERIFY(said("\"sae_type\": \"sae\"", "\"sae_type\": \"lorsa\"").find("\"lorsa\"")
        != std::string::npos);
    QVERIFY(said("\"topk\"", "\"layertopk\"").find("layertopk") != std::string::npos);
    QVERIFY(
        said("\"dataset-wise\"", "\"batch-wise\"").find("norms of a batch") != std::string::npos);
    QVERIFY(said("\"topk\"", "\"batchtopk\"").empty());
}

void TestCoderFilesDeclared::filesThatAreListed_data()
{
    QTest::addColumn<QString>("list");
    QTest::newRow("paths") << QString(
        "transcoders:\n- layer_1.safetensors\n- layer_0.safetensors\n");
    QTest::newRow("addresses") << QString("transcoders:\n"
                                          "  - \"hf://o/r/layer_1.safetensors?revision=x\"\n"
                                          "  - \"hf://o/r/layer_0.safetensors\"\n");
    QTest::newRow("maps") << QString(
        "transcoders:\n"
        "  - id: a\n    layer: 1\n    filepath: layer_0.safetensors\n"
        "  - id: b\n    layer: 0\n    filepath: layer_1.safetensors\n");
}

/// A set whose config.yaml lists its files in another order than their names tell.
void TestCoderFilesDeclared::filesThatAreListed()
{
    QFETCH(QString, list);
    const std::vector<std::string> turned{"layer_1.safetensors", "layer_0.safetensors"};
    const CoderCopy copy("plt-jumprelu-skip");
    copy.write("config.yaml", copy.text("config.yaml") + list.toStdString());
    QCOMPARE(coderParts(copy.folder()), turned);
    const SparseCoder first = openedCoder(copy.folder(), 0);
    QCOMPARE(first.inputs.front().point, "blocks.0.ln2.hook_normalized");
    QVERIFY(first.inputs.front().encoder == opened("plt-jumprelu-skip", 1).inputs.front().encoder);

    copy.write("config.yaml",
        "transcoders:\n- ../layer_0.safetensors\n- /layer_1.safetensors\n"
        "- hf://\n- hf://o\n- hf://o/r\n");
    QCOMPARE(coderParts(copy.folder()), std::vector<std::string>(turned.rbegin(), turned.rend()));
}

void TestCoderFilesDeclared::normsOfParts()
{
    const auto refused = [](const std::function<void(SparseCoder&)>& change) {
        SparseCoder coder = opened("codebook-groups");
        change(coder);
        try {
            check(coder);
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    QVERIFY(refused([](SparseCoder&) {}).empty());
    QVERIFY(refused([](SparseCoder& c) { c.inputs[0].norm.groups = 4; }).find("divided evenly")
        != std::string::npos);
    QVERIFY(refused([](SparseCoder& c) { c.inputs[0].norm.groups = 0; }).find("divided evenly")
        != std::string::npos);
    QVERIFY(refused([](SparseCoder& c) { c.outputs[0].scaledBack = true; }).find("several parts")
        != std::string::npos);
    QVERIFY(refused([](SparseCoder& c) {
        std::get<CodebookActivation>(c.activation).linear = false;
    }).find("no encoder's bias")
        != std::string::npos);
}

void TestCoderFilesDeclared::yamlLines()
{
    const auto read = readYamlLines("# comment\n---\nmodel_name: \"google/gemma # 2\"  # whose\n"
                                    "scan: org/repo//sub@main # rest\nempty:\n  deeper:\n"
                                    "    value: 3\n  more: 'x'\nlist:\n- a\n- b\n"
                                    "transcoders:\n  - id: one\n    layer: 0\n"
                                    "    filepath: \"hf://o/r/f?revision=x\"\n  - id: two\n"
                                    "    layer: 1\nflow: [1, 2]\nblock: |\n  text\n"
                                    "model_name: twice\nlast: 1");
    QCOMPARE(read.at("model_name"), "google/gemma # 2");
    QCOMPARE(read.at("scan"), "org/repo//sub@main");
    QCOMPARE(read.at("empty.deeper.value"), "3");
    QCOMPARE(read.at("empty.more"), "x");
    QCOMPARE(read.at("list.1"), "b");
    QCOMPARE(read.at("transcoders.0.filepath"), "hf://o/r/f?revision=x");
    QCOMPARE(read.at("transcoders.1.layer"), "1");
    QCOMPARE(read.at("last"), "1");
    QVERIFY(!read.count("flow") && !read.count("block"));
    QCOMPARE(read.size(), std::size_t(12));

    std::string deep;
    for (int i = 0; i < 5000; ++i)
        deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
    QVERIFY(readYamlLines(deep).empty());
    QVERIFY(readYamlLines(std::string(100'000, '-') + ":\n- - - -\n: :\n\0\xff").size() < 10);
}

QTEST_GUILESS_MAIN(TestCoderFilesDeclared)
#include "tst_coderfiles_declared.moc"
