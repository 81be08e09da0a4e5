#include "core/work/error.h"
#include "tests/core/features/coder/plaincoder.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace microtome;

namespace {

constexpr std::size_t d = 5;
constexpr std::size_t n = 8;

Matrix random(std::mt19937& engine, std::size_t rowCount, std::size_t columns)
{
    std::normal_distribution<float> normal;
    std::vector<float> values(rowCount * columns);
    for (float& value : values)
        value = normal(engine);
    return {rowCount, columns, std::move(values)};
}

std::vector<float> list(std::mt19937& engine, std::size_t size)
{
    const Matrix matrix = random(engine, 1, size);
    return {matrix.values().begin(), matrix.values().end()};
}

SparseCoder randomCoder(std::mt19937& engine, CoderActivation activation)
{
    SparseCoder coder
        = plainCoder(random(engine, n, d), random(engine, n, d), std::move(activation));
    coder.bias = list(engine, n);
    coder.inputs.front().subtracted = list(engine, d);
    coder.outputs.front().bias = coder.inputs.front().subtracted;
    return coder;
}

double norm(std::span<const float> row)
{
    double sum = 0;
    for (const double value : row)
        sum += value * value;
    return std::sqrt(sum);
}

/// Whether both write the same, and the latents of the second are those of the first in units of
/// the decoder's norm.
void compare(
    const SparseCoder& coder, const SparseCoder& unit, const Matrix& x, bool alreadyInUnits)
{
    check(unit);
    const Matrix before = encode(coder, {x});
    const Matrix after = encode(unit, {x});
    const Matrix wrote = decode(coder, before, {x}).front();
    const Matrix writes = decode(unit, after, {x}).front();
    for (std::size_t i = 0; i < wrote.size(); ++i)
        QVERIFY(std::abs(wrote.values()[i] - writes.values()[i]) < 1e-4F);
    std::size_t fires = 0;
    for (std::size_t t = 0; t < x.rows(); ++t)
        for (std::size_t i = 0; i < n; ++i) {
            const double length = alreadyInUnits ? 1 : norm(coder.outputs.front().decoder.row(i));
            QVERIFY(std::abs(before(t, i) * length - after(t, i)) < 1e-4);
            fires += after(t, i) != 0;
        }
    QVERIFY(fires > 0);
    for (std::size_t i = 0; i < n; ++i)
        QVERIFY(std::abs(norm(unit.outputs.front().decoder.row(i)) - 1) < 1e-6);
}

} // namespace

/// Decoder rows of norm 1: the same output, the same latents in other units.
class TestCoderUnit : public QObject {
    Q_OBJECT

private slots:
    void sameOutput_data();
    void sameOutput();
    void normsOverAllOutputs();
    void whatWritesNothingFallsSilent();
    void refusedWhereOthersWouldFire();
};

void TestCoderUnit::sameOutput_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("relu") << 0;
    QTest::newRow("jumprelu") << 1;
    QTest::newRow("gated") << 2;
    QTest::newRow("topk by decoder norm") << 3;
    QTest::newRow("glu") << 4;
}

void TestCoderUnit::sameOutput()
{
    QFETCH(int, kind);
    std::mt19937 engine(7);
    std::vector<CoderActivation> kinds{ReluActivation{}, JumpReluActivation{list(engine, n)},
        GatedActivation{list(engine, n), list(engine, n), list(engine, n)},
        TopKActivation{3, true, false},
        GluActivation{random(engine, n, d), list(engine, n), list(engine, n)}};
    const auto at = static_cast<std::size_t>(kind);
    const SparseCoder coder = randomCoder(engine, kinds[at]);
    compare(coder, withUnitDecoder(coder), random(engine, 20, d), kind == 3);
}

void TestCoderUnit::normsOverAllOutputs()
{
    SparseCoder coder = plainCoder(rows({{1}}), rows({{3}}), ReluActivation{});
    coder.outputs.push_back(coder.outputs.front());
    coder.outputs.back().decoder = rows({{4}});
    const SparseCoder unit = withUnitDecoder(coder);
    QCOMPARE(unit.outputs[0].decoder(0, 0), 0.6F);
    QCOMPARE(unit.outputs[1].decoder(0, 0), 0.8F);
    QCOMPARE(unit.inputs[0].encoder(0, 0), 5.F);
}

void TestCoderUnit::whatWritesNothingFallsSilent()
{
    const SparseCoder coder = plainCoder(
        rows({{1, 0}, {0, 1}}), rows({{2, 0}, {0, 0}}), TopKActivation{1, true, false});
    const SparseCoder unit = withUnitDecoder(coder);
    const Matrix f = encode(unit, {rows({{1, 5}})});
    QCOMPARE(f(0, 0), 2.F);
    QCOMPARE(f(0, 1), 0.F);
}

void TestCoderUnit::refusedWhereOthersWouldFire()
{
    std::mt19937 engine(9);
    QVERIFY_EXCEPTION_THROWN(
        withUnitDecoder(randomCoder(engine, TopKActivation{2, false, false})), Error);
    QVERIFY_EXCEPTION_THROWN(withUnitDecoder(randomCoder(engine, GroupMaxActivation{2})), Error);
    QVERIFY_EXCEPTION_THROWN(
        withUnitDecoder(randomCoder(engine, CodebookActivation{1, 1, false})), Error);
    const Matrix decoder = rows({{0, 2}, {2, 0}});
    QVERIFY_EXCEPTION_THROWN(
        withUnitDecoder(plainCoder({}, decoder, MatchingPursuitActivation{2, 0, true})), Error);
    // where all norms are the same the largest stay the largest
    const SparseCoder even = withUnitDecoder(
        plainCoder(rows({{1, 0}, {0, 1}}), decoder, TopKActivation{1, false, false}));
    QCOMPARE(encode(even, {rows({{3, 2}})})(0, 0), 6.F);
}

QTEST_GUILESS_MAIN(TestCoderUnit)
#include "tst_coder_unit.moc"
