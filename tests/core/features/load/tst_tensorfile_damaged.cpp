#include "core/features/load/tensorfile.h"
#include "core/work/error.h"
#include "tests/core/features/load/told.h"

#include <QtTest>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace microtome;

namespace {

std::vector<std::filesystem::path> goldenFiles()
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
        std::filesystem::directory_iterator(MICROTOME_SOURCE "/tests/core/features/load/golden"))
        if (entry.path().extension() != ".py" && entry.path().extension() != ".txt")
            files.push_back(entry.path());
    return files;
}

std::string content(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

/// Sound files cut at every byte and with every byte changed: each is read or refused in a
/// sentence.
class TestTensorFileDamaged : public QObject {
    Q_OBJECT

private slots:
    void everyTruncation();
    void everyFlip();

private:
    std::filesystem::path copyOf(const std::filesystem::path& file) const
    {
        const auto path = std::filesystem::path(m_folder.path().toStdString()) / "bad.pt";
        std::ofstream(path, std::ios::binary | std::ios::trunc) << content(file);
        return path;
    }

    const QTemporaryDir m_folder;
};

void TestTensorFileDamaged::everyTruncation()
{
    std::size_t tried = 0;
    for (const auto& file : goldenFiles()) {
        const std::string whole = content(file);
        const auto path = copyOf(file);
        for (std::size_t length = whole.size(); length-- > 0; ++tried) {
            std::filesystem::resize_file(path, length);
            bool refused = false;
            try {
                told(readTensorFile(path).value);
            } catch (const Error& error) {
                refused = std::string_view(error.what()).ends_with('.');
            }
            QVERIFY2(
                refused, (file.filename().string() + " cut to " + std::to_string(length)).c_str());
        }
    }
    QVERIFY(tried > 40'000);
}

void TestTensorFileDamaged::everyFlip()
{
    std::size_t read = 0, refused = 0;
    for (const auto& file : goldenFiles()) {
        const std::string whole = content(file);
        const auto path = copyOf(file);
        std::fstream out(path, std::ios::binary | std::ios::in | std::ios::out);
        const auto put = [&](std::size_t at, char value) {
            out.seekp(static_cast<std::streamoff>(at));
            out.put(value);
            out.flush();
        };
        for (std::size_t i = 0; i < whole.size(); ++i) {
            for (const int mask : {0xFF, 1 << (i % 8)}) {
                put(i, static_cast<char>(whole[i] ^ mask));
                try {
                    told(readTensorFile(path).value);
                    ++read;
                } catch (const Error& error) {
                    QVERIFY2(std::string_view(error.what()).ends_with('.'), error.what());
                    ++refused;
                }
            }
            put(i, whole[i]);
        }
        QCOMPARE(content(path), whole);
        told(readTensorFile(path).value);
    }
    QVERIFY(read > 1000);
    QVERIFY(refused > 1000);
}

QTEST_GUILESS_MAIN(TestTensorFileDamaged)
#include "tst_tensorfile_damaged.moc"
