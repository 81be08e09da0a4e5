#include "core/features/load/open.h"
#include "core/features/load/saelens.h"
#include "core/work/error.h"
#include "tests/core/features/load/saelenscopy.h"

#include <QtTest>

#include <cmath>
#include <fstream>
#include <functional>
#include <random>

using namespace microtome;

namespace {

using Spoil = std::function<void(SaeLensCopy&)>;

void writeText(const std::filesystem::path& path, const std::string& text)
{
    std::filesystem::remove(
        path); // a file system may wait for the disk when a file is written over
    std::ofstream(path, std::ios::binary) << text;
}

std::string readText(const std::filesystem::path& path)
{
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
}

} // namespace

/// Dictionaries of SAELens that are wrong: one sentence each, and no crash.
class TestSaeLensFaulty : public QObject {
    Q_OBJECT

private slots:
    void faults_data();
    void faults();
    void damagedConfigs_data();
    void damagedConfigs();
    void missingFiles();
    void sparsityThatDoesNotFit();
    void truncations();
    void changedBytes();
    void sparseFoldersOfOthersAreLeftAlone();
};

void TestSaeLensFaulty::faults_data()
{
    QTest::addColumn<QString>("golden");
    QTest::addColumn<Spoil>("spoil");
    QTest::addColumn<QString>("says");
    const auto add
        = [](const char* name, const char* golden, const char* says, const Spoil& spoil) {
              QTest::newRow(name) << QString(golden) << spoil << QString(says);
          };
    const auto set = [](const char* key, const nlohmann::json& value) {
        return [=](SaeLensCopy& c) { c.config[key] = value; };
    };
    const auto erase
        = [](const char* name) { return [=](SaeLensCopy& c) { c.tensors.erase(name); }; };
    const auto turn = [](const char* name) {
        return [=](SaeLensCopy& c) { c.tensors[name] = SaeLensCopy::transposed(c.tensors[name]); };
    };
    add("wrong d_in", "standard", "W_enc is 6 x 12 where cfg.json tells 7 x 12", set("d_in", 7));
    add("wrong d_sae", "standard", "W_enc is 6 x 12 where cfg.json tells 6 x 13", set("d_sae", 13));
    add("2^40 latents", "standard", "cfg.json tells 6 x 1099511627776", set("d_sae", 1LL << 40));
    add("2^40 latents of a checkpoint", "batchtopk-checkpoint", "cfg.json tells 6 x 1099511627776",
        set("d_sae", 1LL << 40));
    add("2^63 latents", "standard", "d_sae is not a whole number", set("d_sae", 1ULL << 63));
    add("no latents", "standard", "d_sae is not a whole number above 0", set("d_sae", 0));
    add("negative d_in", "standard", "d_in is not a whole number above 0", set("d_in", -6));
    add("half a d_in", "standard", "d_in is not a whole number", set("d_in", 6.5));
    add("d_in in words", "standard", "d_in is not a whole number", set("d_in", "six"));
    add("no d_in", "standard", "does not say d_in", [](auto& c) { c.config.erase("d_in"); });
    add("decoder turned", "standard", "W_dec has its axes swapped: it is 6 x 12 where",
        turn("W_dec"));
    add("encoder turned", "gated", "W_enc has its axes swapped", turn("W_enc"));
    add("skip turned", "skip-transcoder", "W_skip has its axes swapped", turn("W_skip"));
    add("decoder of three axes", "standard", "W_dec is 12 x 2 x 3", [](auto& c) {
        c.tensors["W_dec"].shape = {12, 2, 3};
    });
    add("no decoder", "standard", "lacks the tensor W_dec", erase("W_dec"));
    add("no encoder", "topk", "lacks the tensor W_enc", erase("W_enc"));
    add("no threshold", "jumprelu", "lacks the tensor threshold", erase("threshold"));
    add("no gate", "gated", "lacks the tensor r_mag", erase("r_mag"));
    add("no skip", "skip-transcoder", "lacks the tensor W_skip", erase("W_skip"));
    add("no tensors", "standard", "lacks the tensor", [](auto& c) { c.tensors.clear(); });
    add("short bias", "standard", "b_enc is 11 where cfg.json tells 12", [](auto& c) {
        c.tensors["b_enc"] = {{11}, std::vector<float>(11)};
    });
    add("NaN", "standard", "the decoder holds a number that is not finite (row 5, column 0)",
        [](auto& c) { c.tensors["W_dec"].values[30] = std::nanf(""); });
    add("endless", "topk", "the encoder holds a number that is not finite",
        [](auto& c) { c.tensors["W_enc"].values[3] = INFINITY; });
    add("NaN in a threshold", "jumprelu", "the threshold holds a number that is not finite",
        [](auto& c) { c.tensors["threshold"].values[3] = std::nanf(""); });
    add("threshold whose exponential is endless", "log-threshold", "the threshold holds a number",
        [](auto& c) { c.tensors["log_threshold"].values[3] = 500; });
    add("unknown architecture", "standard", "“capsule” is not one of SAELens's",
        set("architecture", "capsule"));
    add("temporal", "standard", "“temporal”, whose latents depend on earlier tokens",
        set("architecture", "temporal"));
    add("clt", "standard", "jumprelu_clt", set("architecture", "jumprelu_clt"));
    add("architecture of a number", "standard", "architecture is not a text",
        set("architecture", 5));
    add("other architecture", "gated", "lacks the tensor b_enc", set("architecture", "standard"));
    add("threshold too many", "jumprelu",
        "holds the tensor threshold, which the architecture “standard”",
        set("architecture", "standard"));
    add("skip too many", "skip-transcoder", "holds the tensor W_skip",
        set("architecture", "transcoder"));
    add("k of 0", "topk", "gives no k", set("k", 0));
    add("no k", "topk", "gives no k", [](auto& c) { c.config.erase("k"); });
    add("k above n", "topk", "k is 13, and must be from 1 to 12", set("k", 13));
    add("endless k", "topk", "k is not a whole number", set("k", 1e300));
    add("topk without k", "3-topk-called-standard", "gives no k",
        set("activation_fn_kwargs", nlohmann::json::object()));
    add("other activation", "3-standard", "activation “tanh-relu” is not known",
        set("activation_fn_str", "tanh-relu"));
    add("other normalisation", "standard", "normalisation “whatever” is not known",
        set("normalize_activations", "whatever"));
    add("whitening", "standard", "whitening", set("normalize_activations", "covariance_whitening"));
    add("factors that should not be", "3-tuned", "finetuning_scaling_factor is false",
        set("finetuning_scaling_factor", false));
    add("endless pursuit", "matching-pursuit", "the number of steps is 900000000",
        set("max_iterations", 900'000'000));
    add("metadata of a number", "standard", "metadata is not an object", set("metadata", 5));
    add("threshold of a checkpoint", "batchtopk-checkpoint", "topk_threshold is 2 where a single",
        [](auto& c) {
            c.tensors["topk_threshold"] = {{2}, {1, 2}};
        });
}

void TestSaeLensFaulty::faults()
{
    QFETCH(QString, golden);
    QFETCH(Spoil, spoil);
    QFETCH(QString, says);
    SaeLensCopy copy(golden.toStdString());
    spoil(copy);
    copy.write();
    const auto sentence = QString::fromStdString(copy.refusal());
    QVERIFY2(sentence.contains(says), qPrintable(sentence));
    QVERIFY2(sentence.endsWith('.') && sentence.size() < 300, qPrintable(sentence));
}

void TestSaeLensFaulty::damagedConfigs_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("empty") << QString();
    QTest::newRow("cut short") << QStringLiteral("{\"d_in\": 6, \"d_sae\":");
    QTest::newRow("a list") << QStringLiteral("[1, 2]");
    QTest::newRow("no JSON") << QStringLiteral("\x01\x02d_sae");
    QTest::newRow("too deep") << QString(100'000, '[');
    QTest::newRow("objects too deep") << QStringLiteral("{\"d_sae\":").repeated(50'000);
    QTest::newRow("NaN") << QStringLiteral("{\"d_sae\": NaN}");
    QTest::newRow("very long") << QStringLiteral("{\"d_sae\": \"") + QString(5'000'000, 'x');
}

void TestSaeLensFaulty::damagedConfigs()
{
    QFETCH(QString, text);
    const SaeLensCopy copy("standard");
    writeText(copy.write() / "cfg.json", text.toStdString());
    const auto sentence = QString::fromStdString(copy.refusal());
    QVERIFY2(sentence.startsWith("cfg.json ") && sentence.endsWith('.'), qPrintable(sentence));
}

void TestSaeLensFaulty::missingFiles()
{
    const SaeLensCopy copy("standard");
    std::filesystem::remove(copy.write() / "sae_weights.safetensors");
    QVERIFY(copy.refusal().find("no sae_weights.safetensors") != std::string::npos);
    copy.write();
    std::filesystem::remove(copy.folder() / "cfg.json");
    QVERIFY(copy.refusal().find("no dictionary of a known format") != std::string::npos);
    std::filesystem::create_directory(copy.folder() / "cfg.json");
    QVERIFY(copy.refusal().find("no dictionary of a known format") != std::string::npos);
}

void TestSaeLensFaulty::sparsityThatDoesNotFit()
{
    const SaeLensCopy copy("standard");
    const auto path = copy.write() / "sparsity.safetensors";
    writeText(path, "no safetensors");
    SparseCoder coder = openCoder(copy.folder());
    QVERIFY(!coder.declared.l0);
    QCOMPARE(coder.declared.notes.size(), std::size_t(1));
    const std::vector<float> values(5, -1);
    writeSafeTensors(path, {{"sparsity", "F32", {5}, std::as_bytes(std::span(values))}});
    coder = openCoder(copy.folder());
    QVERIFY(!coder.declared.l0);
    QVERIFY(
        coder.declared.notes.front().find("one frequency for each latent") != std::string::npos);
}

void TestSaeLensFaulty::truncations()
{
    for (const char* golden : {"gated", "1-tuned"})
        for (const char* name : {"sae_weights.safetensors", "cfg.json"}) {
            const SaeLensCopy copy(golden);
            const auto path = copy.write() / name;
            const std::string whole = readText(path);
            for (std::size_t size = 0; size < whole.size(); ++size) {
                writeText(path, whole.substr(0, size));
                QVERIFY2(!copy.refusal().empty(), qPrintable(QString::number(size)));
            }
        }
}

/// Any byte of either file changed: it is read, or refused with a sentence.
void TestSaeLensFaulty::changedBytes()
{
    std::mt19937 engine(3);
    std::size_t refused = 0;
    for (const char* golden : {"topk-rescaled", "skip-transcoder", "batchtopk-checkpoint"})
        for (const char* name : {"sae_weights.safetensors", "cfg.json"}) {
            const SaeLensCopy copy(golden);
            const auto path = copy.write() / name;
            const std::string whole = readText(path);
            for (int i = 0; i < 1000; ++i) {
                std::string changed = whole;
                changed[engine() % whole.size()] = static_cast<char>(engine() % 256);
                writeText(path, changed);
                refused += !copy.refusal().empty();
            }
        }
    QVERIFY(refused > 400);
}

/// A cfg.json of another format does not make a folder one of SAELens.
void TestSaeLensFaulty::sparseFoldersOfOthersAreLeftAlone()
{
    const SaeLensCopy copy("standard");
    copy.write();
    std::filesystem::rename(
        copy.folder() / "sae_weights.safetensors", copy.folder() / "sae.safetensors");
    writeText(
        copy.folder() / "cfg.json", R"({"activation": "topk", "num_latents": 12, "d_in": 6})");
    QVERIFY(!recognisesSaeLens(CoderFolder(copy.folder())));
}

QTEST_GUILESS_MAIN(TestSaeLensFaulty)
#include "tst_saelens_faulty.moc"
