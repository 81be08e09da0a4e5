#include "core/store/numbers.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <limits>

using namespace microtome;

class TestNumbers : public QObject {
    Q_OBJECT

private slots:
    void everyHalfSurvives()
    {
        for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
            const auto half = static_cast<std::uint16_t>(bits);
            const float value = fromHalf(half);
            if (std::isnan(value))
                QVERIFY(std::isnan(fromHalf(toHalf(value))));
            else
                QCOMPARE(toHalf(value), half);
        }
    }

    void halvesRoundToNearestEven()
    {
        // Between any two neighbouring halves: below, at and above the middle.
        for (std::uint16_t low = 0; low < 0x7bff; ++low) {
            const auto high = static_cast<std::uint16_t>(low + 1);
            const float middle = (fromHalf(low) + fromHalf(high)) / 2; // exact in f32
            QCOMPARE(toHalf(std::nextafter(middle, 0.0F)), low);
            QCOMPARE(toHalf(std::nextafter(middle, 1e9F)), high);
            QCOMPARE(toHalf(middle), low % 2 == 0 ? low : high);
            QCOMPARE(toHalf(-middle), static_cast<std::uint16_t>(0x8000 | toHalf(middle)));
        }
        QCOMPARE(toHalf(65519.0F), std::uint16_t(0x7bff));
        QCOMPARE(toHalf(65520.0F), std::uint16_t(0x7c00));
        QCOMPARE(toHalf(std::numeric_limits<float>::infinity()), std::uint16_t(0x7c00));
        QCOMPARE(toHalf(1e-30F), std::uint16_t(0));
        QCOMPARE(fromHalf(0x3c00), 1.0F);
        QCOMPARE(fromHalf(0xc000), -2.0F);
    }

    void bytesAreLittleEndian()
    {
        const std::vector<float> one{1.0F};
        const std::vector<std::byte> bytes = encode(one, Dtype::F32);
        QCOMPARE(
            bytes, (std::vector{std::byte(0), std::byte(0), std::byte(0x80), std::byte(0x3f)}));
        const std::vector<std::int32_t> integers{-2, 258};
        const std::vector<std::byte> more = encode(integers);
        QCOMPARE(more,
            (std::vector{std::byte(0xfe), std::byte(0xff), std::byte(0xff), std::byte(0xff),
                std::byte(2), std::byte(1), std::byte(0), std::byte(0)}));
        QCOMPARE(decodeIntegers(more), integers);
    }

    void floatsSurviveBitByBit()
    {
        const std::vector<float> values{0.0F, -0.0F, std::numeric_limits<float>::denorm_min(),
            std::numeric_limits<float>::max(), -std::numeric_limits<float>::infinity(), 0.1F};
        std::vector<float> back;
        decode(encode(values, Dtype::F32), Dtype::F32, back);
        for (std::size_t i = 0; i < values.size(); ++i)
            QCOMPARE(
                std::bit_cast<std::uint32_t>(back[i]), std::bit_cast<std::uint32_t>(values[i]));
    }

    void summaries()
    {
        const float nan = std::nanf("");
        const float infinity = std::numeric_limits<float>::infinity();
        const std::vector<float> values{3, nan, -1, infinity, 4};
        const Summary summary = summarize(encode(values, Dtype::F32), Dtype::F32);
        QCOMPARE(summary.least, std::optional(-1.0));
        QCOMPARE(summary.greatest, std::optional(4.0));
        QCOMPARE(summary.mean, std::optional(2.0));
        const std::vector<float> none{nan, infinity};
        QVERIFY(summarize(encode(none, Dtype::F16), Dtype::F16) == Summary());
        const std::vector<std::int32_t> integers{7, -3};
        QCOMPARE(summarize(encode(integers), Dtype::I32).mean, std::optional(2.0));
    }

    void names()
    {
        for (const Dtype dtype : {Dtype::F32, Dtype::F16, Dtype::I32, Dtype::Json})
            QVERIFY(dtypeNamed(dtypeName(dtype)) == dtype);
        QVERIFY(!dtypeNamed("f64"));
    }
};

QTEST_GUILESS_MAIN(TestNumbers)
#include "tst_numbers.moc"
