#include "tests/app/cli/folders.h"
#include "tests/app/cli/program.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace microtome;
using namespace microtome::test;
namespace fs = std::filesystem;

/// Files that are damaged, lie, or do not belong together: exit code 1 and one sentence.
class TestCliHostile : public QObject {
    Q_OBJECT

private slots:
    void hostileFiles_data();
    void hostileFiles();
    void unfitFiles_data();
    void unfitFiles();
    void truncatedWeights();
    void lyingHeaders_data();
    void lyingHeaders();
    void damagedConfigs_data();
    void damagedConfigs();
    void tokenizerOfAnotherModel();
    void damagedTokenizers_data();
    void damagedTokenizers();
    void damagedEdits_data();
    void damagedEdits();
};

void TestCliHostile::hostileFiles_data()
{
    QTest::addColumn<QString>("file");
    const QDir folder(shared("hostile"));
    if (shared("hostile").isEmpty())
        QSKIP("The shared data is not here, so its hostile files are not tried.");
    for (const QString& name : folder.entryList(QDir::Files))
        QTest::newRow(qPrintable(name)) << folder.filePath(name);
}

void TestCliHostile::hostileFiles()
{
    QFETCH(QString, file);
    const QStringList ids{"--ids", "1,2"};
    for (const QStringList& words : {QStringList{"info"}, QStringList{"run"} + ids,
             QStringList{"generate"} + ids, QStringList{"lens", "--kind", "logit"} + ids,
             QStringList{"heads"} + ids, QStringList{"dla", "--answer-id", "1"} + ids,
             QStringList{"patch", "--answer-id", "1", "--clean-ids", "1", "--corrupt-ids", "2"},
             QStringList{"tokenize", "--text", "a"}}) {
        const auto finished = cli(words + QStringList{"--model", file});
        QVERIFY2(finished.refused(), finished.says());
    }
    QVERIFY(cli({"project", "verify", "--project", file}).refused());
    QVERIFY(cli({"run", "--model", golden("gpt2-plain"), "--ids", "1", "--edits", file}).refused());
    const auto pairs = cli({"patch", "--model", induction(), "--pairs", file});
    QVERIFY2(pairs.refused(), pairs.says());
}

void TestCliHostile::unfitFiles_data()
{
    QTest::addColumn<QString>("path");
    for (const char* path : {"models/minigpt-char", "models/feature-routing/sae.safetensors",
             "models/feature-routing", "vision/resnet20-cifar10", "graphs/gemma2-clt", "README.md"})
        QTest::newRow(path) << shared(path);
}

void TestCliHostile::unfitFiles()
{
    QFETCH(QString, path);
    if (path.isEmpty())
        QSKIP("The shared data is not here.");
    const auto finished = cli({"info", "--model", path});
    QVERIFY2(finished.refused(), finished.says());
}

void TestCliHostile::truncatedWeights()
{
    const QTemporaryDir folder;
    const fs::path home = folder.path().toStdString();
    copyFolder(golden("gpt2-plain"), home);
    const auto size = fs::file_size(home / "model.safetensors");
    for (const auto length : {size - 1, size - 97, size / 2, std::uintmax_t{1000},
             std::uintmax_t{97}, std::uintmax_t{8}, std::uintmax_t{7}, std::uintmax_t{0}}) {
        fs::resize_file(home / "model.safetensors", length);
        const auto finished = cli({"run", "--model", folder.path(), "--ids", "1,2"});
        QVERIFY2(finished.refused(), finished.says());
    }
}

void TestCliHostile::lyingHeaders_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::newRow("not JSON") << QByteArray("{{{");
    QTest::newRow("nothing") << QByteArray("{}");
    QTest::newRow("a list") << QByteArray("[]");
    QTest::newRow("huge shape") << QByteArray(
        R"({"wte.weight":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,16]}})");
    QTest::newRow("huge offsets") << QByteArray(
        R"({"wte.weight":{"dtype":"F32","shape":[4],"data_offsets":[0,9223372036854775807]}})");
    QTest::newRow("negative shape")
        << QByteArray(R"({"wte.weight":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}})");
    QTest::newRow("backwards") << QByteArray(
        R"({"wte.weight":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}})");
    QTest::newRow("deep") << QByteArray(200000, '[');
}

void TestCliHostile::lyingHeaders()
{
    QFETCH(QByteArray, header);
    const QTemporaryDir folder;
    const fs::path home = folder.path().toStdString();
    copyFolder(golden("gpt2-plain"), home);
    const auto length = static_cast<std::uint64_t>(header.size());
    std::string file(reinterpret_cast<const char*>(&length), 8);
    writeText(home / "model.safetensors", file + header.toStdString() + std::string(16, '\0'));
    const auto finished = cli({"info", "--model", folder.path()});
    QVERIFY2(finished.refused(), finished.says());
}

void TestCliHostile::damagedConfigs_data()
{
    QTest::addColumn<QByteArray>("config");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("not JSON") << QByteArray("model_type: gpt2");
    QTest::newRow("a number") << QByteArray("7");
    QTest::newRow("unknown family") << QByteArray(R"({"model_type":"oracle"})");
    QTest::newRow("negative layers") << QByteArray(
        R"({"model_type":"gpt2","n_layer":-2,"n_head":4,"n_embd":24,"n_positions":32,"vocab_size":61})");
    QTest::newRow("more layers than weights") << QByteArray(
        R"({"model_type":"gpt2","n_layer":2000000000,"n_head":4,"n_embd":24,"n_positions":32,"vocab_size":61})");
    QTest::newRow("heads that do not divide") << QByteArray(
        R"({"model_type":"gpt2","n_layer":2,"n_head":7,"n_embd":24,"n_positions":32,"vocab_size":61})");
    QTest::newRow("no heads") << QByteArray(
        R"({"model_type":"gpt2","n_layer":2,"n_head":0,"n_embd":24,"n_positions":32,"vocab_size":61})");
    QTest::newRow("words for numbers") << QByteArray(
        R"({"model_type":"gpt2","n_layer":"two","n_head":4,"n_embd":24,"n_positions":32,"vocab_size":61})");
}

void TestCliHostile::damagedConfigs()
{
    QFETCH(QByteArray, config);
    const QTemporaryDir folder;
    const fs::path home = folder.path().toStdString();
    copyFolder(golden("gpt2-plain"), home);
    writeText(home / "config.json", config.toStdString());
    const auto finished = cli({"run", "--model", folder.path(), "--ids", "1,2"});
    QVERIFY2(finished.refused(), finished.says());
}

void TestCliHostile::tokenizerOfAnotherModel()
{
    const QTemporaryDir folder;
    const fs::path home = folder.path().toStdString();
    copyFolder(golden("gpt2-plain"), home); // 61 tokens
    fs::copy_file((induction() + "/tokenizer.json").toStdString(), home / "tokenizer.json"); // 110
    const auto finished = cli({"run", "--model", folder.path(), "--text", "Clara"});
    QVERIFY2(finished.refused(), finished.says());
    QVERIFY2(finished.err.contains("another model"), finished.says());
}

void TestCliHostile::damagedTokenizers_data()
{
    QTest::addColumn<QByteArray>("tokenizer");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("not JSON") << QByteArray("vocab");
    QTest::newRow("no model") << QByteArray("{}");
    QTest::newRow("unknown model") << QByteArray(R"({"model":{"type":"Guess","vocab":{}}})");
    QTest::newRow("negative ids") << QByteArray(
        R"({"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}})");
    QTest::newRow("huge ids") << QByteArray(
        R"({"model":{"type":"BPE","vocab":{"a":2147483647},"merges":[]}})");
    QTest::newRow("merge of unknown")
        << QByteArray(R"({"model":{"type":"BPE","vocab":{"a":0},"merges":["x y"]}})");
}

void TestCliHostile::damagedTokenizers()
{
    QFETCH(QByteArray, tokenizer);
    const QTemporaryDir folder;
    writeText(folder.filePath("tokenizer.json").toStdString(), tokenizer.toStdString());
    const auto finished = cli({"tokenize", "--model", folder.path(), "--text", "a"});
    QVERIFY2(finished.refused(), finished.says());
}

void TestCliHostile::damagedEdits_data()
{
    QTest::addColumn<QByteArray>("edits");
    const auto row
        = [](const char* name, const char* json) { QTest::newRow(name) << QByteArray(json); };
    row("empty", "");
    row("not JSON", "{");
    row("no list", "{}");
    row("no site", R"({"edits":[{"op":"zero"}]})");
    row("unknown site", R"({"edits":[{"site":"blocks.0.hook_x","op":"zero"}]})");
    row("site of another model", R"({"edits":[{"site":"blocks.7.hook_resid_post","op":"zero"}]})");
    row("unknown operation", R"({"edits":[{"site":"blocks.0.hook_resid_post","op":"wish"}]})");
    row("operation of a later version",
        R"({"edits":[{"site":"blocks.0.hook_resid_post","op":"clamp","value":1}]})");
    row("unknown field",
        R"({"edits":[{"site":"blocks.0.hook_resid_post","op":"zero","how":"fast"}]})");
    row("head that is not there",
        R"({"edits":[{"site":"blocks.0.attn.hook_z","op":"zero","index":{"head":4}}]})");
    row("unit that is not there",
        R"({"edits":[{"site":"blocks.0.mlp.hook_post","op":"zero","index":{"unit":960}}]})");
    row("values in no file",
        R"({"edits":[{"site":"blocks.0.hook_resid_post","op":"add","value":"v.safetensors#v"}]})");
    row("values without name",
        R"({"edits":[{"site":"blocks.0.hook_resid_post","op":"add","value":"v.safetensors"}]})");
    row("values of another width",
        R"({"edits":[{"site":"blocks.0.hook_resid_post","op":"add","value":"model.safetensors#h.0.attn.c_attn.bias"}]})");
}

void TestCliHostile::damagedEdits()
{
    QFETCH(QByteArray, edits);
    const QTemporaryDir folder;
    const fs::path home = folder.path().toStdString();
    copyFolder(golden("gpt2-plain"), home);
    writeText(home / "edits.json", edits.toStdString());
    for (const char* command : {"run", "generate"}) {
        const auto finished = cli({command, "--model", folder.path(), "--ids", "1,2", "--edits",
            folder.filePath("edits.json")});
        QVERIFY2(finished.refused(), finished.says());
    }
}

QTEST_GUILESS_MAIN(TestCliHostile)
#include "tst_cli_hostile.moc"
