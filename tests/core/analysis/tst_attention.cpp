#include "core/analysis/attention.h"
#include "core/analysis/bundle.h"
#include "tests/fakevariety.h"

#include <QtTest>

#include <cmath>

using namespace microtome;
using Kind = AttentionMap::Kind;

namespace {

double rowSum(const Matrix& m, std::size_t row)
{
    double sum = 0;
    for (const float x : m.row(row))
        sum += static_cast<double>(x);
    return sum;
}

} // namespace

class TestAttention : public QObject {
    Q_OBJECT

private slots:
    /// Rows of every kind of map sum to 1 and see no later token, over random architectures.
    void rowsSumToOne()
    {
        FakeRandom random(31);
        for (int round = 0; round < 10; ++round) {
            Architecture a = randomArchitecture(random);
            a.bos = 0;
            FakeModel model(a, random.next());
            std::vector<TokenId> ids = randomIds(a, random, 7);
            ids[0] = 0;
            const Subject subject = subjectOf(model, model.prompt(ids));
            for (const Kind kind : {Kind::SingleHead, Kind::LayerMean, Kind::ModelMean,
                     Kind::Rollout, Kind::RolloutNoBos}) {
                const bool whole = kind == Kind::Rollout || kind == Kind::RolloutNoBos;
                const AttentionMap map = attentionMap(
                    model, subject, kind, whole ? Layer() : Layer(a.layers - 1), Head(a.heads - 1));
                for (std::size_t i = 0; i < 7; ++i) {
                    QVERIFY(std::abs(rowSum(map.weights, i) - 1) < 1e-6);
                    for (std::size_t j = i + 1; j < 7; ++j)
                        QCOMPARE(map.weights(i, j), 0.f);
                    if (kind == Kind::RolloutNoBos && i > 0)
                        QCOMPARE(map.weights(i, 0), 0.f);
                }
            }
        }
    }

    void averagesAndRollout()
    {
        auto model = FakeModel::small();
        const Subject subject = subjectOf(*model, model->prompt("The cat sat on the mat"));
        const std::size_t n = subject.tokens();
        Matrix rolled;
        double all = 0;
        for (int l = 0; l < 3; ++l) {
            double sum = 0;
            for (int h = 0; h < 4; ++h)
                sum += static_cast<double>(
                    attentionMap(*model, subject, Kind::SingleHead, Layer(l), Head(h))
                        .weights(4, 2));
            const Matrix mean = attentionMap(*model, subject, Kind::LayerMean, Layer(l)).weights;
            QVERIFY(std::abs(sum / 4 - static_cast<double>(mean(4, 2))) < 1e-6);
            all += sum / 12;
            rolled = rolledOut(mean, rolled, false);
            const Matrix direct = attentionMap(*model, subject, Kind::Rollout, Layer(l)).weights;
            for (std::size_t i = 0; i < n * n; ++i)
                QVERIFY(std::abs(direct.values()[i] - rolled.values()[i]) < 1e-6f);
        }
        QVERIFY(
            std::abs(all
                - static_cast<double>(attentionMap(*model, subject, Kind::ModelMean).weights(4, 2)))
            < 1e-6);
        // By hand: one layer is ½(A + I); two equal layers of uniform attention over two tokens.
        const Matrix a(2, 2, {1, 0, 0.5f, 0.5f});
        const Matrix once = rolledOut(a, {}, false);
        QVERIFY(once == Matrix(2, 2, {1, 0, 0.25f, 0.75f}));
        QVERIFY(rolledOut(a, once, false) == Matrix(2, 2, {1, 0, 0.4375f, 0.5625f}));
        QVERIFY(rolledOut(a, {}, true) == Matrix(2, 2, {1, 0, 0, 1}));
    }

    /// ‖v_j W_O‖ with grouped queries: from result = z W_O where the pattern is set to one key.
    void valueWeighted()
    {
        Architecture a = FakeModel::small()->architecture();
        a.kvHeads = 2;
        FakeModel model(a, 6);
        Subject subject = subjectOf(model, model.prompt(std::vector<TokenId> {0, 5, 9, 14}));
        const Head head(2);
        const AttentionMap map = attentionMap(model, subject, Kind::SingleHead, Layer(1), head);
        const Site pattern{Point::Pattern, Layer(1), head};
        const Site result{Point::Result, Layer(1), head};
        for (int key = 0; key < 4; ++key) {
            Edit look;
            look.site = pattern;
            look.operation = Operation::Set;
            look.positions = EditPositions::at(Position(3));
            std::vector<float> one(4);
            one[static_cast<std::size_t>(key)] = 1;
            look.values = Matrix(1, 4, one);
            subject.edits = {look};
            const Matrix written = model.run(subject.request({result})).at(result);
            double square = 0;
            for (const float x : written.row(3))
                square += static_cast<double>(x) * static_cast<double>(x);
            QVERIFY(std::abs(std::sqrt(square)
                        - static_cast<double>(map.valueNorms(0, static_cast<std::size_t>(key))))
                < 1e-5);
        }
        const Matrix weighted = map.valueWeighted();
        QCOMPARE(weighted(3, 1), map.weights(3, 1) * map.valueNorms(0, 1));
        QVERIFY(std::abs(rowSum(map.valueWeighted(true), 2) - 1) < 1e-6);
        const AttentionMap mean = attentionMap(model, subject, Kind::LayerMean, Layer(1));
        QVERIFY_EXCEPTION_THROWN(mean.valueWeighted(), Error);
    }

    void thumbnails()
    {
        auto model = FakeModel::small();
        FakeRandom random(5);
        const Subject subject
            = subjectOf(*model, model->prompt(randomIds(model->architecture(), random, 50)));
        const auto thumbs = attentionThumbnails(*model, subject, Layer(2), 16);
        QCOMPARE(thumbs.heads.size(), std::size_t(4));
        const Matrix full
            = attentionMap(*model, subject, Kind::SingleHead, Layer(2), Head(1)).weights;
        QCOMPARE(thumbs.heads[1].rows(), std::size_t(16));
        const auto highest = [](const Matrix& m) {
            return *std::max_element(m.values().begin(), m.values().end());
        };
        QCOMPARE(highest(thumbs.heads[1]), highest(full));
        QVERIFY(maximumPooled(full, 64) == full);
        QVERIFY(maximumPooled(Matrix(3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}), 2)
            == Matrix(2, 2, {1, 3, 7, 9}));
    }

    void linesAndSources()
    {
        const Matrix map(3, 3, {1, 0, 0, 0.5f, 0.5f, 0, 0.2f, 0.7f, 0.1f});
        const auto sources = topSources(map, Position(2), 2);
        QCOMPARE(sources.size(), std::size_t(2));
        QCOMPARE(sources[0].key, Position(1));
        QCOMPARE(topSources(map, Position(1), 5)[0].key, Position(0)); // equal: the earlier one
        QCOMPARE(attentionLines(map, 0.15).size(), std::size_t(5));
        QCOMPARE(attentionLines(map, 0, 1).size(), std::size_t(3));
        QCOMPARE(attentionLines(map, 0, 0, 2)[1].weight, static_cast<double>(0.7f));
        QVERIFY_EXCEPTION_THROWN(topSources(map, Position(3), 1), Error);
    }

    void bundlesAndRefusals()
    {
        auto model = FakeModel::small();
        const Subject subject = subjectOf(*model, model->prompt("The cat sat"));
        const AttentionMap map = attentionMap(*model, subject, Kind::SingleHead, Layer(1), Head(3));
        const AttentionMap back = AttentionMap::fromBundle(map.toBundle());
        QVERIFY(back.weights == map.weights && back.valueNorms == map.valueNorms);
        QCOMPARE(back.head, map.head);
        const auto thumbs = attentionThumbnails(*model, subject, Layer(0));
        QVERIFY(AttentionThumbnails::fromBundle(thumbs.toBundle()).heads[3] == thumbs.heads[3]);
        QVERIFY_EXCEPTION_THROWN(
            attentionMap(*model, subject, Kind::SingleHead, Layer(3), Head(0)), Error);
        QVERIFY_EXCEPTION_THROWN(
            attentionMap(*model, subject, Kind::SingleHead, Layer(0), Head()), Error);
        QVERIFY_EXCEPTION_THROWN(attentionMap(*model, subject, Kind::LayerMean), Error);
    }
};

QTEST_GUILESS_MAIN(TestAttention)
#include "tst_attention.moc"
