#include "core/features/directions/directions.h"
#include "tests/core/features/coder/plaincoder.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace microtome;

/// Directions of dictionaries of one place and of several.
class TestDirections : public QObject {
    Q_OBJECT

private slots:
    void onePlace()
    {
        const SparseCoder coder = plainCoder(
            rows({{3, 4}, {1, 0}, {0, 0}}), rows({{3, 4}, {0, 2}, {1, 1}}), ReluActivation{});
        QCOMPARE(
            directionNorms(decoderDirections(coder)), (std::vector<double>{5, 2, std::sqrt(2.0)}));
        const auto cosines = encoderDecoderCosines(coder);
        QVERIFY(cosines);
        QCOMPARE(*cosines, (std::vector<double>{1, 0, 0})); // the last reads nothing
    }

    void severalPlacesStandSideBySide()
    {
        SparseCoder coder = plainCoder(rows({{1, 0}}), rows({{2, 0}}), ReluActivation{});
        coder.inputs.push_back(
            {.point = "b", .norm = {}, .encoder = rows({{0, 1, 0}}), .subtracted = {}});
        coder.outputs.push_back({.point = "b",
            .decoder = rows({{0, 0, 1}}),
            .bias = {},
            .skip = {},
            .scaledBack = false});
        const Directions written = decoderDirections(coder);
        QCOMPARE(written.width(), std::size_t(5));
        QCOMPARE(written.count(), std::size_t(1));
        QCOMPARE(directionNorms(written), std::vector<double>{std::sqrt(5.0)});
        // (1, 0; 0, 1, 0) · (2, 0; 0, 0, 1) = 2, norms sqrt 2 and sqrt 5
        QVERIFY(std::abs((*encoderDecoderCosines(coder))[0] - 2 / std::sqrt(10.0)) < 1e-15);
        coder.inputs.pop_back();
        QVERIFY(!encoderDecoderCosines(coder)); // reads one place, writes two
        coder.outputs.pop_back();
        coder.outputs[0].decoder = rows({{1, 2, 3}});
        QVERIFY(!encoderDecoderCosines(coder)); // reads another width than it writes
    }

    void whatIsNoDirection()
    {
        SparseCoder pursuit = plainCoder({}, rows({{1, 0}}), MatchingPursuitActivation{.k = 1});
        QVERIFY(!encoderDecoderCosines(pursuit));
        QVERIFY_THROWS_EXCEPTION(Error, encoderDirections(pursuit));
        QVERIFY_THROWS_EXCEPTION(Error, check(Directions{}));
        QVERIFY_THROWS_EXCEPTION(
            Error, check(Directions{{rows({{1, 0}}), rows({{1, 0}, {0, 1}})}}));
        QVERIFY_THROWS_EXCEPTION(
            Error, check(Directions{{rows({{1, std::numeric_limits<float>::quiet_NaN()}})}}));
        check(decoderDirections(pursuit));
    }
};

QTEST_GUILESS_MAIN(TestDirections)
#include "tst_directions.moc"
