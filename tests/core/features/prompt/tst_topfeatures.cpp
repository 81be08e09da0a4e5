#include "core/features/prompt/topfeatures.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace microtome;

namespace {

constexpr std::size_t tokens = 12;

/// Sources whose latents fire at random; with equal values among them.
std::vector<FiredLatents> randomSources(unsigned seed)
{
    std::mt19937 random(seed);
    std::vector<FiredLatents> all;
    for (const std::size_t latents : {30, 7, 50}) {
        std::vector<float> values(tokens * latents);
        for (float& value : values)
            if (random() % 4 == 0)
                value = static_cast<float>(static_cast<int>(random() % 9) - 4);
        all.push_back(FiredLatents::of(Matrix(tokens, latents, std::move(values))));
    }
    return all;
}

} // namespace

/// The strongest features of a prompt against sorting everything.
class TestTopFeatures : public QObject {
    Q_OBJECT

private slots:
    void ofTokens()
    {
        const auto fired = randomSources(1);
        const auto top = topOfTokens(fired, 5);
        QCOMPARE(top.size(), tokens);
        for (std::size_t t = 0; t < tokens; ++t) {
            std::vector<std::tuple<float, std::uint32_t, std::uint32_t, float>> all;
            for (std::uint32_t s = 0; s < fired.size(); ++s) {
                const Matrix dense = fired[s].dense();
                for (std::uint32_t i = 0; i < dense.columns(); ++i)
                    if (dense(t, i) != 0)
                        all.emplace_back(-std::abs(dense(t, i)), s, i, dense(t, i));
            }
            std::ranges::sort(all);
            QCOMPARE(top[t].size(), std::min<std::size_t>(5, all.size()));
            for (std::size_t k = 0; k < top[t].size(); ++k)
                QCOMPARE(top[t][k],
                    (TokenFeature{std::get<1>(all[k]), std::get<2>(all[k]), std::get<3>(all[k])}));
        }
    }

    /// A feature with a large number is not cut off before it is compared.
    void ofPrompts()
    {
        const auto fired = randomSources(2);
        std::vector<bool> taken(tokens, true);
        taken[0] = taken[7] = false;
        for (const PromptOrder order : {PromptOrder::Max, PromptOrder::Sum, PromptOrder::Tokens}) {
            const auto top = topOfPrompt(fired, taken, order, 10);
            QCOMPARE(top.size(), std::size_t(10));
            std::vector<double> all;
            for (std::uint32_t s = 0; s < fired.size(); ++s) {
                const Matrix dense = fired[s].dense();
                for (std::uint32_t i = 0; i < dense.columns(); ++i) {
                    double most = 0;
                    double sum = 0;
                    double count = 0;
                    for (std::size_t t = 0; t < tokens; ++t) {
                        const double value = taken[t] ? static_cast<double>(dense(t, i)) : 0;
                        most = std::max(most, std::abs(value));
                        sum += value;
                        count += value != 0;
                    }
                    all.push_back(order == PromptOrder::Max ? most
                            : order == PromptOrder::Sum     ? std::abs(sum)
                                                            : count);
                }
            }
            std::ranges::sort(all, std::greater());
            for (std::size_t k = 0; k < top.size(); ++k) {
                const double is = order == PromptOrder::Max
                    ? static_cast<double>(std::abs(top[k].max))
                    : order == PromptOrder::Sum ? std::abs(top[k].sum)
                                                : top[k].tokens;
                QCOMPARE(is, all[k]);
                QVERIFY(taken[top[k].at]);
                QCOMPARE(fired[top[k].source].dense()(top[k].at, top[k].latent), top[k].max);
            }
        }
    }

    void comparesPrompts()
    {
        const auto first = randomSources(3);
        auto second = first;
        // one feature of the last source is made to fire strongly in the second
        std::vector<float> values;
        const Matrix dense = second[2].dense();
        for (std::size_t t = 0; t < tokens; ++t)
            for (std::size_t i = 0; i < dense.columns(); ++i)
                values.push_back(i == 49 ? (t == 5 ? 100.F : 0.F) : dense(t, i));
        second[2] = FiredLatents::of(Matrix(tokens, dense.columns(), std::move(values)));
        const std::vector<bool> all(tokens, true);
        const auto compared = comparedPrompts(first, all, second, all, PromptOrder::Max, 5);
        QCOMPARE(compared.front().second.latent, 49U);
        QCOMPARE(compared.front().second.source, 2U);
        QCOMPARE(compared.front().second.at, 5U);
        QVERIFY(compared.front().difference >= 96);
        for (std::size_t k = 1; k < compared.size(); ++k)
            QCOMPARE(compared[k].difference, 0.0);
    }

    void namesOrders()
    {
        for (const PromptOrder order : {PromptOrder::Max, PromptOrder::Sum, PromptOrder::Tokens})
            QCOMPARE(promptOrderNamed(promptOrderName(order)), std::optional(order));
        QVERIFY(!promptOrderNamed("best"));
    }
};

QTEST_GUILESS_MAIN(TestTopFeatures)
#include "tst_topfeatures.moc"
