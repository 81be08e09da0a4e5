#include "core/nn/dictionary.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace microtome;

namespace {

// Several tiles of both, and none of them whole.
constexpr std::size_t latents = 2400;
constexpr std::size_t tokens = 300;
constexpr std::size_t width = 24;

class Draw {
public:
    std::vector<float> numbers(std::size_t count, float deviation = 1)
    {
        std::vector<float> all(count);
        for (float& one : all)
            one = deviation * m_normal(m_engine);
        return all;
    }

    Matrix matrix(std::size_t rows, std::size_t columns)
    {
        return {rows, columns, numbers(rows * columns)};
    }

private:
    std::mt19937 m_engine{7};
    std::normal_distribution<float> m_normal;
};

SparseCoder coderWith(CoderActivation activation, Draw& draw, std::size_t inputs = 1)
{
    SparseCoder coder;
    for (std::size_t i = 0; i < inputs; ++i) {
        CoderInput input;
        input.encoder = draw.matrix(latents, width);
        input.subtracted = draw.numbers(width);
        coder.inputs.push_back(input);
        CoderOutput output;
        output.decoder = draw.matrix(latents, width);
        output.bias = draw.numbers(width);
        coder.outputs.push_back(output);
    }
    coder.bias = draw.numbers(latents);
    coder.activation = std::move(activation);
    return coder;
}

std::vector<Matrix> read(const SparseCoder& coder, Draw& draw, std::size_t count = tokens)
{
    std::vector<Matrix> x;
    for (std::size_t i = 0; i < coder.inputs.size(); ++i)
        x.push_back(draw.matrix(count, width));
    return x;
}

/// Latents that the fast one gives and the plain one does not, or the other way, or with a value
/// that is farther off than rounding.
int different(const Matrix& fast, const Matrix& plain, double tolerance)
{
    int count = 0;
    for (std::size_t i = 0; i < plain.size(); ++i)
        count += !(
            std::abs(static_cast<double>(fast.values()[i]) - static_cast<double>(plain.values()[i]))
            <= tolerance);
    return count;
}

} // namespace

/// The engine's encoding against the plain one.
class TestDictionary : public QObject {
    Q_OBJECT

private slots:
    void isThePlainOne_data()
    {
        QTest::addColumn<int>("kind");
        for (int i = 0; i < 11; ++i)
            QTest::addRow("%d", i) << i;
    }

    void isThePlainOne()
    {
        QFETCH(int, kind);
        Draw draw;
        const CoderActivation activations[]
            = {ReluActivation{}, JumpReluActivation{draw.numbers(latents, 4)},
                TopKActivation{.k = 30, .byDecoderNorm = false, .absolute = false},
                TopKActivation{.k = 30, .byDecoderNorm = true, .absolute = false},
                TopKActivation{.k = 30, .byDecoderNorm = false, .absolute = true},
                GatedActivation{
                    draw.numbers(latents), draw.numbers(latents), draw.numbers(latents, 0.3F)},
                GroupMaxActivation{.groups = 16},
                GluActivation{
                    draw.matrix(latents, width), draw.numbers(latents), draw.numbers(latents)},
                CodebookActivation{.k = 2, .groups = 4, .euclidean = false, .linear = false},
                CodebookActivation{.k = 3, .groups = 1, .euclidean = true, .linear = false},
                MatchingPursuitActivation{.k = 3, .residual = 0.1F, .stopsWhenRepeated = false}};
        SparseCoder coder = coderWith(activations[kind], draw, kind == 0 ? 2 : 1);
        std::size_t count = tokens;
        if (kind == 10) {
            coder.inputs.front().encoder = {};
            coder.bias.clear();
            count = 3;
        }
        const auto x = read(coder, draw, count);
        const FiredLatents fired = encodeFast(coder, x);
        const Matrix plain = encode(coder, x);
        QCOMPARE(fired.tokens(), count);
        QCOMPARE(fired.latents, latents);
        QVERIFY(!fired.latent.empty());
        for (std::size_t t = 0; t < count; ++t)
            QVERIFY(
                std::is_sorted(fired.latent.begin() + static_cast<std::ptrdiff_t>(fired.starts[t]),
                    fired.latent.begin() + static_cast<std::ptrdiff_t>(fired.starts[t + 1])));
        // Values reach 100; a latent at its threshold may fall on either side.
        const int off = different(fired.dense(), plain, 2e-4);
        QVERIFY2(off <= 2, qPrintable(QString::number(off)));
        const auto made = decode(coder, fired, x);
        const auto expected = decode(coder, FiredLatents::of(fired.dense()), x);
        for (std::size_t i = 0; i < made.size(); ++i)
            QVERIFY(made[i] == expected[i]);
    }

    void normsAreTaken_data()
    {
        QTest::addColumn<int>("kind");
        for (int i = 0; i < 4; ++i)
            QTest::addRow("%d", i) << i;
    }

    void normsAreTaken()
    {
        QFETCH(int, kind);
        Draw draw;
        SparseCoder coder = coderWith(ReluActivation{}, draw);
        coder.inputs.front().norm.kind = static_cast<InputNorm::Kind>(kind);
        coder.inputs.front().norm.scale = 0.3F;
        const auto x = read(coder, draw, 20);
        QVERIFY(different(encodeFast(coder, x).dense(), encode(coder, x), 1e-4) <= 1);
    }

    void theTermsAreKept()
    {
        Draw draw;
        const SparseCoder coder = coderWith(ReluActivation{}, draw);
        QVERIFY_EXCEPTION_THROWN(encodeFast(coder, {}), Error);
        QVERIFY_EXCEPTION_THROWN(encodeFast(coder, {draw.matrix(5, width + 1)}), Error);
        QCOMPARE(
            encodeFast(coder, {Matrix(0, width, std::vector<float>())}).tokens(), std::size_t(0));
        const auto stop = std::make_shared<std::atomic<bool>>(true);
        QVERIFY_EXCEPTION_THROWN(
            encodeFast(coder, read(coder, draw), Progress({}, stop)), Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestDictionary)
#include "tst_dictionary.moc"
