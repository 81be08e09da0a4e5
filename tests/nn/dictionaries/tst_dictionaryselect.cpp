#include "tests/nn/dictionaries/dictionarysubject.h"

#include "core/features/load/open.h"
#include "core/features/save/saelens.h"

#include <ATen/TensorOperators.h>

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace microtome;
using namespace microtome::nn;
using namespace microtome::test;

namespace {

/// W_enc = W_dec = 1, no biases: pre-activations are the inputs.
DictionaryWeights identity(const DictionaryRecipe& r, std::int64_t d)
{
    DictionaryWeights w(r, d, d);
    for (std::int64_t i = 0; i < d; ++i)
        w.encoder()[i * d + i] = w.decoder()[i * d + i] = 1;
    return w;
}

at::Tensor rowOf(std::initializer_list<float> values)
{
    at::Tensor row = randomTensor(1, static_cast<std::int64_t>(values.size()), 0);
    std::copy(values.begin(), values.end(), row.data_ptr<float>());
    return row;
}

Entries chosen(const DictionaryRecipe& r, const DictionaryWeights& w, const at::Tensor& x,
    const at::Tensor& gradients = {})
{
    SelectSettings settings;
    settings.gradients = gradients.defined() ? gradients.data_ptr<float>() : nullptr;
    return selectLatents(r, w, x.data_ptr<float>(), x.size(0), settings).main;
}

bool same(const Entries& a, const Entries& b)
{
    return a.begin == b.begin && a.latent == b.latent && a.value == b.value;
}

} // namespace

/// Which latents are chosen: against sorting, at known places, and against what the saved file's
/// formula chooses.
class TestDictionarySelect : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void byGradient();
    void topKBySorting();
    void batchTopKBySorting();
    void equalOnes();
    void savedIsTheSame_data();
    void savedIsTheSame();

private:
    QTemporaryDir m_folder;
};

/// methods.md #27: z = (1, 0.1), |W_dec g| = (0, 100), k = 1: latent 0 below beta = 0.09, latent 1
/// above; beta = 0 is TopK bit for bit; values stay z.
void TestDictionarySelect::byGradient()
{
    for (const char* kind : {"topk", "batchtopk"})
        for (const auto& [beta, wanted] :
            {std::pair{0.0, 0}, {0.08, 0}, {0.0899, 0}, {0.0901, 1}, {0.1, 1}}) {
            const DictionaryRecipe r
                = recipeOf({{"kind", kind}, {"k", 1}, {"latents", 2}, {"gradient", beta}});
            const Entries found = chosen(r, identity(r, 2), rowOf({1, 0.1f}), rowOf({0, -100}));
            QCOMPARE(found.count(), std::int64_t(1));
            QCOMPARE(found.latent.front(), wanted);
            QCOMPARE(found.value.front(), wanted == 0 ? 1.0f : 0.1f);
        }
    const DictionaryRecipe plain = recipeOf({{"kind", "topk"}, {"k", 5}, {"latents", 300}});
    DictionaryRecipe zero = plain;
    zero.gradient = 0;
    const DictionaryWeights w = randomWeights(plain, 20, 20, 1);
    const at::Tensor x = randomTensor(200, 20, 2);
    QVERIFY(same(chosen(plain, w, x), chosen(zero, w, x, randomTensor(200, 20, 3))));
}

void TestDictionarySelect::topKBySorting()
{
    for (const int n : {7, 33, 1000}) {
        const DictionaryRecipe r = recipeOf({{"kind", "topk"}, {"k", 6}, {"latents", n}});
        const DictionaryWeights w = randomWeights(r, 12, 12, 5);
        const at::Tensor x = randomTensor(700, 12, 6);
        const Entries found = chosen(r, w, x);
        QCOMPARE(found.tokens(), std::int64_t(700));
        for (std::int64_t t = 0; t < 700; ++t) {
            std::vector<std::pair<double, int>> all;
            for (int i = 0; i < n; ++i) {
                double z = w.bias()[i];
                for (std::int64_t j = 0; j < 12; ++j)
                    z += double(w.encoder()[i * 12 + j]) * double(x.data_ptr<float>()[t * 12 + j]);
                if (z > 0)
                    all.emplace_back(-z, i);
            }
            std::sort(all.begin(), all.end());
            all.resize(std::min<std::size_t>(all.size(), 6));
            std::sort(all.begin(), all.end(),
                [](const auto& a, const auto& b) { return a.second < b.second; });
            const auto begin = static_cast<std::size_t>(found.begin[std::size_t(t)]);
            QCOMPARE(std::size_t(found.begin[std::size_t(t) + 1]) - begin, all.size());
            for (std::size_t e = 0; e < all.size(); ++e) {
                QCOMPARE(found.latent[begin + e], all[e].second);
                QVERIFY(std::abs(double(found.value[begin + e]) + all[e].first) < 1e-5);
            }
        }
    }
}

void TestDictionarySelect::batchTopKBySorting()
{
    const DictionaryRecipe r = recipeOf({{"kind", "batchtopk"}, {"k", 2.5}, {"latents", 900}});
    const DictionaryWeights w = randomWeights(r, 12, 12, 5);
    const at::Tensor x = randomTensor(1300, 12, 6); // several tiles
    const Entries found = chosen(r, w, x);
    QCOMPARE(found.count(), std::int64_t(3250));
    std::vector<float> all;
    DictionaryRecipe every = r;
    every.k = 900;
    for (const float z : chosen(every, w, x).value)
        all.push_back(z);
    QVERIFY(all.size() > 400000);
    std::nth_element(all.begin(), all.begin() + 3249, all.end(), std::greater<>());
    QCOMPARE(*std::min_element(found.value.begin(), found.value.end()), all[3249]);
}

/// Of equal ones those of lower number, whatever stands between.
void TestDictionarySelect::equalOnes()
{
    const DictionaryRecipe r = recipeOf({{"kind", "topk"}, {"k", 3}, {"latents", 200}});
    const DictionaryWeights w = identity(r, 200);
    at::Tensor x = randomTensor(1, 200, 1).fill_(1);
    QCOMPARE(chosen(r, w, x).latent, (std::vector<std::int32_t>{0, 1, 2}));
    x.data_ptr<float>()[150] = 2;
    QCOMPARE(chosen(r, w, x).latent, (std::vector<std::int32_t>{0, 1, 150}));
}

void TestDictionarySelect::savedIsTheSame_data()
{
    QTest::addColumn<QString>("recipe");
    for (const auto& [name, form] : everyKind())
        if (name != "unsubtracted")
            QTest::newRow(name.c_str()) << QString::fromStdString(form.dump());
}

/// The trainer's own latents and reconstructions in its scale, and those of the file it saves, as
/// the loader reads it, in the activations' own.
void TestDictionarySelect::savedIsTheSame()
{
    QFETCH(QString, recipe);
    nlohmann::json form = nlohmann::json::parse(recipe.toStdString());
    form["latents"] = 40;
    const DictionaryRecipe r = recipeOf(form);
    const std::int64_t dIn = 8;
    const std::int64_t dOut = r.target.empty() ? dIn : 6;
    const double inputScale = 0.25;
    const double outputScale = r.target.empty() ? inputScale : 1.7;
    const DictionaryWeights w = randomWeights(r, dIn, dOut, 21);
    const at::Tensor raw = randomTensor(300, dIn, 22) * 4;
    const float threshold = 0.9f;
    const DictionaryPass pass(r);
    const at::Tensor x = raw * inputScale;
    const Entries f = pass.encode(w, x, threshold);
    const at::Tensor y = pass.decode(w, f, x) / outputScale;

    const auto folder = m_folder.path().toStdString() + "/" + QTest::currentDataTag();
    saveSaeLens(w.coder(r, inputScale, outputScale, threshold), folder, {}, {});
    const SparseCoder coder = openCoder(folder);
    const std::vector<Matrix> inputs{matrixOf(raw)};
    const Matrix latents = encode(coder, inputs);
    const Matrix made = decode(coder, latents, inputs).front();
    QVERIFY(f.firing() > 300);
    std::vector<float> dense(300 * 40);
    for (std::int64_t t = 0; t < 300; ++t)
        for (auto e = f.begin[std::size_t(t)]; e < f.begin[std::size_t(t) + 1]; ++e)
            dense[std::size_t(t * 40 + f.latent[std::size_t(e)])]
                = f.value[std::size_t(e)] / static_cast<float>(outputScale);
    for (std::size_t i = 0; i < dense.size(); ++i)
        QVERIFY2(std::abs(dense[i] - latents.values()[i]) < 1e-5f * (1 + std::abs(dense[i])),
            qPrintable(QString("%1: %2 and %3").arg(i).arg(dense[i]).arg(latents.values()[i])));
    for (std::size_t i = 0; i < made.size(); ++i)
        QVERIFY(std::abs(y.data_ptr<float>()[i] - made.values()[i])
            < 1e-4f * (1 + std::abs(made.values()[i])));
    for (std::size_t i = 0; i < 40; ++i) {
        double length = 0;
        for (const double value : coder.outputs.front().decoder.row(i))
            length += value * value;
        QVERIFY(std::abs(length - 1) < 1e-5);
    }
}

QTEST_GUILESS_MAIN(TestDictionarySelect)
#include "tst_dictionaryselect.moc"
