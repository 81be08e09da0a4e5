#include "data/wired/nets.h"

#include <QtTest>
#include <fstream>
#include <sstream>

using namespace microtome::wired;
namespace fs = std::filesystem;

/// The bundled folders of the wired nets are what the program writes, and small.
class TestWiredFiles : public QObject {
    Q_OBJECT

    static std::string read(const fs::path& file)
    {
        std::ifstream in(file, std::ios::binary);
        std::stringstream all;
        all << in.rdbuf();
        return all.str();
    }

private slots:
    void areWhatTheProgramWrites_data()
    {
        QTest::addColumn<int>("index");
        const auto nets = allNets();
        for (std::size_t i = 0; i < nets.size(); ++i)
            QTest::newRow(nets[i].name.c_str()) << static_cast<int>(i);
    }

    void areWhatTheProgramWrites()
    {
        QFETCH(int, index);
        const Net net = allNets().at(static_cast<std::size_t>(index));
        const fs::path kept = fs::path(MICROTOME_SOURCE) / "data/models" / net.name;
        QTemporaryDir made;
        const fs::path folder = made.path().toStdString();
        writeNet(net, folder);
        std::size_t files = 0;
        std::uintmax_t bytes = 0;
        for (const auto& entry : fs::directory_iterator(folder)) {
            const fs::path name = entry.path().filename();
            QVERIFY2(read(kept / name) == read(entry.path()), name.c_str());
            bytes += entry.file_size();
            ++files;
        }
        QCOMPARE(files, std::size_t(net.dictionary.empty() ? 3 : 4));
        QVERIFY2(bytes < (net.name == "induction" ? 2'000'000u : 1'000'000u), net.name.c_str());
        QVERIFY(fs::exists(kept / "README.md"));
        for (const auto& entry : fs::directory_iterator(kept))
            QVERIFY2(fs::exists(folder / entry.path().filename())
                    || entry.path().filename() == "README.md",
                entry.path().c_str());
    }
};

QTEST_GUILESS_MAIN(TestWiredFiles)
#include "tst_wired_files.moc"
