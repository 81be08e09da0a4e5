#include "core/features/load/tensorfile.h"
#include "core/work/error.h"
#include "tests/core/features/load/told.h"

#include <QtTest>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

using namespace microtome;

namespace {

const std::filesystem::path golden(MICROTOME_SOURCE "/tests/core/features/load/golden");
const std::filesystem::path shared(MICROTOME_SHARED_DATA);

std::map<std::string, std::string> expectedLines()
{
    std::map<std::string, std::string> lines;
    std::ifstream in(golden / "expected.txt");
    for (std::string line; std::getline(in, line);)
        lines[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
    return lines;
}

std::string refusal(const std::filesystem::path& path)
{
    try {
        readTensorFile(path);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace

/// Files of torch and numpy against what those libraries themselves read from them, bit by bit.
class TestTensorFile : public QObject {
    Q_OBJECT

private slots:
    void goldens_data();
    void goldens();
    void everyGoldenIsListed();
    void kindsAreToldFromTheContent();
    void tensorsShareTheirStorage();
    void lookUp();
    void realVector();
    void hostileFilesAreRefused();
    void otherFilesAreRefused();
};

void TestTensorFile::goldens_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("expected");
    for (const auto& [name, line] : expectedLines())
        QTest::newRow(name.c_str()) << QString::fromStdString(name) << QString::fromStdString(line);
}

void TestTensorFile::goldens()
{
    QFETCH(QString, name);
    QFETCH(QString, expected);
    const TensorFile file = readTensorFile(golden / name.toStdString());
    QCOMPARE(QString::fromStdString(told(file.value)), expected);
}

void TestTensorFile::everyGoldenIsListed()
{
    const auto lines = expectedLines();
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(golden)) {
        const auto extension = entry.path().extension();
        if (extension == ".py" || extension == ".txt")
            continue;
        ++files;
        QVERIFY2(lines.contains(entry.path().filename().string()), entry.path().c_str());
    }
    QCOMPARE(files, lines.size());
    QVERIFY(files >= 38);
}

void TestTensorFile::kindsAreToldFromTheContent()
{
    const QTemporaryDir folder;
    const std::map<std::string, TensorFileKind> kinds{{"views.pt", TensorFileKind::Torch},
        {"views-deflated.pt", TensorFileKind::Torch},
        {"views-legacy.pt", TensorFileKind::LegacyTorch},
        {"steering-vector-legacy.pt", TensorFileKind::LegacyTorch},
        {"arrays-4.pkl", TensorFileKind::Pickle}, {"deflated.npz", TensorFileKind::NumpyArchive},
        {"fortran.npy", TensorFileKind::NumpyArray}};
    for (const auto& [name, kind] : kinds) {
        const auto path = std::filesystem::path(folder.path().toStdString()) / (name + ".bin");
        std::filesystem::copy_file(golden / name, path);
        QVERIFY2(readTensorFile(path).kind == kind, name.c_str());
    }
}

void TestTensorFile::tensorsShareTheirStorage()
{
    for (const char* name : {"views.pt", "views-legacy.pt"}) {
        const StoredValue value = readTensorFile(golden / name).value;
        const StoredTensor* base = value.find("base")->tensor();
        const StoredTensor* transposed = value.find("transposed")->tensor();
        QVERIFY(base && transposed);
        QCOMPARE(base->storage().get(), transposed->storage().get());
        QVERIFY(base->storage() != value.find("contiguous")->tensor()->storage());
        const Matrix matrix = transposed->matrix();
        QCOMPARE(matrix.rows(), std::size_t(6));
        QCOMPARE(matrix.columns(), std::size_t(4));
        QCOMPARE(matrix(5, 3), 23.f);
        QCOMPARE(value.find("row")->tensor()->matrix().rows(), std::size_t(1));
        QCOMPARE(value.find("scalar")->tensor()->matrix()(0, 0), 23.f);
    }
}

void TestTensorFile::lookUp()
{
    const StoredValue value = readTensorFile(golden / "nested-2.pt").value;
    QVERIFY(value.find("tuple")->isTuple());
    QVERIFY(!value.find("again")->isTuple());
    QVERIFY(!value.find("absent"));
    QVERIFY(!value.find("tuple")->find("absent"));
    QCOMPARE(*value.find("device")->text(), std::string("cuda:1"));
    QCOMPARE(*value.find("dtype")->text(), std::string("torch.bfloat16"));
    const StoredRecord* names = value.find("names")->record();
    QVERIFY(names);
    QCOMPARE(names->type, std::string("argparse.Namespace"));
    QCOMPARE(names->state.find("d_model")->integer(), std::optional<std::int64_t>(768));
    QVERIFY(!names->state.find("d_model")->tensor());
    QVERIFY(!names->state.find("d_model")->text());
    const StoredValue vector = readTensorFile(golden / "steering-vector.pt").value;
    QCOMPARE(vector.record()->type, std::string("steering_vectors.steering_vector.SteeringVector"));
    QVERIFY(vector.record()->state.find("layer_activations")->dict()->at(0).second.tensor());
}

void TestTensorFile::realVector()
{
    const auto path = shared / "steering/control-vectors/2534.pt";
    if (!std::filesystem::exists(path))
        QSKIP("The shared data folder with a real vector is absent.");
    const TensorFile file = readTensorFile(path);
    QVERIFY(file.kind == TensorFileKind::Torch);
    const StoredTensor* tensor = file.value.tensor();
    QVERIFY(tensor);
    QCOMPARE(tensor->dtype(), StoredDtype::F32);
    QCOMPARE(tensor->count(), std::int64_t(3584));
    for (const float number : tensor->floats())
        QVERIFY(std::isfinite(number));
}

void TestTensorFile::hostileFilesAreRefused()
{
    if (!std::filesystem::exists(shared / "hostile"))
        QSKIP("The shared data folder with hostile files is absent.");
    const auto module = refusal(shared / "hostile/pickled-module.pth");
    QCOMPARE(QString::fromStdString(module),
        QString("pickled-module.pth asks for transformer_lens.HookedTransformer.HookedTransformer, "
                "which Microtome does not run or know; convert it to safetensors."));
    const auto corrupt = refusal(shared / "hostile/corrupt-zip.pth");
    QVERIFY2(corrupt.starts_with("corrupt-zip.pth is a damaged zip archive: "), corrupt.c_str());
}

void TestTensorFile::otherFilesAreRefused()
{
    QVERIFY(refusal(golden / "expected.txt")
                .ends_with("is no file of torch or numpy that Microtome knows."));
    QVERIFY(refusal(golden / "absent.pt").starts_with("Cannot read "));
    const auto model = shared / "models/stories260K/model.safetensors";
    if (std::filesystem::exists(model))
        QVERIFY(refusal(model).find("safetensors file rather than") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestTensorFile)
#include "tst_tensorfile.moc"
