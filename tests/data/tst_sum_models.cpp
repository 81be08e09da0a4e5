#include "core/analysis/fourier.h"
#include "core/analysis/training.h"
#include "core/nn/open.h"
#include "data/sums/sums.h"

#include <QtTest>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

using namespace microtome;
namespace fs = std::filesystem;

namespace {

const fs::path models = fs::path(MICROTOME_SOURCE) / "data/models";
constexpr int p = sums::modulus;

std::string read(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
}

/// What a trained net does on every pair.
struct Trained {
    std::unique_ptr<Model> model;
    PairTask task;
    Matrix logits;
    std::vector<NeuronSpectra> pre; ///< of the neurons before the activation
    std::vector<NeuronSpectra> post;

    explicit Trained(const fs::path& folder)
        : model(openModel(folder))
    {
        task.prompt = model->prompt("0 0 =").ids;
        task.a = Position(0);
        task.b = Position(1);
        for (TokenId n = 0; n < p; ++n)
            task.numbers.push_back(n);
        logits = pairValues(*model, task, {Point::Logits, {}, {}});
        pre = neuronSpectra(pairValues(*model, task, {Point::MlpPre, Layer(0), {}}), p);
        post = neuronSpectra(pairValues(*model, task, {Point::MlpPost, Layer(0), {}}), p);
    }

    /// Share of the sums whose label is the top token.
    double accuracy(const std::vector<sums::Sum>& list) const
    {
        double right = 0;
        for (const sums::Sum& s : list) {
            const auto row = logits.row(static_cast<std::size_t>(s.a * p + s.b));
            right += std::max_element(row.begin(), row.end()) - row.begin() == s.label;
        }
        return right / static_cast<double>(list.size());
    }

    /// Neurons that answer to the pairs at all.
    std::vector<std::size_t> active() const
    {
        double most = 0;
        for (const NeuronSpectra& n : post)
            most = std::max(most, n.deviation);
        std::vector<std::size_t> list;
        for (std::size_t i = 0; i < post.size(); ++i)
            if (post[i].deviation > 0.01 * most)
                list.push_back(i);
        return list;
    }
};

struct Ratios {
    double mean = 0; ///< of the one-sided inverse participation ratio
    double single = 0; ///< share of the neurons above 0.8
    double half = 0; ///< share of the neurons that have half of their power at one frequency
    std::set<int> keys; ///< of those above 0.8
};

Ratios ratiosOf(const std::vector<NeuronSpectra>& neurons, const std::vector<std::size_t>& active,
    const RowSpectrum NeuronSpectra::*of)
{
    Ratios out;
    for (const std::size_t i : active) {
        const RowSpectrum& s = neurons[i].*of;
        out.mean += s.oneSided / static_cast<double>(active.size());
        out.half += (s.share > 0.5) / static_cast<double>(active.size());
        if (s.oneSided > 0.8) {
            out.single += 1 / static_cast<double>(active.size());
            out.keys.insert(s.key);
        }
    }
    return out;
}

} // namespace

/// The two trained nets of addition mod 97 do what their cards say.
class TestSumModels : public QObject {
    Q_OBJECT

    std::unique_ptr<Trained> m_sum, m_memory;

    static void tell(const char* name, const Trained& net)
    {
        const auto active = net.active();
        for (const auto& [what, neurons, of] :
            {std::tuple{"a, before the activation", &net.pre, &NeuronSpectra::a},
                {"b, before the activation", &net.pre, &NeuronSpectra::b},
                {"a", &net.post, &NeuronSpectra::a}, {"b", &net.post, &NeuronSpectra::b},
                {"a + b", &net.post, &NeuronSpectra::sum}}) {
            const Ratios r = ratiosOf(*neurons, active, of);
            std::string keys;
            for (const int k : r.keys)
                keys += " " + std::to_string(k);
            qInfo("%s: %zu active, over %s: mean ratio %.3f, above 0.8 %.3f, half %.3f, keys%s",
                name, active.size(), what, r.mean, r.single, r.half, keys.c_str());
        }
    }

private slots:
    void initTestCase()
    {
        m_sum = std::make_unique<Trained>(models / "sum-97");
        m_memory = std::make_unique<Trained>(models / "sum-97-memorising");
        tell("sum-97", *m_sum);
        tell("sum-97-memorising", *m_memory);
    }

    void generalises()
    {
        QCOMPARE(sumAccuracy(m_sum->logits, m_sum->task), 1.0);
        QCOMPARE(m_sum->accuracy(sums::splitTable().heldout), 1.0);
    }

    void memorises()
    {
        QCOMPARE(m_memory->accuracy(sums::corruptedTrain()), 1.0);
        const double heldout = m_memory->accuracy(sums::splitTable().heldout);
        QVERIFY2(heldout < 0.05, qPrintable(QString::number(heldout)));
    }

    /// Methods #54: a neuron that generalises has one frequency, one that memorises has none.
    void oneFrequencyOrNone()
    {
        const auto active = m_sum->active();
        QVERIFY(active.size() > 100);
        for (const auto of : {&NeuronSpectra::a, &NeuronSpectra::b}) {
            const Ratios r = ratiosOf(m_sum->pre, active, of);
            QVERIFY2(r.single >= 0.85, qPrintable(QString::number(r.single)));
            QVERIFY2(r.half >= 0.95, qPrintable(QString::number(r.half)));
            QVERIFY2(r.mean >= 0.88, qPrintable(QString::number(r.mean)));
            QCOMPARE(r.keys, (std::set<int>{15, 18, 41}));
        }
        const auto all = m_memory->active();
        QVERIFY(all.size() > 200);
        for (const auto of : {&NeuronSpectra::a, &NeuronSpectra::b, &NeuronSpectra::sum})
            for (const auto* neurons : {&m_memory->pre, &m_memory->post}) {
                const Ratios r = ratiosOf(*neurons, all, of);
                QVERIFY2(r.single + r.half < 0.02, qPrintable(QString::number(r.single + r.half)));
                QVERIFY2(r.mean < 0.1, qPrintable(QString::number(r.mean)));
            }
    }

    /// The embedding's power lies at the frequencies of the neurons.
    void embeddingsHavePeaks()
    {
        const Ratios r = ratiosOf(m_sum->pre, m_sum->active(), &NeuronSpectra::a);
        const auto shares = embeddingSpectrum(m_sum->model->embedding(m_sum->task.numbers));
        double peaks = 0;
        for (const int k : r.keys)
            peaks += shares[static_cast<std::size_t>(k)];
        qInfo("%zu frequencies hold %.3f of the embedding's power", r.keys.size(), peaks);
        QVERIFY(peaks > 0.95);
        const auto flat = embeddingSpectrum(m_memory->model->embedding(m_memory->task.numbers));
        QVERIFY(*std::max_element(flat.begin() + 1, flat.end()) < 0.06);
    }

    /// First the training pairs are known, much later the others.
    void groks()
    {
        const auto record = TrainingRecord::beside(models / "sum-97");
        QVERIFY(record.has_value());
        const auto stepOf = [&](const std::string& task, double accuracy) {
            for (const auto& a : record->tasks.at(task))
                if (a.accuracy >= accuracy)
                    return a.step;
            return std::int64_t(-1);
        };
        const auto known = stepOf("train", 0.99);
        const auto understood = stepOf("heldout", 0.99);
        qInfo("99 %% of training pairs at step %lld, of the others at %lld",
            static_cast<long long>(known), static_cast<long long>(understood));
        QVERIFY(known > 0 && understood >= known + 150);
        double gap = 0; // between what is known and what is understood
        for (std::size_t i = 0; i < record->tasks.at("train").size(); ++i)
            gap = std::max(gap,
                record->tasks.at("train")[i].accuracy - record->tasks.at("heldout")[i].accuracy);
        QVERIFY2(gap > 0.5, qPrintable(QString::number(gap)));
        QCOMPARE(record->tasks.at("heldout").back().accuracy, 1.0);
        QVERIFY(record->checkpoints.size() >= 11);
        for (const auto& checkpoint : record->checkpoints)
            QVERIFY(checkpoint.step == record->steps
                || fs::exists(
                    models / "sum-97/checkpoints" / checkpoint.name / "model.safetensors"));

        // A checkpoint before, opened as a model of its own.
        const Trained early(models / "sum-97/checkpoints/step-000400");
        QVERIFY(early.accuracy(sums::splitTable().train) > 0.98);
        QVERIFY(early.accuracy(sums::splitTable().heldout) < 0.7);
        const Trained before(models / "sum-97/checkpoints/step-000200");
        const double ratio = ratiosOf(before.pre, before.active(), &NeuronSpectra::a).mean;
        QVERIFY2(ratio < 0.2, qPrintable(QString::number(ratio)));
    }

    void recipesAreThoseOfTheFolders()
    {
        for (const char* name : {"sum-97", "sum-97-memorising"}) {
            const auto record = TrainingRecord::beside(models / name);
            QVERIFY(record.has_value());
            QCOMPARE(record->recipe,
                read(fs::path(MICROTOME_SOURCE) / "data/zoo" / (std::string(name) + ".json")));
        }
        std::uintmax_t bytes = 0;
        for (const char* name : {"sum-97", "sum-97-memorising"})
            for (const auto& entry : fs::recursive_directory_iterator(models / name))
                bytes += entry.is_regular_file() ? entry.file_size() : 0;
        QVERIFY2(bytes < 6'000'000, qPrintable(QString::number(bytes)));
    }
};

QTEST_GUILESS_MAIN(TestSumModels)
#include "tst_sum_models.moc"
