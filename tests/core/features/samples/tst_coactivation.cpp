#include "core/features/samples/coactivation.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace microtome;
using namespace microtome::test;

namespace {

std::vector<std::uint32_t> latentsOf(const std::vector<Partner>& partners)
{
    std::vector<std::uint32_t> latents;
    for (const Partner& partner : partners)
        latents.push_back(partner.latent);
    return latents;
}

} // namespace

class TestCoactivation : public QObject {
    Q_OBJECT

private slots:
    void agreesWithBruteForce()
    {
        std::mt19937_64 random(1);
        const Folder folder;
        const std::uint64_t tokens = 700;
        auto firings = randomFirings(random, tokens, 30);
        for (std::uint32_t token = 0; token < tokens; ++token)
            firings.push_back({token, 30, 1}); // at every token; 31 is dead
        std::ranges::stable_sort(firings, {}, &Firing::token);
        writeIndex(folder / "i", {hashOf('c'), hashOf('d'), tokens, 32}, firings);
        const FeatureIndex index(folder / "i");
        std::map<std::uint32_t, std::set<std::uint32_t>> at;
        for (const Firing& firing : firings)
            at[firing.latent].insert(firing.token);
        for (const std::uint32_t latent : {0U, 7U, 29U, 30U, 31U}) {
            std::map<std::uint32_t, std::uint32_t> joint;
            for (const auto& [other, tokensOfOther] : at)
                for (const std::uint32_t token : tokensOfOther)
                    if (other != latent && at[latent].contains(token))
                        ++joint[other];
            for (const auto order :
                {PartnerOrder::Joint, PartnerOrder::Jaccard, PartnerOrder::Pmi}) {
                const auto all = partners(index, latent, order, 100);
                QCOMPARE(all.size(), joint.size());
                for (const Partner& p : all) {
                    const auto a = static_cast<double>(at[latent].size());
                    const auto b = static_cast<double>(at[p.latent].size());
                    QCOMPARE(p.count, std::uint32_t(b));
                    QCOMPARE(p.joint, joint.at(p.latent));
                    QVERIFY(std::abs(p.jaccard - p.joint / (a + b - p.joint)) < 1e-12);
                    QVERIFY(std::abs(p.pmi
                                - std::log2((p.joint / double(tokens))
                                    / (a / double(tokens) * (b / double(tokens)))))
                        < 1e-9);
                }
                QVERIFY(std::ranges::is_sorted(all, [&](const Partner& a, const Partner& b) {
                    const auto key = [&](const Partner& p) {
                        return order == PartnerOrder::Joint ? double(p.joint)
                            : order == PartnerOrder::Pmi    ? p.pmi
                                                            : p.jaccard;
                    };
                    return key(a) != key(b) ? key(a) > key(b) : a.latent < b.latent;
                }));
                auto some = latentsOf(partners(index, latent, order, 3));
                auto expected = latentsOf(all);
                expected.resize(std::min<std::size_t>(3, expected.size()));
                QCOMPARE(some, expected);
            }
        }
        for (const Partner& p : partners(index, 5, PartnerOrder::Pmi, 100, 40))
            QVERIFY(p.joint >= 40);
        QVERIFY(!partners(index, 5, PartnerOrder::Pmi, 100, 40).empty());
        QVERIFY(sentence([&] { partners(index, 32, PartnerOrder::Pmi, 1); }).contains("no latent"));
    }
};

QTEST_GUILESS_MAIN(TestCoactivation)
#include "tst_coactivation.moc"
