#include "core/analysis/bundle.h"
#include "core/analysis/heads.h"
#include "core/model/safetensors.h"
#include "tests/fakemodel.h"
#include "tests/fakeweights.h"

#include <QtTest>

#include <cmath>
#include <filesystem>
#include <set>

using namespace microtome;

namespace {

FakeTensor tensor(
    std::vector<std::int64_t> shape, const std::function<double(std::size_t, std::size_t)>& f)
{
    const auto columns = static_cast<std::size_t>(shape.back());
    std::size_t rows = 1;
    for (std::size_t i = 0; i + 1 < shape.size(); ++i)
        rows *= static_cast<std::size_t>(shape[i]);
    std::vector<float> values;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            values.push_back(static_cast<float>(f(r, c)));
    return {std::move(shape), Matrix(rows, columns, std::move(values))};
}

/// Attention-only, one layer, two heads, weights set by hand: positions are one-hot; head 0 matches
/// the query's position - 1, head 1 its own position.
FakeModel positionModel()
{
    Architecture a;
    a.family = "transformer_lens";
    a.layers = 1;
    a.heads = a.kvHeads = 2;
    a.dModel = a.dHead = 12;
    a.vocabulary = 20;
    a.context = 12;
    a.norm = Norm::None;
    a.finalNorm = false;
    a.attentionScale = 1;
    const auto identity = [](std::size_t r, std::size_t c) { return r == c ? 1.0 : 0.0; };
    FakeWeights w;
    w["pos_embed.W_pos"] = tensor({12, 12}, identity);
    w["blocks.0.attn.W_Q"] = tensor({2, 12, 12}, [](std::size_t r, std::size_t c) {
        return r < 12 ? (r == c + 1 ? 100.0 : 0.0) : (r - 12 == c ? 100.0 : 0.0);
    });
    w["blocks.0.attn.W_K"]
        = tensor({2, 12, 12}, [](std::size_t r, std::size_t c) { return r % 12 == c ? 1.0 : 0.0; });
    return {a, w};
}

} // namespace

class TestHeads : public QObject {
    Q_OBJECT

private slots:
    void closedForms()
    {
        FakeModel model = positionModel();
        const Subject subject = subjectOf(model, model.prompt(std::vector<TokenId> {3, 4, 5, 6, 7, 8}));
        const HeadScores s = headScores(model, subject);
        // Position 0 has no previous token: it sees itself. 5 of 6 queries look one back.
        QVERIFY(std::abs(s.of(HeadScore::Previous)(0, 0) - 5.f / 6) < 1e-6f);
        QVERIFY(std::abs(s.of(HeadScore::Self)(0, 1) - 1) < 1e-6f);
        QVERIFY(std::abs(s.of(HeadScore::Previous)(0, 1)) < 1e-6f);
        QVERIFY(std::abs(s.of(HeadScore::Entropy)(0, 0)) < 1e-6f);
        QVERIFY(std::abs(s.of(HeadScore::Sink)(0, 0) - 2.f / 6) < 1e-6f);
        const HeadScores excluded = headScores(model, subject, {.excludeCurrent = true});
        QVERIFY(std::abs(excluded.of(HeadScore::Previous)(0, 0) - 1) < 1e-6f);
        const HeadScores noBos = headScores(model, subject, {.excludeBos = true});
        QVERIFY(std::abs(noBos.of(HeadScore::Previous)(0, 0) - 1) < 1e-6f);

        const HeadScores atlas = headAtlas(model, {.repeated = 4, .sequences = 3});
        QVERIFY(std::abs(atlas.of(HeadScore::Previous)(0, 0) - 1) < 1e-6f);
        QVERIFY(std::abs(atlas.of(HeadScore::Self)(0, 1) - 1) < 1e-6f);
        QVERIFY(std::abs(atlas.of(HeadScore::Induction)(0, 0)) < 1e-6f);
        QCOMPARE(atlas.repeated, 4);
        QCOMPARE(atlas.sequences, 3);
        QVERIFY(atlas.distinct && !atlas.bos);
    }

    /// TransformerLens's three detection patterns on "a b a a": the induction pattern keeps the
    /// diagonal where a token follows itself.
    void detectionPatterns()
    {
        const std::vector<TokenId> ids{5, 6, 5, 5};
        QVERIFY(detectionPattern(HeadScore::Previous, ids)
            == Matrix(4, 4, {0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}));
        QVERIFY(detectionPattern(HeadScore::Duplicate, ids)
            == Matrix(4, 4, {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0}));
        QVERIFY(detectionPattern(HeadScore::Induction, ids)
            == Matrix(4, 4, {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1}));
        const Matrix a(2, 2, {1, 0, 0.25f, 0.75f});
        const Matrix d(2, 2, {0, 0, 1, 0});
        QCOMPARE(detectionScore(a, d), 0.125);
        QCOMPARE(detectionScore(a, d, {.excludeBos = true}), 0.0);
        QCOMPARE(detectionScore(a, d, {.excludeCurrent = true}), 1.0);
    }

    void atlasSequencesAreRepeated()
    {
        auto model = FakeModel::small();
        const auto sequences = atlasSequences(*model, {.repeated = 10, .seed = 7});
        QCOMPARE(sequences.size(), std::size_t(8));
        std::set<std::vector<TokenId>> different;
        for (const auto& ids : sequences) {
            QCOMPARE(ids.size(), std::size_t(21));
            QCOMPARE(ids[0], 0);
            const std::set<TokenId> half(ids.begin() + 1, ids.begin() + 11);
            QCOMPARE(half.size(), std::size_t(10));
            QVERIFY(*half.begin() > 2); // nothing special
            QVERIFY(std::equal(ids.begin() + 1, ids.begin() + 11, ids.begin() + 11));
            different.insert(ids);
        }
        QCOMPARE(different.size(), std::size_t(8));
        QCOMPARE(atlasSequences(*model, {.repeated = 10, .seed = 7}), sequences);
        QVERIFY(atlasSequences(*model, {.repeated = 10, .seed = 8}) != sequences);
        QVERIFY_EXCEPTION_THROWN(atlasSequences(*model, {.repeated = 64}), Error);
        const HeadScores scores = headAtlas(*model, {.sequences = 1});
        QCOMPARE(scores.repeated, 50);
        QVERIFY(scores.bos && scores.distinct);
        const HeadScores back = HeadScores::fromBundle(scores.toBundle());
        QVERIFY(back.of(HeadScore::Sink) == scores.of(HeadScore::Sink));
        QCOMPARE(back.repeated, 50);
        QCOMPARE(back.seed, scores.seed);
    }

    /// The public two-layer induction model (context 8, 26 tokens, no BOS): four tokens repeated.
    void inductionModel()
    {
        const std::filesystem::path file
            = std::string(MICROTOME_SHARED_DATA) + "/models/induction-2l/model.safetensors";
        if (!std::filesystem::exists(file))
            QSKIP("The shared model induction-2l is not here.");
        const auto tensors = SafeTensors::open(file);
        Architecture a;
        a.family = "transformer_lens";
        a.layers = 2;
        a.heads = a.kvHeads = 1;
        a.dModel = a.dHead = 64;
        a.vocabulary = 26;
        a.context = 8;
        a.norm = Norm::None;
        a.finalNorm = false;
        a.attentionScale = 1.0 / 8;
        FakeWeights weights;
        for (const auto& [name, entry] : tensors->entries())
            weights[name] = {entry.shape, tensors->matrix(name)};
        FakeModel model(a, weights);
        const HeadScores s = headAtlas(model);
        QCOMPARE(s.repeated, 4);
        QVERIFY(!s.bos && s.distinct);
        QVERIFY2(s.of(HeadScore::Previous)(0, 0) >= 0.95f,
            std::to_string(s.of(HeadScore::Previous)(0, 0)).c_str());
        QVERIFY2(s.of(HeadScore::Induction)(1, 0) >= 0.8f,
            std::to_string(s.of(HeadScore::Induction)(1, 0)).c_str());
    }
};

QTEST_GUILESS_MAIN(TestHeads)
#include "tst_heads.moc"
