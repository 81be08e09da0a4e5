#include "core/features/load/coderparts.h"
#include "core/features/load/open.h"
#include "core/work/error.h"
#include "tests/core/features/load/coderfiles.h"

#include <QtTest>

#include <algorithm>
#include <cstring>
#include <random>
#include <set>

using namespace microtome;

namespace {

/// Tensors without which a file still says what it is, or that are no part of any formula.
bool isOptional(const std::string& name)
{
    static const std::set<std::string> names{
        "W_skip", "affine_skip_connection", "activation_function.threshold", "decoder.bias", "b_D"};
    return names.count(name) > 0 || name.starts_with("threshold_")
        || name.starts_with("dataset_average") || name.starts_with("b_D.");
}

/// Whose axes may lie either way, the shape telling which.
bool mayBeTurned(const std::string& name)
{
    return name == "W_enc" || name.starts_with("W_enc_");
}

bool isSentence(const std::string& text)
{
    return text.size() > 20 && text.ends_with('.') && text.find('\n') == std::string::npos;
}

/// What is refused with one sentence, and nothing written.
void verifyRefused(const CoderCopy& copy, const std::string& what)
{
    const auto before = copy.everything();
    const std::string said = refusalOf(copy.opened());
    QVERIFY2(isSentence(said), qPrintable(QString::fromStdString(what + ": " + said)));
    QVERIFY2(copy.everything() == before, what.c_str());
}

void verifyNoCrash(const CoderCopy& copy)
{
    const std::string said = refusalOf(copy.opened());
    QVERIFY2(said.empty() || isSentence(said), said.c_str());
}

CoderCopy::Tensor turned(CoderCopy::Tensor tensor)
{
    std::reverse(tensor.shape.begin(), tensor.shape.end());
    return tensor;
}

/// Whose last number is none.
CoderCopy::Tensor withNaN(CoderCopy::Tensor tensor)
{
    const std::uint16_t half = 0x7fc0;
    const std::uint32_t whole = 0x7fc00000;
    if (tensor.dtype == "BF16")
        std::memcpy(tensor.bytes.data() + tensor.bytes.size() - sizeof half, &half, sizeof half);
    else
        std::memcpy(tensor.bytes.data() + tensor.bytes.size() - sizeof whole, &whole, sizeof whole);
    return tensor;
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    return at == std::string::npos ? std::string() : text.replace(at, from.size(), to);
}

} // namespace

/// Dictionaries in the formats of others that are wrong: one sentence each, no crash, and nothing
/// written.
class TestCoderFilesFaulty : public QObject {
    Q_OBJECT

private slots:
    void tensorsOfSafetensors_data();
    void tensorsOfSafetensors();
    void descriptions_data();
    void descriptions();
    void missingLayers();
    void torchFilesDamaged_data();
    void torchFilesDamaged();
    void othersAreNotTaken();
};

void TestCoderFilesFaulty::tensorsOfSafetensors_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name :
        {"sparsify-topk", "sparsify-skip", "sparsify-bf16", "llama-scope", "plt-jumprelu-skip",
            "plt-mwhanna", "clt-mntss", "clt-gemma2", "gemma2-transcoder", "llamascopium-jumprelu",
            "llamascopium-topk", "llamascopium-glu", "llamascopium-crosscoder-relu",
            "llamascopium-crosscoder-jumprelu", "llamascopium-clt"})
        QTest::newRow(name) << QString(name);
}

void TestCoderFilesFaulty::tensorsOfSafetensors()
{
    QFETCH(QString, name);
    const CoderCopy copy(name.toStdString());
    for (const std::string& file : copy.filesEndingWith(".safetensors")) {
        const auto all = copy.tensors(file);
        for (const auto& [tensor, stored] : all) {
            const auto without = [&](const CoderCopy::Tensor& other) {
                auto changed = all;
                changed[tensor] = other;
                copy.write(file, changed);
            };
            const std::string what = file + " " + tensor;
            if (tensor.starts_with("dataset_average"))
                continue;
            without(withNaN(stored));
            verifyRefused(copy, what + " with NaN");
            const bool square
                = stored.shape.size() == 2 && stored.shape.front() == stored.shape.back();
            if (stored.shape.size() >= 2 && !square && !mayBeTurned(tensor)) {
                without(turned(stored));
                verifyRefused(copy, what + " turned");
            }
            auto narrow = stored;
            narrow.shape.back() /= 2;
            narrow.bytes.resize(narrow.bytes.size() / 2);
            without(narrow);
            verifyRefused(copy, what + " halved");
            auto claimed = stored;
            claimed.shape.front() = 1LL << 40;
            without(claimed);
            verifyRefused(copy, what + " of 2^40");
            auto empty = stored;
            empty.shape.front() = 1LL << 40;
            empty.shape.push_back(0);
            empty.bytes.clear();
            without(empty);
            verifyRefused(copy, what + " of 2^40 times nothing");
            auto missing = all;
            missing.erase(tensor);
            copy.write(file, missing);
            isOptional(tensor) ? verifyNoCrash(copy) : verifyRefused(copy, what + " missing");
        }
        copy.write(file, all);
        QCOMPARE(QString::fromStdString(refusalOf(copy.opened())), QString());

        const std::string sound = copy.text(file);
        for (std::size_t size = 0; size < sound.size(); size += 1 + sound.size() / 9) {
            copy.write(file, sound.substr(0, size));
            verifyRefused(copy, file + " cut short");
        }
        copy.write(file, sound);
    }
}

void TestCoderFilesFaulty::descriptions_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("says");
    const auto add = [](const char* name, const char* file, const char* from, const char* to,
                         const char* says) {
        QTest::addRow("%s: %s", name, says)
            << QString(name) << QString(file) << QString(from) << QString(to) << QString(says);
    };
    add("sparsify-topk", "cfg.json", "\"d_in\": 6", "\"d_in\": 7", "d_in is 7");
    add("sparsify-topk", "cfg.json", "\"k\": 3", "\"k\": 1099511627776",
        "1099511627776 where a whole number above 0");
    add("sparsify-topk", "cfg.json", "\"k\": 3", "\"k\": 13", "k is 13");
    add("sparsify-topk", "cfg.json", "\"k\": 3", "\"k\": 0", "0 where a whole number above 0");
    add("sparsify-topk", "cfg.json", "\"k\": 3", "\"k\": 2.5", "2.5 where a whole number above 0");
    add("sparsify-topk", "cfg.json", "\"topk\"", "\"softmax\"", "softmax");
    add("sparsify-groupmax", "cfg.json", "\"k\": 4", "\"k\": 5", "divided evenly");
    add("dl-topk", "config.json", "\"k\": 3", "\"k\": 4", "k is 4");
    add("hook-z", "gpt2-small_L5_Hcat_z_cfg.json", "\"act_size\": 6", "\"act_size\": 7",
        "another size");
    add("hook-z", "gpt2-small_L5_Hcat_z_cfg.json", "\"dict_size\": 12",
        "\"dict_size\": 1099511627776", "whole number above 0");
    add("llama-scope", "hyperparams.json", "\"d_model\": 6", "\"d_model\": 7", "d_model is 7");
    add("llama-scope", "hyperparams.json", "\"in\": 4.0", "\"in\": 0", "does not say a positive");
    add("llama-scope", "hyperparams.json", "\"in\": 4.0", "\"inn\": 4.0", "positive");
    add("llamascopium-topk", "config.json", "\"top_k\": 3", "\"top_k\": -1",
        "whole number above 0");
    add("llamascopium-topk", "config.json", "\"d_model\": 6", "\"d_model\": 7", "W_E");
    add("llamascopium-topk", "config.json", "\"topk\"", "\"jumprelu\"", "log_jumprelu_threshold");
    add("llamascopium-glu", "config.json", "\"jumprelu\"", "\"topk\"", "gated encoder");
    add("llamascopium-clt", "config.json", "\"hook_points_in\": [", "\"hook_points_in\": [7, ",
        "no name of a place");
    add("llamascopium-clt", "config.json", "\"hook_points_in\": [", "\"hook_points_in\": [\"a\", ",
        "names 4 places");
    add("codebook-inner", "config.json", "\"k_codebook\": [\n  2", "\"k_codebook\": [\n  6",
        "k is 6");
    add("codebook-inner", "config.json", "\"k_codebook\": [\n  2", "\"k_codebook\": [\n  2, 3",
        "different k_codebook");
    add("codebook-inner", "config.json", "inner_product", "manhattan", "manhattan");
}

void TestCoderFilesFaulty::descriptions()
{
    QFETCH(QString, name);
    QFETCH(QString, file);
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, says);
    const CoderCopy copy(name.toStdString());
    const std::string changed
        = replaced(copy.text(file.toStdString()), from.toStdString(), to.toStdString());
    QVERIFY2(!changed.empty(), "the test's text is not there");
    copy.write(file.toStdString(), changed);
    verifyRefused(copy, name.toStdString());
    const std::string said = refusalOf(copy.opened());
    QVERIFY2(said.find(says.toStdString()) != std::string::npos, said.c_str());
}

void TestCoderFilesFaulty::missingLayers()
{
    const auto without = [](const char* name, const char* file) {
        const CoderCopy copy(name);
        std::filesystem::remove(copy.folder() / file);
        return refusalOf(copy.opened());
    };
    QVERIFY(without("clt-mntss", "W_enc_1.safetensors").find("W_enc_1") != std::string::npos);
    QVERIFY(isSentence(without("clt-mntss", "W_dec_1.safetensors")));
    QVERIFY(isSentence(without("clt-mntss", "W_enc_2.safetensors")));
    QVERIFY(without("clt-gemma2", "layer_1.safetensors").find("layer_1") != std::string::npos);
    QVERIFY(
        without("llamascopium-topk", "sae_weights.safetensors").find(".dcp") != std::string::npos);
    QVERIFY(isSentence(without("codebook-inner", "pytorch_model.bin")));
    QVERIFY(isSentence(without("openai-topk", "5.pt")));
    QVERIFY(isSentence(without("gemma-plain", "params.npz")));
    QVERIFY(isSentence(without("llama-scope", "checkpoints/final.safetensors")));
}

void TestCoderFilesFaulty::torchFilesDamaged_data()
{
    QTest::addColumn<QString>("name");
    for (const char* name :
        {"dl-standard", "dl-gated", "dl-matryoshka", "dl-checkpoint", "dl-crosscoder",
            "openai-topk", "linear-pair", "model-diff", "hook-z", "gemma-plain", "codebook-groups"})
        QTest::newRow(name) << QString(name);
}

void TestCoderFilesFaulty::torchFilesDamaged()
{
    QFETCH(QString, name);
    const CoderCopy copy(name.toStdString());
    std::string file;
    for (const char* ending : {".pt", ".pth", ".npz", ".bin"})
        for (const std::string& found : copy.filesEndingWith(ending))
            file = found;
    const std::string sound = copy.text(file);
    QVERIFY(!sound.empty());
    for (std::size_t size = 0; size < sound.size(); size += 1 + sound.size() / 25) {
        copy.write(file, sound.substr(0, size));
        verifyRefused(copy, file + " cut to " + std::to_string(size));
    }
    std::mt19937 random(7);
    for (int i = 0; i < 120; ++i) {
        std::string changed = sound;
        for (int change = 0; change < 1 + i % 4; ++change)
            changed[random() % changed.size()] = static_cast<char>(random());
        copy.write(file, changed);
        verifyNoCrash(copy);
    }
}

void TestCoderFilesFaulty::othersAreNotTaken()
{
    const CoderCopy copy("openai-relu");
    std::filesystem::remove(copy.folder() / "5.pt");
    copy.write("config.json", "{\"model_type\": \"gpt2\"}");
    copy.write("model.safetensors", std::map<std::string, CoderCopy::Tensor>{});
    copy.write("layer_x.safetensors", "no such file");
    copy.write("params.json", "{");
    const std::string said = refusalOf(copy.folder());
    QVERIFY2(said.find("no dictionary of a known format") != std::string::npos, said.c_str());
}

QTEST_GUILESS_MAIN(TestCoderFilesFaulty)
#include "tst_coderfiles_faulty.moc"
