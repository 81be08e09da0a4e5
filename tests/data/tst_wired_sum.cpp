#include "core/analysis/fourier.h"
#include "core/nn/open.h"

#include <QtTest>

#include <cmath>
#include <set>

using namespace microtome;

/// The wired net of addition mod 97 answers every pair, with the logits that its card says.
class TestWiredSum : public QObject {
    Q_OBJECT

    static constexpr int p = 97;
    std::unique_ptr<Model> m_model;
    PairTask m_task;

    /// The 24 frequencies: squares mod 97, up to sign.
    static std::set<int> squares()
    {
        std::set<int> found;
        for (int n = 1; n < p; ++n)
            found.insert(std::min(n * n % p, p - n * n % p));
        return found;
    }

private slots:
    void initTestCase()
    {
        m_model = openModel(std::filesystem::path(MICROTOME_SOURCE) / "data/models/sum-97-wired");
        QVERIFY(m_model->info().unused.empty());
        QVERIFY(m_model->architecture().activation == Activation::Square);
        m_task.prompt = m_model->prompt("0 0 =").ids;
        QCOMPARE(m_task.prompt, (std::vector<TokenId>{0, 0, 97}));
        m_task.a = Position(0);
        m_task.b = Position(1);
        for (TokenId n = 0; n < p; ++n)
            m_task.numbers.push_back(n);
    }

    /// 24 for the sum, else (-1 + root 97) / 4 or (-1 - root 97) / 4.
    void everyPair()
    {
        const Matrix logits = pairValues(*m_model, m_task, {Point::Logits, {}, {}});
        QCOMPARE(sumAccuracy(logits, m_task), 1.0);
        std::set<int> residues;
        for (int n = 1; n < p; ++n)
            residues.insert(n * n % p);
        double farthest = 0;
        for (int a = 0; a < p; ++a)
            for (int b = 0; b < p; ++b)
                for (int c = 0; c < p; ++c) {
                    const int n = (a + b - c + p) % p;
                    const double expected = n == 0 ? 24
                        : residues.contains(n)     ? (-1 + std::sqrt(97)) / 4
                                                   : (-1 - std::sqrt(97)) / 4;
                    const double found
                        = logits(static_cast<std::size_t>(a * p + b), static_cast<std::size_t>(c));
                    farthest = std::max(farthest, std::abs(found - expected));
                }
        qInfo("farthest from the closed form %.2g", farthest);
        QVERIFY(farthest < 1e-4);
    }

    /// Every neuron has one frequency k: of its input weights, of its answer to the sum; its answer
    /// to a alone turns with 2 k.
    void oneFrequencyPerNeuron()
    {
        const auto pre
            = neuronSpectra(pairValues(*m_model, m_task, {Point::MlpPre, Layer(0), {}}), p);
        const auto post
            = neuronSpectra(pairValues(*m_model, m_task, {Point::MlpPost, Layer(0), {}}), p);
        QCOMPARE(pre.size(), std::size_t(240));
        const auto list = squares();
        QCOMPARE(list.size(), std::size_t(24));
        std::map<int, int> neurons;
        for (std::size_t i = 0; i < pre.size(); ++i) {
            const int k = pre[i].a.key;
            QVERIFY(list.contains(k));
            ++neurons[k];
            for (const RowSpectrum* s :
                {&pre[i].a, &pre[i].b, &post[i].a, &post[i].b, &post[i].sum}) {
                QVERIFY(std::abs(s->oneSided - 1) < 1e-4);
                QVERIFY(std::abs(s->twoSided - 0.5) < 1e-4);
            }
            QCOMPARE(pre[i].b.key, k);
            QCOMPARE(post[i].sum.key, k);
            QCOMPARE(post[i].a.key, std::min(2 * k, p - 2 * k));
        }
        for (const int k : list)
            QCOMPARE(neurons[k], 10);
        const auto shares = embeddingSpectrum(m_model->embedding(m_task.numbers));
        for (std::size_t k = 1; k < shares.size(); ++k)
            QVERIFY(
                std::abs(shares[k] - (list.contains(static_cast<int>(k)) ? 1.0 / 24 : 0)) < 1e-6);
    }
};

QTEST_GUILESS_MAIN(TestWiredSum)
#include "tst_wired_sum.moc"
