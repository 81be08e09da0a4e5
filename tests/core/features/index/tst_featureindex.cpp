#include "core/features/index/featureindex.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

using namespace microtome;
using namespace microtome::test;

namespace {

/// What is stored of a value is off by at most 2^-11 of it.
bool same(const Values& found, const Values& expected)
{
    return std::ranges::equal(found, expected, [](const auto& a, const auto& b) {
        return a.first == b.first && std::abs(a.second - b.second) <= std::abs(b.second) * 0x1p-11F;
    });
}

IndexSource source(std::uint64_t tokens, std::uint64_t latents)
{
    return {hashOf('c'), hashOf('d'), tokens, latents};
}

} // namespace

class TestFeatureIndex : public QObject {
    Q_OBJECT

private slots:
    void holdsWhatWasWritten()
    {
        std::mt19937_64 random(1);
        for (const std::uint32_t latents : {1U, 2U, 7U, 300U, 3000U}) {
            const Folder folder;
            const std::uint64_t tokens = 1 + random() % 2000;
            const auto firings = randomFirings(random, tokens, latents);
            writeIndex(folder / "i", source(tokens, latents), firings, 24 * 500);
            const FeatureIndex index(folder / "i");
            QCOMPARE(index.tokens(), tokens);
            QCOMPARE(index.latents(), std::uint64_t(latents));
            QCOMPARE(index.firings(), std::uint64_t(firings.size()));
            QVERIFY(index.source() == source(tokens, latents));
            for (std::uint32_t latent = 0; latent < latents; ++latent) {
                const Values expected = valuesOf(firings, latent);
                QVERIFY(same(valuesOf(index, latent), expected));
                QCOMPARE(index.numbers(latent).count, std::uint32_t(expected.size()));
                double sum = 0;
                for (const auto& [token, value] : expected)
                    sum += value;
                QVERIFY(index.numbers(latent).sum == sum);
            }
            index.verify();
        }
    }

    void bytesDoNotDependOnBatchesOrMemory()
    {
        std::mt19937_64 random(2);
        const Folder folder;
        const auto firings = randomFirings(random, 3000, 400);
        writeIndex(folder / "once", source(3000, 400), firings);
        const std::string once = contentOf(folder / "once");
        for (const auto& [longest, memory] :
            {std::pair(1, 24 * 1000), {40, 1}, {300, 24 * 5000}, {3000, 1}}) {
            IndexWriter writer(folder / "i", source(3000, 400), memory);
            QVERIFY(feed(writer, firings, 3000, random, longest));
            writer.finish();
            QVERIFY(contentOf(folder / "i") == once);
            QVERIFY(!std::filesystem::exists(folder / "i.runs"));
        }
    }

    void aBatchMayComeLatentByLatent()
    {
        std::mt19937_64 random(3);
        const Folder folder;
        auto firings = randomFirings(random, 500, 40);
        writeIndex(folder / "byToken", source(500, 40), firings);
        std::ranges::stable_sort(firings, std::ranges::greater(), &Firing::latent);
        IndexWriter writer(folder / "byLatent", source(500, 40));
        writer.add(firings, 500);
        writer.finish();
        QVERIFY(contentOf(folder / "byToken") == contentOf(folder / "byLatent"));
    }

    void deadDenseAndSingleLatents()
    {
        const Folder folder;
        std::vector<Firing> firings;
        for (std::uint32_t token = 0; token < 40000; ++token) {
            firings.push_back({token, 1, static_cast<float>(token) - 20000.5F});
            if (token == 39999)
                firings.push_back({token, 3, 0.1F});
        }
        writeIndex(folder / "i", source(40000, 5), firings, 24 * 1000);
        const FeatureIndex index(folder / "i");
        for (const std::uint32_t dead : {0U, 2U, 4U}) {
            QCOMPARE(index.numbers(dead).count, 0U);
            QCOMPARE(index.numbers(dead).max, 0.0F);
            QVERIFY(valuesOf(index, dead).empty());
        }
        QVERIFY(same(valuesOf(index, 1), valuesOf(firings, 1)));
        const ValueNumbers dense = index.numbers(1);
        QCOMPARE(dense.count, 40000U);
        QCOMPARE(dense.min, -20000.5F);
        QCOMPARE(dense.max, 19998.5F);
        QVERIFY(std::abs(dense.skew) < 1e-4F);
        QVERIFY(same(valuesOf(index, 3), {{39999, 0.1F}}));
        const ValueNumbers single = index.numbers(3);
        QVERIFY(single.max == 0.1F && single.min == 0.1F && single.q50 == 0.1F && single.q99 == 0.1F
            && single.sum == double(0.1F));
    }

    void noTokensAndNoLatents()
    {
        const Folder folder;
        for (const auto& [tokens, latents] : {std::pair(0, 3), std::pair(3, 0), std::pair(0, 0)}) {
            IndexWriter writer(folder / "i", source(tokens, latents));
            writer.add({}, tokens);
            writer.finish();
            const FeatureIndex index(folder / "i");
            index.verify();
            QCOMPARE(index.firings(), std::uint64_t(0));
            for (std::uint32_t latent = 0; latent < index.latents(); ++latent)
                QVERIFY(valuesOf(index, latent).empty());
        }
    }

    void aCursorReadsInPiecesOfAnySize()
    {
        std::mt19937_64 random(4);
        const Folder folder;
        const auto firings = randomFirings(random, 1000, 3);
        writeIndex(folder / "i", source(1000, 3), firings);
        const FeatureIndex index(folder / "i");
        const Values all = valuesOf(index, 1);
        Postings postings = index.postings(1);
        QCOMPARE(postings.left(), all.size());
        Values pieces;
        while (postings.left() > 0) {
            std::vector<std::uint32_t> tokens(1 + random() % 9);
            std::vector<float> values(1 + random() % 9);
            const std::size_t before = postings.left();
            const std::size_t count = postings.read(tokens, values);
            QCOMPARE(count, std::min({before, tokens.size(), values.size()}));
            for (std::size_t i = 0; i < count; ++i)
                pieces.emplace_back(tokens[i], values[i]);
        }
        QVERIFY(pieces == all);
        // Tokens alone.
        Postings again = index.postings(1);
        std::vector<std::uint32_t> tokens(2000);
        QCOMPARE(again.read(tokens), all.size());
        QCOMPARE(again.read(tokens), std::size_t(0));
        QVERIFY(std::ranges::equal(std::span(tokens).first(all.size()), all, {}, {},
            &std::pair<std::uint32_t, float>::first));
    }

    void aRealisticIndexIsSmall()
    {
        // 24,576 latents of which 50 fire at a token, by Zipf's law: as features do.
        const Folder folder;
        std::mt19937_64 random(5);
        constexpr std::uint64_t tokens = 8000, latents = 24576;
        std::uniform_real_distribution<double> uniform(0, 1);
        std::vector<Firing> firings;
        for (std::uint32_t token = 0; token < tokens; ++token) {
            std::set<std::uint32_t> active;
            while (active.size() < 50)
                active.insert(static_cast<std::uint32_t>(latents * std::pow(uniform(random), 2)));
            for (const std::uint32_t latent : active)
                firings.push_back({token, latent, static_cast<float>(1 + uniform(random))});
        }
        writeIndex(folder / "i", source(tokens, latents), firings);
        const auto postings = std::filesystem::file_size(folder / "i") - 184 - latents * 72;
        QVERIFY(static_cast<double>(postings) / static_cast<double>(firings.size()) <= 4.5);
    }

    void impossibleActivationsAreRefused()
    {
        const Folder folder;
        const auto refused = [](std::vector<Firing> firings, std::uint64_t end) {
            const Folder own;
            IndexWriter writer(own / "i", source(10, 4));
            writer.add({}, 2);
            return sentence([&] {
                writer.add(firings, end);
                writer.commit();
            });
        };
        QVERIFY(refused({{2, 1, 1}}, 3).isEmpty());
        QVERIFY(refused({{5, 1, 1}, {4, 1, 1}}, 6).contains("order of tokens"));
        QVERIFY(refused({{5, 1, 1}, {5, 1, 2}}, 6).contains("order of tokens"));
        QVERIFY(refused({{3, 1, 1}}, 3).contains("token 3"));
        QVERIFY(refused({{2, 4, 1}}, 3).contains("no latent 4"));
        QVERIFY(refused({{2, 1, 0}}, 3).contains("not finite"));
        QVERIFY(
            refused({{2, 1, std::numeric_limits<float>::infinity()}}, 3).contains("not finite"));
        QVERIFY(refused({{2, 1, std::nanf("")}}, 3).contains("not finite"));
        QVERIFY(refused({}, 11).contains("corpus of 10"));
        QVERIFY(sentence([&] {
            IndexWriter(folder / "i", {"x", hashOf('d'), 1, 1});
        }).contains("64 digits"));
        QVERIFY(sentence([&] {
            IndexWriter(folder / "i", source(1ULL << 32, 1));
        }).contains("divide the corpus"));
        QVERIFY(sentence([&] {
            IndexWriter(folder / "i", source(1, 1ULL << 40));
        }).contains("divide the dictionary"));
        IndexWriter unfinished(folder / "i", source(10, 4));
        QVERIFY(sentence([&] { unfinished.finish(); }).contains("not complete"));
        QVERIFY(!std::filesystem::exists(folder / "i"));
    }
};

QTEST_GUILESS_MAIN(TestFeatureIndex)
#include "tst_featureindex.moc"
