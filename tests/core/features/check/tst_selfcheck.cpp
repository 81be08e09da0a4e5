#include "core/features/check/conventions.h"
#include "core/features/check/selfcheck.h"
#include "core/features/load/open.h"
#include "core/model/safetensors.h"
#include "core/work/error.h"
#include "tests/fakemodel.h"

#include <QTest>

#include <cmath>

using namespace microtome;

namespace {

FiredLatents plain(const SparseCoder& coder, const std::vector<Matrix>& inputs, const Progress&)
{
    return FiredLatents::of(encode(coder, inputs));
}

Matrix matrix(std::size_t rows, std::size_t columns, auto value)
{
    std::vector<float> values;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            values.push_back(static_cast<float>(value(r, c)));
    return {rows, columns, std::move(values)};
}

/// f = relu(+-x), y = f+ - f-: gives back what it reads, with as many latents as numbers that are
/// not 0.
SparseCoder identity(const std::string& point, std::size_t width, double share = 1)
{
    const auto rows = [&](double factor) {
        return matrix(2 * width, width, [&](std::size_t r, std::size_t c) {
            return r % width == c ? (r < width ? factor : -factor) : 0;
        });
    };
    SparseCoder coder;
    CoderInput input;
    input.point = point;
    input.encoder = rows(1);
    coder.inputs.push_back(input);
    coder.outputs.push_back({point, rows(share), {}, {}, false});
    coder.activation = ReluActivation{};
    return coder;
}

std::vector<std::vector<TokenId>> sequences(std::size_t count, std::size_t length, int vocabulary)
{
    FakeRandom random(3);
    std::vector<std::vector<TokenId>> all(count);
    for (auto& ids : all)
        for (std::size_t i = 0; i < length; ++i)
            ids.push_back(random.below(vocabulary));
    return all;
}

// The dictionary of shared/data/models/feature-routing, on its own model.

const std::filesystem::path routing
    = std::filesystem::path(MICROTOME_SHARED_DATA) / "models/feature-routing";

/// The rows of W [out, in] of one head, as [in, dHead] one below the other.
Matrix heads(const Matrix& w, std::size_t dHead)
{
    const std::size_t in = w.columns();
    return matrix(w.rows() / dHead * in, dHead, [&](std::size_t r, std::size_t c) {
        return static_cast<double>(w(r / in * dHead + c, r % in));
    });
}

Matrix transposed(const Matrix& w)
{
    return matrix(w.columns(), w.rows(),
        [&](std::size_t r, std::size_t c) { return static_cast<double>(w(c, r)); });
}

FakeModel routingModel()
{
    Architecture a;
    a.family = "transformer_lens";
    a.layers = 2;
    a.heads = a.kvHeads = 4;
    a.dModel = 32;
    a.dHead = 8;
    a.dMlp = 128;
    a.vocabulary = 12;
    a.context = 5;
    a.activation = Activation::Relu;
    a.attentionScale = 1 / std::sqrt(8.0);

    const SafeTensors file(routing / "model.safetensors");
    const auto stored = [&](const std::string& name) {
        const auto& shape = file.entries().at(name).shape;
        const auto columns = static_cast<std::size_t>(shape.back());
        const Matrix all = file.matrix(name);
        return Matrix(all.size() / columns, columns,
            std::vector<float>(all.values().begin(), all.values().end()));
    };
    FakeWeights given;
    const auto shapes = weightShapes(a);
    const auto give = [&](const std::string& name, Matrix values) {
        given[name] = {shapes.at(name), std::move(values)};
    };
    give("embed.W_E", stored("embed.weight"));
    give("pos_embed.W_pos", stored("pos"));
    for (const std::string block : {"blocks.0.", "blocks.1."}) {
        for (const std::string norm : {"ln1.", "ln2."}) {
            give(block + norm + "w", stored(block + norm + "weight"));
            give(block + norm + "b", stored(block + norm + "bias"));
        }
        for (const std::string kind : {"Q", "K", "V"})
            give(block + "attn.W_" + kind, heads(stored(block + "attn.W_" + kind + ".weight"), 8));
        give(block + "attn.W_O", transposed(stored(block + "attn.W_O.weight")));
        give(block + "mlp.W_in", transposed(stored(block + "mlp.fc_in.weight")));
        give(block + "mlp.b_in", stored(block + "mlp.fc_in.bias"));
        give(block + "mlp.W_out", transposed(stored(block + "mlp.fc_out.weight")));
        give(block + "mlp.b_out", stored(block + "mlp.fc_out.bias"));
    }
    give("ln_final.w", stored("ln_f.weight"));
    give("ln_final.b", stored("ln_f.bias"));
    give("unembed.W_U", transposed(stored("unembed.weight")));
    return {a, weightsFrom(a, given)};
}

/// f0 f1 f2 f3 SEL_k.
std::vector<std::vector<TokenId>> routingPrompts(std::size_t count)
{
    FakeRandom random(7);
    std::vector<std::vector<TokenId>> all(count);
    for (auto& ids : all) {
        for (int i = 0; i < 4; ++i)
            ids.push_back(random.below(8));
        ids.push_back(8 + random.below(4));
    }
    return all;
}

SelfCheck checkRouting(SparseCoder coder, const std::string& at = "blocks.0.hook_resid_pre")
{
    FakeModel model = routingModel();
    SelfCheckSettings settings;
    settings.place.reads = {at};
    return selfCheck(model, {std::move(coder)}, routingPrompts(400), settings, plain);
}

bool says(const SelfCheck& check, const char* words)
{
    return std::ranges::any_of(check.verdicts,
        [&](const std::string& one) { return one.find(words) != std::string::npos; });
}

QByteArray told(const SelfCheck& check)
{
    QByteArray all = "FVU " + QByteArray::number(check.fit.fvu);
    for (const auto& other : check.others)
        all += "\n  " + QByteArray::fromStdString(other.how) + ": " + QByteArray::number(other.fvu);
    for (const auto& verdict : check.verdicts)
        all += "\n" + QByteArray::fromStdString(verdict);
    return all;
}

} // namespace

/// Dictionaries tried on a model: closed forms, a published one, and wrong readings of it.
class TestSelfCheck : public QObject {
    Q_OBJECT

private slots:
    void perfect()
    {
        const auto model = FakeModel::small();
        const SelfCheck check = selfCheck(
            *model, {identity("blocks.1.hook_resid_post", 16)}, sequences(6, 20, 60), {}, plain);
        QVERIFY(check.fit.fvu < 1e-12);
        QCOMPARE(check.fit.l0, 16.0);
        QCOMPARE(check.fit.dead, 0.0);
        QVERIFY(std::abs(check.fit.cosine - 1) < 1e-7);
        QVERIFY(std::abs(check.fit.normRatio - 1) < 1e-7);
        QVERIFY(check.downstream);
        QVERIFY(std::abs(check.downstream->replaced - check.downstream->original) < 1e-6);
        QVERIFY(std::abs(check.downstream->recovered() - 1) < 1e-5);
        QVERIFY(check.downstream->klReplaced < 1e-6);
        QVERIFY2(check.verdicts.empty(), told(check));
    }

    /// Half of what is there: |e|² is a quarter of |y|².
    void half()
    {
        const auto model = FakeModel::small();
        const auto texts = sequences(6, 20, 60);
        const SelfCheck check
            = selfCheck(*model, {identity("blocks.1.hook_resid_post", 16, 0.5)}, texts, {}, plain);
        QVERIFY(std::abs(check.fit.normRatio - 0.5) < 1e-7);
        QVERIFY(std::abs(check.fit.cosine - 1) < 1e-7);
        double square = 0;
        double spread = 0;
        std::vector<double> sum(16);
        double rows = 0;
        const Site site{Point::ResidPost, Layer(1), {}};
        for (const auto& ids : texts) {
            const Matrix y = model->run(RunRequest{ids, {site}, {}, {}, false, {}}).at(site);
            for (std::size_t t = 0; t < y.rows(); ++t) {
                if (t == 0 && ids[0] == model->architecture().bos)
                    continue;
                ++rows;
                for (std::size_t i = 0; i < 16; ++i) {
                    square += static_cast<double>(y(t, i)) * static_cast<double>(y(t, i));
                    sum[i] += static_cast<double>(y(t, i));
                }
            }
        }
        spread = square;
        for (const double one : sum)
            spread -= one * one / rows;
        QVERIFY(std::abs(check.fit.fvu - 0.25 * square / spread) < 1e-6);
    }

    void nothing()
    {
        const auto model = FakeModel::small();
        const SelfCheck check = selfCheck(
            *model, {identity("blocks.1.hook_resid_post", 16, 0)}, sequences(6, 20, 60), {}, plain);
        QVERIFY(check.fit.fvu >= 1);
        QVERIFY(says(check, "less than the mean"));
        QVERIFY(std::abs(check.downstream->recovered()) < 1e-6);
        QVERIFY(std::abs(check.downstream->replaced - check.downstream->ablated) < 1e-6);
    }

    /// The layers of a cross-layer transcoder add up where they write.
    void addsUp()
    {
        const auto model = FakeModel::small();
        SparseCoder first = identity("blocks.1.hook_mlp_out", 16, 0.25);
        SparseCoder second = identity("blocks.1.hook_mlp_out", 16, 0.75);
        const SelfCheck check = selfCheck(*model, {first, second}, sequences(4, 12, 60), {}, plain);
        QCOMPARE(check.written.size(), std::size_t(1));
        QVERIFY(check.fit.fvu < 1e-12);
        QCOMPARE(check.fit.l0, 16.0);
    }

    void leavesBosOut()
    {
        const auto model = FakeModel::small();
        const TokenId bos = model->architecture().bos;
        QVERIFY(bos >= 0);
        const SelfCheck check = selfCheck(*model, {identity("blocks.1.hook_resid_post", 16)},
            {{bos, 5, 6, 7}, {bos, 8, 9, 10}}, {}, plain);
        QCOMPARE(check.excluded, std::size_t(2));
        QCOMPARE(check.fit.tokens, std::size_t(6));
        QVERIFY_EXCEPTION_THROWN(
            selfCheck(*model, {identity("blocks.1.hook_resid_post", 16)}, {{bos}}, {}, plain),
            Error);
    }

    /// Its authors' figures are of the first 8,192 rows of what they pooled, which are all of the
    /// embedding: FVU 5.91e-4 and L0 49.7.
    void published()
    {
        if (!std::filesystem::exists(routing))
            QSKIP("The shared models are not here.");
        const SelfCheck check = checkRouting(openCoder(routing / "sae.safetensors"));
        QVERIFY2(std::abs(check.fit.fvu / 5.91e-4 - 1) < 0.1, told(check));
        QVERIFY2(std::abs(check.fit.l0 / 49.7 - 1) < 0.1, QByteArray::number(check.fit.l0));
        QCOMPARE(check.fit.dead, 0.0);
        QVERIFY2(check.verdicts.empty(), told(check));
        const SelfCheck behind
            = checkRouting(openCoder(routing / "sae.safetensors"), "blocks.1.hook_resid_post");
        QVERIFY2(behind.fit.fvu < 1e-3, told(behind));
        QVERIFY(behind.downstream->recovered() > 0.99);
    }

    void withoutItsBias()
    {
        if (!std::filesystem::exists(routing))
            QSKIP("The shared models are not here.");
        SparseCoder coder = openCoder(routing / "sae.safetensors");
        coder.inputs.front().subtracted.clear();
        const SelfCheck check = checkRouting(coder);
        QVERIFY2(says(check, "fits much better with its decoder bias subtracted"), told(check));
        QVERIFY2(check.others.front().fvu < 7e-4, told(check));
    }

    /// Read with the wrong axis first.
    void transposedDecoder()
    {
        if (!std::filesystem::exists(routing))
            QSKIP("The shared models are not here.");
        SparseCoder coder = openCoder(routing / "sae.safetensors");
        Matrix& decoder = coder.outputs.front().decoder;
        const Matrix other = transposed(decoder);
        decoder = Matrix(decoder.rows(), decoder.columns(),
            std::vector<float>(other.values().begin(), other.values().end()));
        const SelfCheck check = checkRouting(coder);
        QVERIFY2(says(check, "less than the mean"), told(check));
    }

    /// A square decoder that was turned is found.
    void turnedBack()
    {
        const auto model = FakeModel::small();
        FakeRandom random(5);
        SparseCoder coder = identity("blocks.1.hook_resid_post", 16);
        // a rotation in 2D planes: the encoder's transpose gives back what it reads
        const Matrix turn = matrix(16, 16, [](std::size_t r, std::size_t c) {
            if (r / 2 != c / 2)
                return 0.0;
            return r == c ? 0.6 : (r < c ? -0.8 : 0.8);
        });
        coder.inputs.front().encoder = turn;
        coder.outputs.front().decoder = transposed(turn);
        coder.bias.assign(16, 100); // above 0 at every token
        std::vector<float> back(16);
        for (std::size_t i = 0; i < 16; ++i)
            for (std::size_t j = 0; j < 16; ++j)
                back[i] -= 100 * coder.outputs.front().decoder(j, i);
        coder.outputs.front().bias = back;
        const SelfCheck check = selfCheck(*model, {coder}, sequences(6, 20, 60), {}, plain);
        QVERIFY2(check.fit.fvu > 0.5, told(check));
        QVERIFY2(check.others.front().how == "with its decoder transposed"
                || check.others.front().how == "with its encoder transposed",
            told(check));
    }

    void withoutItsScale()
    {
        if (!std::filesystem::exists(routing))
            QSKIP("The shared models are not here.");
        FakeModel model = routingModel();
        SparseCoder coder = openCoder(routing / "sae.safetensors");
        const std::string place = "blocks.1.hook_resid_post"; // of a mean norm twice sqrt(d)
        const double fvu = checkRouting(coder, place).fit.fvu;
        SelfCheckSettings settings;
        settings.place.reads = {place};
        const PlacedCoders placed(model, {&coder, 1}, settings.place);
        std::vector<Readings> parts;
        for (const auto& ids : routingPrompts(400))
            parts.push_back(
                readingsOf(placed, model.run(RunRequest{ids, placed.wants(), {}, {}, false, {}}),
                    std::vector<bool>(ids.size(), true)));
        const auto scale = static_cast<float>(measuredScale(joined(parts).inputs.front().front()));
        // the same dictionary as if it had been trained on scaled activations
        coder.inputs.front().encoder = matrix(64, 32, [&](std::size_t r, std::size_t c) {
            return coder.inputs.front().encoder(r, c) / scale;
        });
        coder.outputs.front().decoder = matrix(64, 32, [&](std::size_t r, std::size_t c) {
            return coder.outputs.front().decoder(r, c) * scale;
        });
        for (float& b : coder.inputs.front().subtracted)
            b *= scale;
        for (float& b : coder.outputs.front().bias)
            b *= scale;
        const SelfCheck wrong = checkRouting(coder, place);
        QVERIFY2(says(wrong, "fits much better with its input scaled"), told(wrong));

        coder.declared.scaleMissing = true;
        coder.inputs.front().norm.kind = InputNorm::Kind::Scale;
        coder.outputs.front().scaledBack = true;
        const SelfCheck right = checkRouting(coder, place);
        QVERIFY(right.scale && std::abs(*right.scale / static_cast<double>(scale) - 1) < 1e-5);
        QVERIFY2(std::abs(right.fit.fvu / fvu - 1) < 1e-3, told(right));
    }

    void declaredOtherwise()
    {
        const auto model = FakeModel::small();
        SparseCoder coder = identity("blocks.1.hook_resid_post", 16);
        coder.declared.l0 = 4;
        const SelfCheck check = selfCheck(*model, {coder}, sequences(6, 20, 60), {}, plain);
        QVERIFY2(says(check, "where 4 are declared"), told(check));
    }

    void damaged()
    {
        const auto model = FakeModel::small();
        SparseCoder coder = identity("blocks.1.hook_resid_post", 16);
        coder.outputs.front().bias.assign(16, std::numeric_limits<float>::infinity());
        const SelfCheck check = selfCheck(*model, {coder}, sequences(6, 20, 60), {}, plain);
        QVERIFY2(says(check, "no number"), told(check));
    }
};

QTEST_GUILESS_MAIN(TestSelfCheck)
#include "tst_selfcheck.moc"
