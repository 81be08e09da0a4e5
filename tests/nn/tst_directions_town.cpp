#include "core/features/attribution/headattribution.h"
#include "core/features/attribution/latentlogits.h"
#include "core/nn/directions/fastlogits.h"
#include "core/nn/open.h"
#include "tests/core/features/coder/plaincoder.h"
#include "tests/core/features/directions/planted.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace microtome;

namespace {

constexpr std::size_t latents = 6;
constexpr std::size_t tokens = 40;

std::unique_ptr<Model> town(const QString& name)
{
    return openModel(std::filesystem::path(MICROTOME_SOURCE) / "data/models" / name.toStdString());
}

std::vector<TokenId> someIds(const Model& model)
{
    Draws draws(31);
    std::vector<TokenId> ids;
    while (ids.size() < tokens)
        ids.push_back(static_cast<TokenId>(
            draws.below(static_cast<std::uint64_t>(model.architecture().vocabulary))));
    return ids;
}

std::vector<float> numbers(Draws& draws, std::size_t count)
{
    const Matrix m = test::randomMatrix(draws, 1, count);
    return {m.values().begin(), m.values().end()};
}

/// Random latents, of which all fire.
SparseCoder coderOf(std::size_t width, InputNorm::Kind kind, Draws& draws)
{
    SparseCoder coder = plainCoder(test::randomMatrix(draws, latents, width),
        test::randomMatrix(draws, latents, width), ReluActivation{});
    coder.inputs[0].norm.kind = kind;
    coder.inputs[0].subtracted = numbers(draws, width);
    coder.bias.assign(latents, 500);
    return coder;
}

double dot(std::span<const float> a, std::span<const float> b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

} // namespace

/// Attribution in the bundled models: one with LayerNorm and biases, one with RMSNorm and shared
/// value heads.
class TestDirectionsTown : public QObject {
    Q_OBJECT

private:
    static void bothModels()
    {
        QTest::addColumn<QString>("model");
        QTest::newRow("LayerNorm") << "town-gpt";
        QTest::newRow("RMSNorm, shared values") << "town-llama";
    }

private slots:
    void headsSumToThePreActivation_data() { bothModels(); }
    void headsSumToThePreActivation()
    {
        QFETCH(QString, model);
        const auto opened = town(model);
        const Architecture& a = opened->architecture();
        if (model == "town-llama")
            QVERIFY(a.kvHeads < a.heads);
        Draws draws(32);
        double worst = 0;
        for (int l = 0; l < a.layers; ++l)
            for (const Point reads : {Point::AttnOut, Point::Z}) {
                const Site site{reads, Layer(l), {}};
                RunRequest request;
                request.ids = someIds(*opened);
                request.want = attentionSites(Layer(l));
                request.want.push_back(site);
                const Trace trace = opened->run(request);
                const AttentionLayer layer = attentionLayer(*opened, trace, Layer(l), reads);
                const Matrix read = trace.at(site);
                for (const auto kind : {InputNorm::Kind::None, InputNorm::Kind::PerToken,
                         InputNorm::Kind::LayerNorm}) {
                    const SparseCoder coder = coderOf(read.columns(), kind, draws);
                    const Matrix f = encode(coder, {read});
                    for (const std::size_t t : {std::size_t(0), tokens / 2, tokens - 1})
                        for (std::size_t latent = 0; latent < latents; ++latent) {
                            const HeadAttribution made
                                = headAttribution(layer, readingOf(coder, latent, read.row(t)),
                                    Position(static_cast<std::int64_t>(t)), read.row(t));
                            const double pre = static_cast<double>(f(t, latent)) - 500;
                            QVERIFY(std::abs(made.actual - 500 - pre) < 1e-4);
                            double size = 0;
                            for (const double head : made.byHead)
                                size += std::abs(head);
                            worst = std::max(worst, std::abs(made.remainder) / size);
                            for (std::size_t s = t + 1; s < tokens; ++s)
                                QCOMPARE(made.bySource[s], 0.0);
                        }
                }
            }
        qInfo("largest remainder, of what heads contribute: %.2g", worst);
        QVERIFY(worst < 1e-5);
        QVERIFY_THROWS_EXCEPTION(
            Error, attentionLayer(*opened, Trace(), Layer(0), Point::ResidPost));
        QVERIFY_THROWS_EXCEPTION(Error, attentionLayer(*opened, Trace(), Layer(0), Point::Z));
    }

    /// Latents, the decoder's bias and the error add up to the model's own logits.
    void latentsSumToTheLogits_data() { bothModels(); }
    void latentsSumToTheLogits()
    {
        QFETCH(QString, model);
        const auto opened = town(model);
        const Architecture& a = opened->architecture();
        const Site residual{Point::ResidPost, Layer(a.layers - 1), {}};
        const Site scale{Point::LnFinalScale, {}, {}};
        RunRequest request;
        request.ids = someIds(*opened);
        request.want = {residual, scale, {Point::Logits, {}, {}}};
        const Trace trace = opened->run(request);
        const std::vector<TokenId> asked{5, 700, 31};
        const ReadOutWeights weights = readOutWeights(*opened, asked);
        QCOMPARE(weights.centred, model == "town-gpt");
        const Matrix normBias = opened->weight("ln_final.b");
        const Matrix logitBias = opened->weight("unembed.b_U");

        Draws draws(33);
        const auto width = static_cast<std::size_t>(a.dModel);
        SparseCoder coder = coderOf(width, InputNorm::Kind::None, draws);
        coder.bias.assign(latents, 2);
        coder.outputs[0].bias = numbers(draws, width);
        const Matrix x = trace.at(residual);
        const Matrix f = encode(coder, {x});
        const Matrix made = decode(coder, f, {x})[0];
        int fired = 0;
        for (std::size_t t = 0; t < tokens; ++t) {
            std::vector<ActiveLatent> active;
            for (std::uint32_t i = 0; i < latents; ++i)
                if (f(t, i) != 0)
                    active.push_back({i, f(t, i)});
            fired += static_cast<int>(active.size());
            std::vector<float> rest = coder.outputs[0].bias;
            for (std::size_t i = 0; i < width; ++i)
                rest.push_back(x(t, i) - made(t, i));
            const double sigma = trace.at(scale)(t, 0);
            const std::vector<ActiveLatent> both{{0, 1}, {1, 1}};
            const Matrix byLatents = latentLogits(coder.outputs[0].decoder, active, weights, sigma);
            const Matrix byRest = latentLogits({2, width, rest}, both, weights, sigma);
            for (std::size_t token = 0; token < asked.size(); ++token) {
                double sum = dot(normBias.row(0), weights.unembedding.row(token))
                    + static_cast<double>(logitBias(0, static_cast<std::size_t>(asked[token])));
                double size = 1;
                for (const Matrix& part : {byLatents, byRest})
                    for (std::size_t i = 0; i < part.rows(); ++i) {
                        sum += part(i, token);
                        size += std::abs(part(i, token));
                    }
                const double logit
                    = trace.at({Point::Logits, {}, {}})(t, static_cast<std::size_t>(asked[token]));
                QVERIFY2(
                    std::abs(sum - logit) < 1e-5 * size, qPrintable(QString::number(sum - logit)));
            }
        }
        QVERIFY(fired > 40);
    }

    /// What a latent writes to z is, behind the heads, what a run with it there shows.
    void zToTheResidualStream_data() { bothModels(); }
    void zToTheResidualStream()
    {
        QFETCH(QString, model);
        const auto opened = town(model);
        const Architecture& a = opened->architecture();
        Draws draws(34);
        const Matrix z = test::randomMatrix(draws, 2, static_cast<std::size_t>(a.heads * a.dHead));
        Edit edit;
        edit.site = {Point::Z, Layer(1), {}};
        edit.operation = Operation::Patch;
        edit.positions = EditPositions::at(Position(3));
        edit.values = Matrix(1, z.columns(), {z.row(1).begin(), z.row(1).end()});
        RunRequest request;
        request.ids = someIds(*opened);
        request.edits = {edit};
        const Site site{Point::AttnOut, Layer(1), {}};
        request.want = {site};
        const auto shown = opened->run(request).at(site);
        std::vector<Matrix> out;
        for (int h = 0; h < a.heads; ++h)
            out.push_back(opened->weight("blocks.1.attn.W_O", Head(h)));
        const Matrix bias = opened->weight("blocks.1.attn.b_O");
        const Matrix written = throughHeads(z, out);
        QCOMPARE(written.rows(), std::size_t(2));
        for (std::size_t i = 0; i < written.columns(); ++i)
            QVERIFY(std::abs(written(1, i) + bias(0, i) - shown(3, i)) < 1e-5F);
        out.pop_back();
        QVERIFY_THROWS_EXCEPTION(Error, throughHeads(z, out));
        QVERIFY_THROWS_EXCEPTION(Error, throughHeads(z, {}));
    }

    /// Neurons' outputs stand for decoder rows.
    void tableOfNeurons_data() { bothModels(); }
    void tableOfNeurons()
    {
        QFETCH(QString, model);
        const auto opened = town(model);
        const Matrix decoder = opened->weight("blocks.1.mlp.W_out");
        const ReadOutWeights weights = readOutWeights(*opened);
        QVERIFY(readOutWeights(*opened, {5, 2}).unembedding == opened->unembedding({5, 2}));
        QCOMPARE(weights.vocabulary(), static_cast<std::size_t>(opened->architecture().outputs()));
        const auto fast = logitTableFast(decoder, weights);
        QCOMPARE(fast.size(), decoder.rows());
        for (std::uint32_t i = 0; i < decoder.rows(); i += 50) {
            const std::vector<ActiveLatent> one{{i, 1}};
            const Matrix logits = latentLogits(decoder, one, weights, 1);
            const double mean = std::accumulate(logits.values().begin(), logits.values().end(), 0.0)
                / static_cast<double>(logits.columns());
            for (const auto& entry : fast[i].promoted)
                QVERIFY(std::abs(logits(0, static_cast<std::size_t>(entry.id)) - mean
                            - static_cast<double>(entry.logit))
                    < 1e-5);
            std::size_t higher = 0;
            for (const float logit : logits.values())
                higher += static_cast<double>(logit) - mean
                    > static_cast<double>(fast[i].promoted.back().logit) + 1e-5;
            QVERIFY(higher <= 19);
            QVERIFY(fast[i].promoted.front().logit == fast[i].greatest);
            QVERIFY(fast[i].suppressed.front().logit == fast[i].least);
        }
    }
};

QTEST_GUILESS_MAIN(TestDirectionsTown)
#include "tst_directions_town.moc"
