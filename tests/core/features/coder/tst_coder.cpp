#include "core/work/error.h"
#include "tests/core/features/coder/plaincoder.h"

#include <QtTest>

#include <cmath>

using namespace microtome;

namespace {

/// Three latents that read x1, x2 and -x1 of two numbers, and write 2 e1, e2, (1, 1).
SparseCoder three(CoderActivation activation)
{
    return plainCoder(
        rows({{1, 0}, {0, 1}, {-1, 0}}), rows({{2, 0}, {0, 1}, {1, 1}}), std::move(activation));
}

bool near(double a, double b)
{
    return std::abs(a - b) <= 1e-6 * (1 + std::abs(b));
}

#define COMPARE_MATRIX(made, ...)                                                                  \
    do {                                                                                           \
        const Matrix got = made;                                                                   \
        const Matrix wanted = __VA_ARGS__;                                                         \
        QCOMPARE(got.rows(), wanted.rows());                                                       \
        QCOMPARE(got.columns(), wanted.columns());                                                 \
        for (std::size_t row = 0; row < got.rows(); ++row)                                         \
            for (std::size_t column = 0; column < got.columns(); ++column)                         \
                QVERIFY2(near(got(row, column), wanted(row, column)),                              \
                    qPrintable(QStringLiteral("row %1 column %2: %3 instead of %4")                \
                                   .arg(row)                                                       \
                                   .arg(column)                                                    \
                                   .arg(got(row, column))                                          \
                                   .arg(wanted(row, column))));                                    \
    } while (false)

} // namespace

/// Every activation, norm and way to decode against numbers worked out by hand.
class TestCoder : public QObject {
    Q_OBJECT

private slots:
    void relu();
    void jumpRelu();
    void topK();
    void topKOfEqualsAndOfWhatIsNoNumber();
    void topKByDecoderNorm();
    void gated();
    void groupMax();
    void glu();
    void codebook();
    void matchingPursuit();
    void biases();
    void perTokenNorm();
    void layerNorm();
    void skipReadsTheInputAsItIs();
    void severalPlaces();
    void otherShapesAreRefused();
};

void TestCoder::relu()
{
    SparseCoder coder = three(ReluActivation{});
    check(coder);
    const Matrix x = rows({{3, -2}, {-1, 4}, {0, 0}});
    const Matrix f = encode(coder, {x});
    COMPARE_MATRIX(f, rows({{3, 0, 0}, {0, 4, 1}, {0, 0, 0}}));
    COMPARE_MATRIX(decode(coder, f, {x}).front(), rows({{6, 0}, {1, 5}, {0, 0}}));
}

void TestCoder::jumpRelu()
{
    const SparseCoder coder = three(JumpReluActivation{{2, 2, -1}});
    const Matrix x = rows({{2, 2.5F}, {2.5F, 2}, {0.5F, 0}});
    // at the threshold it is closed; below a negative one, what is negative stays 0
    COMPARE_MATRIX(encode(coder, {x}), rows({{0, 2.5F, 0}, {2.5F, 0, 0}, {0, 0, 0}}));
}

void TestCoder::topK()
{
    const Matrix x = rows({{3, 4}, {-5, -1}});
    COMPARE_MATRIX(
        encode(three(TopKActivation{1, false, false}), {x}), rows({{0, 4, 0}, {0, 0, 5}}));
    // of the two largest of the second token only one is above 0
    COMPARE_MATRIX(
        encode(three(TopKActivation{2, false, false}), {x}), rows({{3, 4, 0}, {0, 0, 5}}));
    COMPARE_MATRIX(
        encode(three(TopKActivation{2, false, true}), {x}), rows({{3, 4, 0}, {-5, 0, 5}}));
}

void TestCoder::topKOfEqualsAndOfWhatIsNoNumber()
{
    const float none = std::nanf("");
    const Matrix f = encode(three(TopKActivation{1, false, false}), {rows({{2, 2}, {none, 1}})});
    COMPARE_MATRIX(f, rows({{2, 0, 0}, {0, 0, 0}}));
}

void TestCoder::topKByDecoderNorm()
{
    SparseCoder coder = three(TopKActivation{1, true, false});
    const Matrix x = rows({{3, 4}, {-3, 4}, {-3, 4.5F}});
    const float root = std::sqrt(2.F);
    // 3 |(2, 0)| = 6 is more than 4 |(0, 1)|; 3 |(1, 1)| = 4.24 is between 4 and 4.5
    const Matrix f = encode(coder, {x});
    COMPARE_MATRIX(f, rows({{6, 0, 0}, {0, 0, 3 * root}, {0, 4.5F, 0}}));
    COMPARE_MATRIX(decode(coder, f, {x}).front(), rows({{6, 0}, {3, 3}, {0, 4.5F}}));
}

void TestCoder::gated()
{
    const float ln2 = std::log(2.F);
    const SparseCoder coder = three(GatedActivation{{-1, 0, 5}, {0.5F, 0.5F, -1}, {ln2, 0, ln2}});
    // gates: x1 > 1, x2 > 0, x1 < 5; magnitudes 2 x1 + .5, x2 + .5, -2 x1 - 1
    COMPARE_MATRIX(encode(coder, {rows({{1, 1}, {3, -0.1F}, {-2, 0}})}),
        rows({{0, 1.5F, 0}, {6.5F, 0, 0}, {0, 0, 3}}));
}

void TestCoder::groupMax()
{
    SparseCoder coder = plainCoder(rows({{1, 0}, {0, 1}, {-1, 0}, {0, -1}}),
        rows({{1, 0}, {0, 1}, {1, 0}, {0, 1}}), GroupMaxActivation{2});
    check(coder);
    COMPARE_MATRIX(encode(coder, {rows({{3, 2}, {-3, -4}, {-3, -2}})}),
        rows({{3, 0, 0, 0}, {0, 0, 0, 4}, {0, 0, 3, 0}}));
}

void TestCoder::glu()
{
    GluActivation glu{rows({{0, 1}, {0, 0}, {0, 0}}), {0, 0, 100}, {}};
    const float half = 1 / (1 + std::exp(-2.F));
    COMPARE_MATRIX(
        encode(three(glu), {rows({{3, 2}, {-3, -1}})}), rows({{3 * half, 1, 0}, {0, 0, 3}}));
    glu.theta = {2.7F, 1, 0};
    COMPARE_MATRIX(
        encode(three(glu), {rows({{3, 2}, {4, 2}})}), rows({{0, 0, 0}, {4 * half, 0, 0}}));
}

void TestCoder::codebook()
{
    // two groups: codes of the first number, codes of the second
    const Matrix codes = rows({{5, 0}, {1, 0}, {0, -3}, {0, 1}});
    const Matrix x = rows({{2, 0.5F}, {4, -1}});
    SparseCoder coder = plainCoder(codes, codes, CodebookActivation{1, 2, true});
    check(coder);
    const Matrix f = encode(coder, {x});
    COMPARE_MATRIX(f, rows({{0, 1, 0, 1}, {1, 0, 1, 0}}));
    COMPARE_MATRIX(decode(coder, f, {x}).front(), rows({{1, 1}, {5, -3}}));
    // by cosine their lengths do not matter; the output is the mean of two
    const Matrix around = rows({{9, 1}, {0.1F, 0.1F}, {-1, 1}, {0, -2}});
    coder = plainCoder(around, around, CodebookActivation{2, 1, false});
    const Matrix g = encode(coder, {rows({{1, 1}})});
    COMPARE_MATRIX(g, rows({{0.5F, 0.5F, 0, 0}}));
    COMPARE_MATRIX(decode(coder, g, {rows({{1, 1}})}).front(), rows({{4.55F, 0.55F}}));
}

void TestCoder::matchingPursuit()
{
    const Matrix rowsOfDecoder = rows({{1, 0}, {0.6F, 0.8F}, {0, -1}});
    MatchingPursuitActivation pursuit{8, 0, true};
    SparseCoder coder = plainCoder({}, rowsOfDecoder, pursuit);
    check(coder);
    // (1, 2): row 2 takes 2.2, leaving (-.32, .24), which no row goes along more than 0 but itself
    COMPARE_MATRIX(encode(coder, {rows({{1, 2}})}), rows({{0, 2.2F, 0}}));
    // (1.1, .5): row 1 takes 1.1; of (0, .5) row 2 takes .4; of (-.24, .18) nothing is left to take
    COMPARE_MATRIX(encode(coder, {rows({{1.1F, 0.5F}})}), rows({{1.1F, 0.4F, 0}}));
    // (-1, -2): row 3 takes 2 and ends
    COMPARE_MATRIX(encode(coder, {rows({{-1, -2}})}), rows({{0, 0, 2}}));
    // (2, -1): row 1 takes 2, row 3 takes 1; the residual or the number of steps ends it before
    COMPARE_MATRIX(encode(coder, {rows({{2, -1}})}), rows({{2, 0, 1}}));
    coder.activation = MatchingPursuitActivation{8, 1.5F, true};
    COMPARE_MATRIX(encode(coder, {rows({{2, -1}})}), rows({{2, 0, 0}}));
    coder.activation = MatchingPursuitActivation{1, 0, true};
    COMPARE_MATRIX(encode(coder, {rows({{2, -1}})}), rows({{2, 0, 0}}));
    // a row of length 1/2 takes x1 / 2 and leaves 3/4 of it: the same row again and again
    coder = plainCoder({}, rows({{0.5F, 0}}), MatchingPursuitActivation{3, 0, true});
    COMPARE_MATRIX(encode(coder, {rows({{4, 0}})}), rows({{3.5F}}));
    coder.activation = MatchingPursuitActivation{3, 0, false};
    COMPARE_MATRIX(encode(coder, {rows({{4, 0}})}), rows({{4.625F}}));
}

void TestCoder::biases()
{
    SparseCoder coder = three(ReluActivation{});
    coder.inputs.front().subtracted = {1, 1};
    coder.bias = {0, 0.5F, 2};
    coder.outputs.front().bias = {10, 20};
    const Matrix x = rows({{3, 2}});
    const Matrix f = encode(coder, {x});
    COMPARE_MATRIX(f, rows({{2, 1.5F, 0}}));
    COMPARE_MATRIX(decode(coder, f, {x}).front(), rows({{14, 21.5F}}));
}

void TestCoder::perTokenNorm()
{
    SparseCoder coder = three(ReluActivation{});
    coder.inputs.front().norm.kind = InputNorm::Kind::PerToken;
    coder.outputs.front().scaledBack = true;
    const Matrix x = rows({{3, 4}, {0, 0}});
    const Matrix f = encode(coder, {x});
    const float root = std::sqrt(2.F);
    COMPARE_MATRIX(f, rows({{0.6F * root, 0.8F * root, 0}, {0, 0, 0}}));
    COMPARE_MATRIX(decode(coder, f, {x}).front(), rows({{6, 4}, {0, 0}}));
    coder.inputs.front().norm = {.kind = InputNorm::Kind::Scale, .scale = 0.5F};
    COMPARE_MATRIX(encode(coder, {x}), rows({{1.5F, 2, 0}, {0, 0, 0}}));
    COMPARE_MATRIX(decode(coder, encode(coder, {x}), {x}).front(), rows({{6, 4}, {0, 0}}));
    coder.outputs.front().scaledBack = false;
    COMPARE_MATRIX(decode(coder, encode(coder, {x}), {x}).front(), rows({{3, 2}, {0, 0}}));
}

void TestCoder::layerNorm()
{
    const Matrix eye = rows({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
    SparseCoder coder = plainCoder(eye, eye, TopKActivation{3, false, true});
    coder.inputs.front().norm = {.kind = InputNorm::Kind::LayerNorm, .epsilon = 0};
    coder.outputs.front().scaledBack = true;
    const Matrix x = rows({{1, 2, 6}, {4, 4, 4}});
    const float deviation = std::sqrt(7.F); // (4 + 1 + 9) / 2
    COMPARE_MATRIX(
        encode(coder, {x}), rows({{-2 / deviation, -1 / deviation, 3 / deviation}, {0, 0, 0}}));
    COMPARE_MATRIX(decode(coder, encode(coder, {x}), {x}).front(), x);
    coder.inputs.front().norm.unbiased = false;
    const float biased = std::sqrt(14 / 3.F);
    COMPARE_MATRIX(encode(coder, {x}), rows({{-2 / biased, -1 / biased, 3 / biased}, {0, 0, 0}}));
    coder.inputs.front().norm.epsilon = 1;
    COMPARE_MATRIX(encode(coder, {x}),
        rows({{-2 / (biased + 1), -1 / (biased + 1), 3 / (biased + 1)}, {0, 0, 0}}));
}

void TestCoder::skipReadsTheInputAsItIs()
{
    SparseCoder coder = plainCoder(rows({{1, 0}}), rows({{1, 2, 3}}), ReluActivation{});
    coder.inputs.front().norm = {.kind = InputNorm::Kind::Scale, .scale = 2};
    coder.outputs.front().skip = rows({{1, 0, 0}, {0, 0, 10}});
    check(coder);
    const Matrix x = rows({{1, 5}});
    COMPARE_MATRIX(decode(coder, encode(coder, {x}), {x}).front(), rows({{3, 4, 56}}));
    // what is scaled back is what the decoder makes; the skip is added after that
    coder.outputs.front().scaledBack = true;
    COMPARE_MATRIX(decode(coder, encode(coder, {x}), {x}).front(), rows({{2, 2, 53}}));
}

void TestCoder::severalPlaces()
{
    SparseCoder coder
        = plainCoder(rows({{1, 0}, {0, 1}}), rows({{1, 1}, {0, 1}}), ReluActivation{});
    coder.inputs.push_back({.point = "b",
        .norm = {.kind = InputNorm::Kind::Scale, .scale = 2},
        .encoder = rows({{1}, {-1}}),
        .subtracted = {1}});
    coder.outputs.push_back(
        {.point = "b", .decoder = rows({{2}, {4}}), .bias = {2}, .skip = {}, .scaledBack = true});
    check(coder);
    const std::vector<Matrix> x{rows({{1, 7}, {0, 0}}), rows({{3}, {0}})};
    const Matrix f = encode(coder, x);
    COMPARE_MATRIX(f, rows({{6, 2}, {0, 1}}));
    const auto made = decode(coder, f, x);
    QCOMPARE(made.size(), std::size_t(2));
    COMPARE_MATRIX(made[0], rows({{6, 8}, {0, 1}}));
    COMPARE_MATRIX(made[1], rows({{11}, {3}}));
}

void TestCoder::otherShapesAreRefused()
{
    const SparseCoder coder = three(ReluActivation{});
    const Matrix x = rows({{1, 2}});
    QVERIFY_EXCEPTION_THROWN(encode(coder, {}), Error);
    QVERIFY_EXCEPTION_THROWN(encode(coder, {x, x}), Error);
    QVERIFY_EXCEPTION_THROWN(encode(coder, {rows({{1, 2, 3}})}), Error);
    QVERIFY_EXCEPTION_THROWN(decode(coder, rows({{1, 2}}), {x}), Error);
    QVERIFY_EXCEPTION_THROWN(decode(coder, rows({{1, 2, 3}, {1, 2, 3}}), {x}), Error);
}

QTEST_GUILESS_MAIN(TestCoder)
#include "tst_coder.moc"
