#include "core/features/load/open.h"
#include "core/work/error.h"
#include "tests/core/features/load/saelenscopy.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace microtome;

namespace {

float farthest(const Matrix& a, const Matrix& b)
{
    if (a.rows() != b.rows() || a.columns() != b.columns())
        return 1e30F;
    float most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const float off = std::abs(a.values()[i] - b.values()[i])
            / (1 + std::abs(b.values()[i])); // what is no number is never near
        most = off <= most ? most : off;
    }
    return most;
}

bool notes(const SparseCoder& coder, const char* part)
{
    return std::any_of(coder.declared.notes.begin(), coder.declared.notes.end(),
        [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

SparseCoder opened(const std::string& name)
{
    return openCoder(saeLensGolden(name));
}

} // namespace

/// Dictionaries that SAELens 1.8, 3.23, 5.11 and 6.54 themselves saved: latents and reconstructions
/// as they compute them, to 1e-5.
class TestSaeLens : public QObject {
    Q_OBJECT

private slots:
    void goldens_data();
    void goldens();
    void oneFileOfThemOpensAll();
    void whatIsDeclared();
    void oldNames();
    void notesOfWhatWasPutRight();
    void finishedAndCheckpointAgree();
    void scaleThatIsMissing();
    void skipIsTurned();
    void topKCalledStandard();
    void biasThatIsNotSubtracted();
    void formatIsListed();
};

void TestSaeLens::goldens_data()
{
    QTest::addColumn<QString>("name");
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(saeLensGolden(""))) {
        if (!entry.is_directory())
            continue;
        const auto name = entry.path().filename().string();
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
        ++count;
    }
    QCOMPARE(count, std::size_t(41));
}

void TestSaeLens::goldens()
{
    QFETCH(QString, name);
    const SparseCoder coder = opened(name.toStdString());
    const auto expected
        = SafeTensors::open(saeLensGolden(name.toStdString()) / "expected.safetensors");
    const std::vector<Matrix> x{expected->matrix("x")};
    const Matrix f = encode(coder, x);
    QVERIFY2(farthest(f, expected->matrix("f")) <= 1e-5F,
        qPrintable(QString::number(farthest(f, expected->matrix("f")))));
    const Matrix y = decode(coder, f, x).front();
    QVERIFY2(farthest(y, expected->matrix("y")) <= 1e-5F,
        qPrintable(QString::number(farthest(y, expected->matrix("y")))));
}

void TestSaeLens::oneFileOfThemOpensAll()
{
    for (const char* file : {"cfg.json", "sae_weights.safetensors"})
        QCOMPARE(openCoder(saeLensGolden("gated") / file).declared.architecture, "gated");
    QVERIFY_EXCEPTION_THROWN(openCoder(saeLensGolden("gated") / "expected.safetensors"), Error);
    QVERIFY_EXCEPTION_THROWN(openCoder(saeLensGolden("absent")), Error);
    QVERIFY_EXCEPTION_THROWN(openCoder(saeLensGolden("")), Error);
}

void TestSaeLens::whatIsDeclared()
{
    const SparseCoder coder = opened("jumprelu-skip-transcoder");
    const CoderDeclaration& said = coder.declared;
    QCOMPARE(said.format, "SAELens 6");
    QCOMPARE(said.architecture, "jumprelu_skip_transcoder");
    QCOMPARE(said.model, "gpt2");
    QCOMPARE(coder.inputs.front().point, "blocks.1.ln2.hook_normalized");
    QCOMPARE(coder.outputs.front().point, "blocks.1.hook_mlp_out");
    QVERIFY(!coder.outputs.front().scaledBack && !said.headsJoined && !said.scaleMissing);
    QVERIFY(notes(coder, "fold_ln") && !notes(coder, "center_writing_weights"));

    const SparseCoder z = opened("hook-z");
    QVERIFY(z.declared.headsJoined);
    QCOMPARE(z.declared.prependBos, std::optional(false));
    QCOMPARE(opened("standard").declared.context, std::optional(64));
    QCOMPARE(opened("standard").declared.dataset, "wikitext");
    QVERIFY(!opened("standard").declared.l0);
}

void TestSaeLens::oldNames()
{
    const SparseCoder one = opened("1-standard");
    QCOMPARE(one.declared.format, "SAELens 1 or 2");
    QCOMPARE(one.inputs.front().point, "blocks.3.hook_resid_pre");
    QVERIFY(std::abs(one.declared.l0.value() - 3.0) < 1e-5); // 12 latents, 0 to 0.5, evenly
    QCOMPARE(opened("3-gated").declared.format, "SAELens 3 to 5");
    QVERIFY(opened("5-hook-z").declared.headsJoined);

    SaeLensCopy copy("1-standard");
    copy.config["hook_point"] = "blocks.{layer}.attn.hook_z";
    copy.config["hook_point_layer"] = 7;
    copy.config["hook_point_head_index"] = 2;
    copy.config["normalize_activations"] = true;
    copy.config.erase("prepend_bos");
    copy.config.erase("apply_b_dec_to_input");
    const SparseCoder old = openCoder(copy.write());
    QCOMPARE(old.inputs.front().point, "blocks.7.attn.hook_z");
    QVERIFY(!old.declared.headsJoined && old.declared.scaleMissing);
    QVERIFY(notes(old, "head 2 of blocks.7.attn.hook_z alone"));
    QCOMPARE(old.declared.prependBos, std::optional(true));
    QCOMPARE(old.inputs.front().subtracted, old.outputs.front().bias);
    copy.config["normalize_activations"] = nullptr;
    QVERIFY(!openCoder(copy.write()).declared.scaleMissing);
}

void TestSaeLens::notesOfWhatWasPutRight()
{
    QVERIFY(opened("standard").declared.notes.empty());
    QVERIFY(
        notes(opened("3-topk-called-standard"), "called “standard”, but its activation is TopK"));
    QVERIFY(notes(opened("log-threshold"), "exponentiated"));
    QVERIFY(notes(opened("1-tuned"), "fine-tuning"));
    QVERIFY(notes(opened("average"), "folded"));
    QVERIFY(notes(opened("bf16"), "16 bits"));
    QVERIFY(notes(opened("batchtopk-checkpoint"), "training checkpoint"));
    SaeLensCopy copy("transcoder");
    copy.config["apply_b_dec_to_input"] = true;
    const SparseCoder transcoder = openCoder(copy.write());
    QVERIFY(notes(transcoder, "not do in a transcoder"));
    QVERIFY(transcoder.inputs.front().subtracted.empty());
    copy.tensors["n_forward_passes"] = {{1}, {5}};
    QVERIFY(notes(openCoder(copy.write()), "n_forward_passes"));
}

void TestSaeLens::finishedAndCheckpointAgree()
{
    for (const std::string name : {"batchtopk", "matryoshka-batchtopk"}) {
        const SparseCoder finished = opened(name);
        const SparseCoder checkpoint = opened(name + "-checkpoint");
        const auto& a = std::get<JumpReluActivation>(finished.activation).theta;
        const auto& b = std::get<JumpReluActivation>(checkpoint.activation).theta;
        QCOMPARE(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i)
            QVERIFY(std::abs(a[i] - b[i]) < 1e-6F);
        QVERIFY(
            farthest(checkpoint.outputs.front().decoder, finished.outputs.front().decoder) < 1e-5F);
    }
}

/// What the file leaves out is declared, and setting the one number makes the coder right.
void TestSaeLens::scaleThatIsMissing()
{
    for (const char* name : {"average", "average-pursuit"}) {
        const SaeLensCopy copy(name); // without activation_scaler.json
        SparseCoder coder = openCoder(copy.write());
        QVERIFY(coder.declared.scaleMissing && notes(coder, "wrong scale"));
        QVERIFY(coder.inputs.front().norm.kind == InputNorm::Kind::Scale);
        coder.inputs.front().norm.scale = 1.75F;
        const auto expected = SafeTensors::open(saeLensGolden(name) / "expected.safetensors");
        const std::vector<Matrix> x{expected->matrix("x")};
        const Matrix f = encode(coder, x);
        const Matrix y = decode(coder, f, x).front();
        QVERIFY(farthest(y, expected->matrix("y")) <= 1e-5F);
        coder.inputs.front().norm.scale = 1;
        QVERIFY(farthest(encode(coder, x), expected->matrix("f")) > 0.01F);
    }
}

/// W_skip is [d_out, d_in] in the file and multiplied from the other side.
void TestSaeLens::skipIsTurned()
{
    const SaeLensCopy copy("skip-transcoder");
    const SparseCoder coder = opened("skip-transcoder");
    const Matrix& skip = coder.outputs.front().skip;
    QCOMPARE(skip.rows(), std::size_t(6));
    QCOMPARE(skip.columns(), std::size_t(5));
    QCOMPARE(skip(4, 1), copy.tensors.at("W_skip").values[1 * 6 + 4]);
}

void TestSaeLens::topKCalledStandard()
{
    for (const char* name : {"3-topk-called-standard", "5-topk-called-standard"}) {
        const SparseCoder coder = opened(name);
        QCOMPARE(std::get<TopKActivation>(coder.activation).k, 3);
        QCOMPARE(coder.declared.architecture, "standard");
        // read as what it is called it would be another dictionary
        SparseCoder relu = coder;
        relu.activation = ReluActivation{};
        const auto expected = SafeTensors::open(saeLensGolden(name) / "expected.safetensors");
        QVERIFY(farthest(encode(relu, {expected->matrix("x")}), expected->matrix("f")) > 0.1F);
    }
}

void TestSaeLens::biasThatIsNotSubtracted()
{
    QVERIFY(opened("bias-kept").inputs.front().subtracted.empty());
    QCOMPARE(opened("standard").inputs.front().subtracted.size(), std::size_t(6));
    const SparseCoder untied = opened("matching-pursuit-untied");
    QVERIFY(untied.inputs.front().subtracted.empty() && untied.outputs.front().bias.empty());
}

void TestSaeLens::formatIsListed()
{
    const auto formats = coderFormats();
    QVERIFY(std::any_of(formats.begin(), formats.end(),
        [](const CoderFormat& format) { return std::string(format.name) == "SAELens"; }));
}

QTEST_GUILESS_MAIN(TestSaeLens)
#include "tst_saelens.moc"
