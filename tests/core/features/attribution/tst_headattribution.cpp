#include "core/features/attribution/headattribution.h"
#include "core/features/attribution/latentlogits.h"
#include "tests/core/features/coder/plaincoder.h"
#include "tests/core/features/directions/planted.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace microtome;

namespace {

bool close(double a, double b, double within = 1e-9)
{
    return std::abs(a - b) <= within * std::max(1.0, std::abs(b));
}

/// Rows that are positive and sum to 1.
Matrix randomPattern(Draws& draws, std::size_t heads, std::size_t tokens)
{
    std::vector<float> values;
    for (std::size_t r = 0; r < heads * tokens; ++r)
        for (std::size_t s = 0; s < tokens; ++s)
            values.push_back(s <= r % tokens ? 1 / static_cast<float>(r % tokens + 1) : 0);
    for (float& value : values)
        value *= 1 + 0.1F * static_cast<float>(test::bell(draws));
    return {heads * tokens, tokens, std::move(values)};
}

/// What heads write at a token, in f64: z of all heads side by side.
std::vector<double> mixed(const AttentionLayer& layer, std::size_t token)
{
    std::vector<double> z;
    const std::size_t width = layer.headWidth();
    for (int h = 0; h < layer.heads; ++h)
        for (std::size_t e = 0; e < width; ++e) {
            double sum = 0;
            for (std::size_t s = 0; s < layer.tokens(); ++s)
                sum += static_cast<double>(
                           layer.pattern(static_cast<std::size_t>(h) * layer.tokens() + token, s))
                    * layer.values(
                        s, static_cast<std::size_t>(h / (layer.heads / layer.kvHeads)) * width + e);
            z.push_back(sum);
        }
    return z;
}

SparseCoder coderWith(InputNorm norm, Draws& draws, std::size_t width)
{
    SparseCoder coder = plainCoder(
        test::randomMatrix(draws, 5, width), test::randomMatrix(draws, 5, width), ReluActivation{});
    coder.inputs[0].norm = norm;
    const Matrix subtracted = test::randomMatrix(draws, 1, width);
    coder.inputs[0].subtracted.assign(subtracted.values().begin(), subtracted.values().end());
    coder.bias = {100, 101, 102, 103, 104}; // all fire, so that latents show pre-activations
    return coder;
}

} // namespace

/// What sources and heads make of a latent's pre-activation.
class TestHeadAttribution : public QObject {
    Q_OBJECT

private slots:
    void readingIsThePreActivation_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("groups");
        QTest::newRow("none") << static_cast<int>(InputNorm::Kind::None) << 1;
        QTest::newRow("scale") << static_cast<int>(InputNorm::Kind::Scale) << 1;
        QTest::newRow("per token") << static_cast<int>(InputNorm::Kind::PerToken) << 1;
        QTest::newRow("layer norm") << static_cast<int>(InputNorm::Kind::LayerNorm) << 1;
        QTest::newRow("layer norm of parts") << static_cast<int>(InputNorm::Kind::LayerNorm) << 3;
    }
    void readingIsThePreActivation()
    {
        QFETCH(int, kind);
        QFETCH(int, groups);
        Draws draws(8);
        for (const bool unbiased : {false, true}) {
            InputNorm norm;
            norm.kind = static_cast<InputNorm::Kind>(kind);
            norm.scale = 0.3F;
            norm.groups = groups;
            norm.unbiased = unbiased;
            const SparseCoder coder = coderWith(norm, draws, 12);
            const Matrix x = test::randomMatrix(draws, 3, 12);
            const Matrix f = encode(coder, {x});
            for (std::size_t t = 0; t < 3; ++t)
                for (std::size_t latent = 0; latent < 5; ++latent) {
                    const LinearReading reading = readingOf(coder, latent, x.row(t));
                    double pre = reading.constant;
                    for (std::size_t i = 0; i < 12; ++i)
                        pre += reading.row[i] * static_cast<double>(x(t, i));
                    QVERIFY(close(pre, f(t, latent), 1e-6));
                }
        }
    }

    void byHand()
    {
        // Two heads of width 1 that share one value head; token 1 looks at both.
        AttentionLayer layer;
        layer.pattern = rows({{1, 0}, {0.25F, 0.75F}, {1, 0}, {0.5F, 0.5F}});
        layer.values = rows({{4}, {-8}});
        layer.heads = 2;
        layer.kvHeads = 1;
        layer.out = {rows({{1, 0, 2}}), rows({{0, 3, 1}})};
        layer.outBias = {1, 1, 1};
        const LinearReading reading{{2, 1, -1}, 0.5};
        // W_O row: head 0: 2 - 2 = 0, head 1: 3 - 1 = 2. c[1, 0] = 0.5 x 4 x 2, c[1, 1] = -8
        const std::vector<float> read{1 - 5, 1 - 6, 1 - 12}; // z = -5, -2, plus biases
        const HeadAttribution made = headAttribution(layer, reading, Position(1), read);
        QCOMPARE(made.contributions, rows({{0, 0}, {4, -8}}));
        QCOMPARE(made.byHead, (std::vector<double>{0, -4}));
        QCOMPARE(made.bySource, (std::vector<double>{4, -8}));
        QCOMPARE(made.headShares, (std::vector<double>{0, 1}));
        QCOMPARE(made.sum, -4.0);
        QCOMPARE(made.constant, 2.5); // 2 + 1 - 1 + 0.5
        QCOMPARE(made.actual, -8.0 - 5 + 11 + 0.5);
        QCOMPARE(made.remainder, -1.5 - (-4 + 2.5));
    }

    void zOfAllHeads()
    {
        AttentionLayer layer;
        layer.pattern = rows({{1, 0}, {0.25F, 0.75F}, {1, 0}, {0.5F, 0.5F}});
        layer.values = rows({{4, 1}, {-8, 2}});
        layer.heads = 2;
        layer.kvHeads = 2;
        const LinearReading reading{{2, 10}, 1};
        const HeadAttribution made
            = headAttribution(layer, reading, Position(1), std::vector<float>{-5, 1.5F});
        QCOMPARE(made.contributions, rows({{2, -12}, {5, 10}}));
        QCOMPARE(made.headShares, (std::vector<double>{0.4, 0.6}));
        QCOMPARE(made.actual, 6.0);
        QCOMPARE(made.remainder, 0.0);
    }

    /// What something else wrote into what is read stands in the remainder.
    void sumsExactlyUpToTheRemainder_data()
    {
        QTest::addColumn<int>("kvHeads");
        QTest::addColumn<bool>("readsZ");
        for (const int kv : {1, 2, 6})
            for (const bool z : {false, true})
                QTest::newRow((std::to_string(kv) + (z ? " z" : " out")).c_str()) << kv << z;
    }
    void sumsExactlyUpToTheRemainder()
    {
        QFETCH(int, kvHeads);
        QFETCH(bool, readsZ);
        Draws draws(17);
        AttentionLayer layer;
        layer.heads = 6;
        layer.kvHeads = kvHeads;
        layer.pattern = randomPattern(draws, 6, 7);
        layer.values = test::randomMatrix(draws, 7, static_cast<std::size_t>(kvHeads) * 4);
        const std::size_t width = readsZ ? 24 : 10;
        if (!readsZ) {
            for (int h = 0; h < 6; ++h)
                layer.out.push_back(test::randomMatrix(draws, 4, width));
            layer.outBias.assign(width, 0.25F);
        }
        InputNorm norm;
        norm.kind = InputNorm::Kind::LayerNorm;
        const SparseCoder coder = coderWith(norm, draws, width);
        for (std::size_t t = 0; t < 7; ++t) {
            const auto z = mixed(layer, t);
            std::vector<float> read(width, 0.25F);
            for (std::size_t i = 0; i < width; ++i) {
                double sum = readsZ ? z[i] : 0.25;
                for (std::size_t e = 0; !readsZ && e < 24; ++e)
                    sum += z[e] * static_cast<double>(layer.out[e / 4](e % 4, i));
                read[i] = static_cast<float>(sum);
            }
            read[2] += 3; // an edit behind the heads
            const LinearReading reading = readingOf(coder, 3, read);
            const HeadAttribution made
                = headAttribution(layer, reading, Position(static_cast<std::int64_t>(t)), read);
            QVERIFY(close(made.remainder, 3 * reading.row[2], 1e-5));
            double shares = 0, sources = 0;
            for (const double share : made.headShares)
                shares += share;
            for (const double source : made.bySource)
                sources += source;
            QVERIFY(close(shares, 1));
            QVERIFY(close(sources, made.sum));
            QVERIFY(close(made.sum + made.constant + made.remainder, made.actual));
            for (std::size_t s = t + 1; s < 7; ++s)
                QCOMPARE(made.bySource[s], 0.0);
        }
    }

    void latentsToLogits()
    {
        ReadOutWeights weights;
        weights.unembedding = rows({{1, 0, 0}, {1, 1, 1}});
        weights.gain = {1, 2, 1};
        weights.centred = true;
        const Matrix decoder = rows({{9, 9, 9}, {1, 2, 6}}); // (-2, -2, 3) behind the norm
        const std::vector<ActiveLatent> active{{1, 3}, {0, 5}};
        QCOMPARE(latentLogits(decoder, active, weights, 2), rows({{-3, -1.5F}, {0, 0}}));
        QVERIFY_THROWS_EXCEPTION(Error, latentLogits(decoder, active, weights, 0));
        const std::vector<ActiveLatent> beyond{{2, 1}};
        QVERIFY_THROWS_EXCEPTION(Error, latentLogits(decoder, beyond, weights, 1));
    }

    void whatDoesNotFit()
    {
        AttentionLayer layer;
        layer.pattern = rows({{1, 0}, {0.5F, 0.5F}});
        layer.values = rows({{4}, {-8}});
        layer.heads = 1;
        layer.kvHeads = 1;
        const std::vector<float> one{1};
        const auto attribute = [&](const AttentionLayer& of, const LinearReading& by, int at) {
            return headAttribution(of, by, Position(at), one);
        };
        QCOMPARE(attribute(layer, {{1}, 0}, 1).sum, -2.0);
        QVERIFY_THROWS_EXCEPTION(Error, attribute(layer, {{1}, 0}, 2));
        QVERIFY_THROWS_EXCEPTION(Error, attribute(layer, {{1}, 0}, -1));
        QVERIFY_THROWS_EXCEPTION(Error, attribute(layer, {{1, 2}, 0}, 0));
        AttentionLayer wrong = layer;
        wrong.heads = 2;
        QVERIFY_THROWS_EXCEPTION(Error, attribute(wrong, {{1}, 0}, 0));
        wrong = layer;
        wrong.kvHeads = 0;
        QVERIFY_THROWS_EXCEPTION(Error, attribute(wrong, {{1}, 0}, 0));
        wrong = layer;
        wrong.out = {rows({{1}, {2}})};
        QVERIFY_THROWS_EXCEPTION(Error, attribute(wrong, {{1}, 0}, 0));
        wrong = {};
        QVERIFY_THROWS_EXCEPTION(Error, attribute(wrong, {{1}, 0}, 0));

        Draws draws(1);
        SparseCoder coder = coderWith({}, draws, 4);
        const std::vector<float> token(4, 1);
        QVERIFY_THROWS_EXCEPTION(Error, readingOf(coder, 5, token));
        QVERIFY_THROWS_EXCEPTION(Error, readingOf(coder, 0, one));
        coder.inputs.push_back(coder.inputs[0]);
        QVERIFY_THROWS_EXCEPTION(Error, readingOf(coder, 0, token));
    }
};

QTEST_GUILESS_MAIN(TestHeadAttribution)
#include "tst_headattribution.moc"
