#include "core/features/index/valuenumbers.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace microtome;

namespace {

struct Counted {
    ValueNumbers numbers;
    std::vector<float> stored;
};

Counted count(ValueCounter& counter, const std::vector<float>& values)
{
    float largest = 0;
    for (const float value : values)
        largest = std::max(largest, std::abs(value));
    counter.begin(largest);
    Counted counted;
    for (const float value : values)
        counted.stored.push_back(storedValue(counter.add(value), counter.exponent()));
    counted.numbers = counter.numbers();
    return counted;
}

/// The definition: the smallest stored value that at least percent n / 100 do not exceed.
float quantile(const Counted& counted, unsigned percent)
{
    std::vector<float> sorted = counted.stored;
    std::ranges::sort(sorted);
    std::size_t i = 0;
    while (100 * (i + 1) < percent * sorted.size())
        ++i;
    return std::clamp(sorted[i], counted.numbers.min, counted.numbers.max);
}

double moment(const std::vector<float>& values, int k)
{
    long double mean = 0, sum = 0;
    for (const float value : values)
        mean += value;
    mean /= static_cast<long double>(values.size());
    for (const float value : values)
        sum += std::pow(value - mean, k);
    return static_cast<double>(sum / static_cast<long double>(values.size()));
}

} // namespace

class TestValueNumbers : public QObject {
    Q_OBJECT

private slots:
    void agreeWithTheirDefinitions()
    {
        std::mt19937_64 random(1);
        std::lognormal_distribution<float> skewed(0, 1);
        std::normal_distribution<float> even(0, 3);
        ValueCounter counter; // one for all, as in a merge
        // 32,768 is where it begins to count instead of keeping values.
        for (const std::size_t n : {1, 2, 3, 99, 100, 101, 32768, 32769, 70000, 5}) {
            for (const bool positive : {true, false}) {
                std::vector<float> values(n);
                for (float& value : values)
                    value = positive ? skewed(random) : even(random);
                const Counted counted = count(counter, values);
                const ValueNumbers& numbers = counted.numbers;
                double sum = 0, squares = 0;
                for (const float value : values) {
                    sum += value;
                    squares += double(value) * value;
                }
                QCOMPARE(numbers.count, std::uint32_t(n));
                QVERIFY(numbers.sum == sum && numbers.sumSquares == squares);
                QVERIFY(numbers.max == *std::ranges::max_element(values));
                QVERIFY(numbers.min == *std::ranges::min_element(values));
                QVERIFY(numbers.q50 == quantile(counted, 50));
                QVERIFY(numbers.q90 == quantile(counted, 90));
                QVERIFY(numbers.q99 == quantile(counted, 99));
                const double skew
                    = n > 2 ? moment(values, 3) / std::pow(moment(values, 2), 1.5) : 0;
                QVERIFY(std::abs(numbers.skew - skew) <= 1e-5 * (1 + std::abs(skew)));
                for (std::size_t i = 0; i < n; ++i)
                    if (std::abs(values[i]) > 1e-6)
                        QVERIFY(std::abs(counted.stored[i] - values[i])
                            <= std::abs(values[i]) * 0x1p-11F);
            }
        }
    }

    void skewOfEqualValuesIsZero()
    {
        ValueCounter counter;
        QCOMPARE(count(counter, std::vector<float>(1000, 0.1F)).numbers.skew, 0.0F);
        QCOMPARE(count(counter, {7}).numbers.skew, 0.0F);
        QCOMPARE(count(counter, {}).numbers.count, 0U);
    }

    void anyFloatIsKept()
    {
        ValueCounter counter;
        constexpr float largest = std::numeric_limits<float>::max();
        constexpr float smallest = std::numeric_limits<float>::denorm_min();
        for (const float value : {largest, -largest, 65504.0F, 1e6F, 1.0F, 1e-6F, 1e-30F}) {
            const Counted counted = count(counter, {value});
            QVERIFY(std::abs(counted.stored[0] - value) <= std::abs(value) * 0x1p-11F);
            QVERIFY(counted.numbers.q50 == value);
        }
        // What is far below the largest keeps its sign and does not become 0.
        const Counted counted = count(counter, {largest, smallest, -smallest});
        QVERIFY(counted.stored[1] > 0 && counted.stored[1] < largest * 1e-9F);
        QVERIFY(counted.stored[2] < 0 && counted.stored[2] > -largest * 1e-9F);
        QVERIFY(count(counter, {smallest}).stored[0] > 0);
    }
};

QTEST_GUILESS_MAIN(TestValueNumbers)
#include "tst_valuenumbers.moc"
