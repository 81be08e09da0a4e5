#include "core/features/load/coderfolder.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <fstream>
#include <functional>

using namespace microtome;

namespace {

void write(const std::filesystem::path& path, const std::string& text)
{
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

std::string refusal(const std::function<void()>& what)
{
    try {
        what();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace

/// What a folder of a dictionary tells a format that asks it.
class TestCoderFolder : public QObject {
    Q_OBJECT

private slots:
    void filesOfTwoLevels();
    void aFileStandsForItsFolder();
    void textsAndObjects();
    void tensorsAreOpenedOnce();
};

void TestCoderFolder::filesOfTwoLevels()
{
    const QTemporaryDir temporary;
    const std::filesystem::path path = temporary.path().toStdString();
    write(path / "b.json", "{}");
    write(path / "a" / "x.pt", "x");
    write(path / "a" / "deep" / "y.pt", "y");
    std::filesystem::create_directory(path / "cfg.json");
    std::filesystem::create_symlink(path / "a" / "x.pt", path / "link.pt");
    std::filesystem::create_symlink(path, path / "a" / "around");
    const CoderFolder folder(path);
    QCOMPARE(folder.files(), (std::vector<std::string>{"a/x.pt", "b.json", "link.pt"}));
    QVERIFY(folder.has("a/x.pt") && !folder.has("x.pt") && !folder.has("cfg.json"));
    QVERIFY(folder.chosen().empty() && folder.chose({"anything"}));
    QVERIFY_EXCEPTION_THROWN(CoderFolder(path / "absent"), Error);
}

void TestCoderFolder::aFileStandsForItsFolder()
{
    const QTemporaryDir temporary;
    const std::filesystem::path path = temporary.path().toStdString();
    write(path / "a.json", R"({"a": 1})");
    write(path / "b.json", "{}");
    const CoderFolder folder(path / "b.json");
    QCOMPARE(folder.chosen(), "b.json");
    QCOMPARE(folder.folder(), path);
    QVERIFY(folder.has("a.json"));
    QVERIFY(folder.chose({"a.json", "b.json"}) && !folder.chose({"a.json"}));
}

void TestCoderFolder::textsAndObjects()
{
    const QTemporaryDir temporary;
    const std::filesystem::path path = temporary.path().toStdString();
    write(path / "a.json", R"({"a": [1, 2]})");
    write(path / "long.json", "{\"a\": \"" + std::string(5'000'000, 'x') + "\"}");
    write(path / "list.json", "[1]");
    const CoderFolder folder(path);
    QCOMPARE(folder.text("a.json"), R"({"a": [1, 2]})");
    QCOMPARE(folder.json("a.json")["a"][1].get<int>(), 2);
    QCOMPARE(&folder.json("a.json"), &folder.json("a.json"));
    QVERIFY(refusal([&] { folder.json("list.json"); }).find("not an object") != std::string::npos);
    QVERIFY(refusal([&] { folder.json("list.json"); }).find("not an object") != std::string::npos);
    QVERIFY(refusal([&] { folder.text("long.json"); }).find("4 MB") != std::string::npos);
    QVERIFY(refusal([&] { folder.text("../a.json"); }).find("holds no file") != std::string::npos);
}

void TestCoderFolder::tensorsAreOpenedOnce()
{
    const std::filesystem::path load(MICROTOME_SOURCE "/tests/core/features/load");
    const CoderFolder saved(load / "saelens" / "standard");
    QCOMPARE(saved.safeTensors("sae_weights.safetensors").get(),
        saved.safeTensors("sae_weights.safetensors").get());
    QVERIFY_EXCEPTION_THROWN(saved.safeTensors("cfg.json"), Error);
    QVERIFY_EXCEPTION_THROWN(saved.safeTensors("cfg.json"), Error);
    const CoderFolder golden(load / "golden");
    QVERIFY(golden.tensorFile("tensor.pt").value.tensor());
    QCOMPARE(&golden.tensorFile("tensor.pt"), &golden.tensorFile("tensor.pt"));
    QVERIFY_EXCEPTION_THROWN(golden.tensorFile("make.py"), Error);
}

QTEST_GUILESS_MAIN(TestCoderFolder)
#include "tst_coderfolder.moc"
