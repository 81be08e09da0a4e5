#include "data/sums/sums.h"

#include <QtTest>

#include <fstream>
#include <set>
#include <sstream>

using namespace microtome::sums;

/// The addition tables that the sum-97 models are trained on.
class TestSums : public QObject {
    Q_OBJECT

    static std::vector<std::string> lines(const std::filesystem::path& file)
    {
        std::ifstream in(file);
        std::vector<std::string> all;
        for (std::string line; std::getline(in, line);)
            all.push_back(line);
        return all;
    }

private slots:
    void everyPairIsInOnePart()
    {
        const Split split = splitTable();
        QCOMPARE(split.train.size(), std::size_t(3763));
        QCOMPARE(split.heldout.size(), std::size_t(9409 - 3763));
        std::set<std::pair<int, int>> seen;
        for (const auto* part : {&split.train, &split.heldout})
            for (const Sum& s : *part) {
                QVERIFY(seen.insert({s.a, s.b}).second);
                QCOMPARE(s.label, (s.a + s.b) % 97);
                QVERIFY(!s.corrupted);
            }
        QCOMPARE(seen.size(), std::size_t(9409));
        std::set<int> labels, numbers;
        for (const Sum& s : split.train) {
            labels.insert(s.label);
            numbers.insert(s.a);
            numbers.insert(200 + s.b);
        }
        QCOMPARE(labels.size(), std::size_t(97));
        QCOMPARE(numbers.size(), std::size_t(194));
        QVERIFY(splitTable().train == split.train);
    }

    void halfOfTheLabelsAreWrong()
    {
        const auto clean = splitTable().train;
        const auto train = corruptedTrain();
        QCOMPARE(train.size(), clean.size());
        std::size_t wrong = 0;
        std::set<int> shifts;
        for (std::size_t i = 0; i < train.size(); ++i) {
            QCOMPARE(train[i].a, clean[i].a);
            QCOMPARE(train[i].b, clean[i].b);
            QCOMPARE(train[i].corrupted, train[i].label != clean[i].label);
            QVERIFY(train[i].label >= 0 && train[i].label < 97);
            wrong += train[i].corrupted;
            shifts.insert((train[i].label - clean[i].label + 97) % 97);
        }
        QCOMPARE(wrong, std::size_t(1881));
        QCOMPARE(shifts.size(), std::size_t(97)); // 0 and every wrong one
    }

    void filesSayTheSame()
    {
        QTemporaryDir made;
        const std::filesystem::path folder = made.path().toStdString();
        writeSums(folder);
        const auto train = corruptedTrain();
        const auto text = lines(folder / "corrupted-train.txt");
        const auto prompts = lines(folder / "corrupted-train.csv");
        QCOMPARE(text.size(), train.size());
        QCOMPARE(prompts.size(), train.size() + 1);
        QCOMPARE(prompts[0], std::string("clean,corrupted,answer,wrong"));
        for (std::size_t i = 0; i < train.size(); ++i) {
            std::istringstream words(text[i]);
            std::string a, b, equals, label;
            words >> a >> b >> equals >> label;
            QCOMPARE(a, std::to_string(train[i].a));
            QCOMPARE(b, std::to_string(train[i].b));
            QCOMPARE(equals, std::string("="));
            QCOMPARE(label, std::to_string(train[i].label));
            QVERIFY(prompts[i + 1].starts_with(a + " " + b + " =,"));
        }
        std::set<std::string> heldout;
        for (const std::string& line : lines(folder / "heldout.txt"))
            heldout.insert(line.substr(0, line.find('=')));
        QCOMPARE(heldout.size(), std::size_t(9409 - 3763));
        for (const char* name : {"train.txt", "corrupted-train.txt"})
            for (const std::string& line : lines(folder / name))
                QVERIFY(!heldout.contains(line.substr(0, line.find('='))));
        QCOMPARE(lines(folder / "train.csv").size(), std::size_t(3764));
        QCOMPARE(lines(folder / "corrupted-pairs.csv").size(), std::size_t(1882));
        QCOMPARE(lines(folder / "heldout.csv").size(), std::size_t(5647));
    }
};

QTEST_GUILESS_MAIN(TestSums)
#include "tst_sums.moc"
