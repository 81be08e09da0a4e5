#include "data/wired/town.h"
#include "tests/data/plain_forward.h"

#include <QtTest>
#include <fstream>
#include <random>

using namespace microtome::wired;

/// The bundled induction model does what its card says.
class TestWiredInduction : public QObject {
    Q_OBJECT

    const std::filesystem::path m_folder = MICROTOME_SOURCE "/data/models/induction";
    PlainModel m_model;

    /// The start, then `half` different words in a shuffled order, twice.
    std::vector<int> repeated(int half, unsigned seed) const
    {
        std::vector<int> words;
        for (int id = 2; id < m_model.vocabulary; ++id)
            words.push_back(id);
        std::shuffle(words.begin(), words.end(), std::mt19937(seed));
        words.resize(static_cast<std::size_t>(half));
        std::vector<int> tokens = {0};
        tokens.insert(tokens.end(), words.begin(), words.end());
        tokens.insert(tokens.end(), words.begin(), words.end());
        return tokens;
    }

    /// A B, then random words without A or B up to `length` tokens, then A.
    std::vector<int> recall(int a, int b, std::size_t length, unsigned seed) const
    {
        std::mt19937 random(seed);
        std::uniform_int_distribution<int> any(2, m_model.vocabulary - 1);
        std::vector<int> tokens = {0, a, b};
        while (tokens.size() < length - 1)
            if (const int word = any(random); word != a && word != b)
                tokens.push_back(word);
        tokens.push_back(a);
        return tokens;
    }

private slots:
    void initTestCase()
    {
        m_model = PlainModel::open(m_folder);
        QCOMPARE(m_model.layers, 2);
        QCOMPARE(m_model.heads, 4);
    }

    void everyPositionSeesTheOneBefore()
    {
        const auto result = m_model.run(recall(2, 40, 693, 1));
        const auto& previous = result.heads[0][0].pattern;
        const auto& self = result.heads[0][1].pattern;
        const auto& sink = result.heads[0][2].pattern;
        const auto& sink1 = result.heads[1][1].pattern;
        const auto& self1 = result.heads[1][2].pattern;
        for (std::size_t p = 0; p < previous.size(); ++p) {
            if (p > 0)
                QVERIFY2(previous[p][p - 1] >= 0.99, qPrintable(QString::number(p)));
            QVERIFY(self[p][p] >= 0.99);
            QVERIFY(self1[p][p] >= 0.99);
            QVERIFY(sink[p][0] >= 0.99);
            QVERIFY(sink1[p][0] >= 0.99);
        }
    }

    void headsOnRepeatedWords_data()
    {
        QTest::addColumn<int>("half");
        for (int half : {2, 7, 50, 63, 77, 99, 108})
            QTest::addRow("%d", half) << half;
    }

    void headsOnRepeatedWords()
    {
        QFETCH(int, half);
        const auto n = static_cast<std::size_t>(half);
        const auto result = m_model.run(repeated(half, 7));
        for (std::size_t p = 1; p <= n; ++p) { // new words: these heads rest on the start
            QVERIFY(result.heads[0][3].pattern[p][0] >= 0.99);
            QVERIFY(result.heads[1][0].pattern[p][0] >= 0.99);
        }
        for (std::size_t p = n + 1; p <= 2 * n; ++p) {
            QVERIFY(result.heads[0][3].pattern[p][p - n] >= 0.99);
            QVERIFY(result.heads[1][0].pattern[p][p - n + 1] >= 0.99);
        }
    }

    void answers_data()
    {
        QTest::addColumn<int>("length");
        for (int length : {4, 5, 16, 64, 128, 512, 693})
            QTest::addRow("%d tokens", length) << length;
    }

    void answers()
    {
        QFETCH(int, length);
        for (unsigned seed = 0; seed < (length < 100 ? 20u : 1u); ++seed) {
            std::mt19937 random(seed);
            std::uniform_int_distribution<int> any(2, m_model.vocabulary - 1);
            const int a = any(random);
            const int other = 60 + static_cast<int>(seed);
            const int b = other == a ? other + 1 : other;
            const auto result
                = m_model.run(recall(a, b, static_cast<std::size_t>(length), seed + 100));
            const auto answer = static_cast<std::size_t>(b);
            QVERIFY2(result.lens[2][answer] >= 0.95,
                qPrintable(QString("seed %1: %2").arg(seed).arg(result.lens[2][answer])));
            QVERIFY(result.lens[0][answer] < 0.01);
            QVERIFY(result.lens[1][answer] < 0.06);
        }
    }

    void theFirstLayerExpectsAKind()
    {
        const Town town = buildTown();
        const auto result = m_model.run(m_model.tokens("Anna"));
        double verbs = 0;
        for (int id = 2; id < town.size(); ++id)
            if (town.kindNames[static_cast<std::size_t>(town.kindOf(id))] == "verb")
                verbs += result.lens[1][static_cast<std::size_t>(id)];
        QVERIFY2(verbs > 0.5 && verbs < 0.7, qPrintable(QString::number(verbs)));
    }

    void theLastHeadLooksAtTheExpectedKind()
    {
        // After a person a verb is expected: "found" at position 2 is the only one so far.
        const auto result = m_model.run(m_model.tokens("Anna found clean key and castle Ben"));
        QVERIFY(result.heads[1][3].pattern.back()[2] >= 0.99);
        QVERIFY(result.heads[1][3].pattern[2][0] >= 0.99); // no adjective yet: it rests
    }

    /// W_V W_O of the induction head: 7 from each fact of a word to its logit, nothing else.
    void theInductionHeadCopies()
    {
        constexpr std::size_t facts = Town::kinds + Town::letters;
        constexpr std::size_t logits = 98 - facts;
        const auto d = static_cast<std::size_t>(m_model.dModel);
        const auto k = static_cast<std::size_t>(m_model.dHead);
        const auto& value = m_model.tensors.at("blocks.1.attn.W_V");
        const auto& out = m_model.tensors.at("blocks.1.attn.W_O");
        for (std::size_t from = 0; from < d; ++from)
            for (std::size_t to = 0; to < d; ++to) {
                double product = 0;
                for (std::size_t i = 0; i < k; ++i)
                    product += value[from * k + i] * out[i * d + to];
                QCOMPARE(product, from < facts && to == logits + from ? 7.0 : 0.0);
            }
    }

    void bundledPairsHaveTheirAnswers()
    {
        std::ifstream in(MICROTOME_SOURCE "/data/prompts/induction-pairs.csv");
        std::string line;
        QVERIFY(std::getline(in, line).good());
        QCOMPARE(line, std::string("clean,corrupted,answer,wrong,note"));
        int pairs = 0;
        while (std::getline(in, line)) {
            const QStringList cells = QString::fromStdString(line).split(',');
            QCOMPARE(cells.size(), 5);
            const auto clean = m_model.tokens(cells[0].toStdString());
            const auto corrupted = m_model.tokens(cells[1].toStdString());
            QCOMPARE(clean.size(), corrupted.size());
            for (const auto& tokens : {clean, corrupted})
                QVERIFY2(std::find(tokens.begin(), tokens.end(), 1) == tokens.end(), line.c_str());
            const auto answer = static_cast<std::size_t>(m_model.ids.at(cells[2].toStdString()));
            const auto wrong = static_cast<std::size_t>(m_model.ids.at(cells[3].toStdString()));
            QVERIFY2(m_model.run(clean).lens[2][answer] >= 0.9, line.c_str());
            QVERIFY2(m_model.run(corrupted).lens[2][wrong] >= 0.9, line.c_str());
            ++pairs;
        }
        QVERIFY(pairs >= 8);
    }
};

QTEST_GUILESS_MAIN(TestWiredInduction)
#include "tst_wired_induction.moc"
