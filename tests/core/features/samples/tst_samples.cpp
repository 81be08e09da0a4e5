// Long because every way of choosing is held against the same brute-force list of windows.
#include "core/features/samples/samples.h"
#include "core/work/error.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace microtome;
using namespace microtome::test;

namespace {

/// A window by brute force.
struct Window {
    std::uint64_t number = 0;
    std::uint64_t peak = 0;
    float strength = 0; ///< 0: it does not fire
};

struct World {
    Folder folder;
    std::unique_ptr<Corpus> corpus;
    std::unique_ptr<FeatureIndex> index;
    std::unique_ptr<Windows> windows;

    World(const Text& text, const std::vector<Firing>& firings, std::uint64_t latents,
        const WindowSettings& settings)
    {
        writeCorpus(folder / "c", text);
        corpus = std::make_unique<Corpus>(folder / "c");
        index = indexOf("i", firings, latents);
        windows = std::make_unique<Windows>(*corpus, settings);
    }

    std::unique_ptr<FeatureIndex> indexOf(
        const std::string& name, const std::vector<Firing>& firings, std::uint64_t latents) const
    {
        writeIndex(folder / name, sourceOf(*corpus, latents), firings);
        return std::make_unique<FeatureIndex>(folder / name);
    }

    std::vector<Window> all(std::uint32_t latent, Split split) const
    {
        std::map<std::uint64_t, float> values;
        for (const auto& [token, value] : valuesOf(*index, latent))
            values[token] = value;
        std::vector<Window> found;
        for (std::uint64_t w = 0; w < windows->count(); ++w) {
            if (!windows->in(w, split))
                continue;
            Window window{w, windows->range(w).begin, 0};
            for (std::uint64_t t = windows->range(w).begin; t < windows->range(w).end; ++t)
                if (values.contains(t) && std::abs(values[t]) > window.strength)
                    window = {w, t, std::abs(values[t])};
            found.push_back(window);
        }
        return found;
    }
};

World randomWorld(std::uint64_t seed, std::size_t documents, const WindowSettings& settings)
{
    std::mt19937_64 random(seed);
    const Text text = randomText(random, documents, 300);
    auto firings = randomFirings(random, text.ids().size(), 60);
    for (Firing& firing : firings)
        if (random() % 4 == 0)
            firing.value = -firing.value;
    return World(text, firings, 61, settings);
}

std::vector<const SampleGroup*> groupsOf(const Samples& samples)
{
    std::vector<const SampleGroup*> groups{&samples.top, &samples.silent, &samples.near};
    for (const auto* list : {&samples.quantiles, &samples.intervals})
        for (const SampleGroup& group : *list)
            groups.push_back(&group);
    return groups;
}

double weightOf(const std::vector<SampleGroup>& groups)
{
    double weight = 0;
    for (const SampleGroup& group : groups)
        for (const Sample& sample : group.samples)
            weight += sample.weight;
    return weight;
}

bool equal(const Samples& a, const Samples& b)
{
    const auto x = groupsOf(a), y = groupsOf(b);
    return std::ranges::equal(x, y, [](const SampleGroup* p, const SampleGroup* q) {
        return std::ranges::equal(p->samples, q->samples, [](const Sample& s, const Sample& t) {
            return s.tokens == t.tokens && s.weight == t.weight && s.values == t.values;
        });
    });
}

std::uint64_t numberOf(const World& world, const Sample& sample)
{
    return world.windows->windowOf(sample.tokens.begin, sample.document);
}

} // namespace

class TestSamples : public QObject {
    Q_OBJECT

private slots:
    void everySampleIsWhatItSays()
    {
        const World world = randomWorld(1, 25, {16, 3});
        for (const Split split : {Split::All, Split::Explaining, Split::Scoring})
            for (const std::uint32_t latent : {0U, 3U, 20U, 59U, 60U}) {
                const auto all = world.all(latent, split);
                SampleSettings settings;
                settings.split = split;
                const Samples samples = takeSamples(*world.index, *world.windows, latent, settings);
                QCOMPARE(samples.windows, std::uint64_t(all.size()));
                QCOMPARE(samples.firing,
                    std::uint64_t(std::ranges::count_if(
                        all, [](const Window& w) { return w.strength > 0; })));
                std::map<std::uint64_t, float> values;
                for (const auto& [token, value] : valuesOf(*world.index, latent))
                    values[token] = value;
                for (const SampleGroup* group : groupsOf(samples)) {
                    std::set<std::uint64_t> seen;
                    for (const Sample& sample : group->samples) {
                        const std::uint64_t number = numberOf(world, sample);
                        QVERIFY(seen.insert(number).second);
                        QCOMPARE(sample.tokens, world.windows->range(number));
                        const auto window = std::ranges::find(all, number, &Window::number);
                        QVERIFY(window != all.end()); // of this side of the split
                        QCOMPARE(sample.peak, window->peak);
                        QCOMPARE(sample.strength, window->strength);
                        QCOMPARE(sample.values.size(), std::size_t(sample.tokens.size()));
                        for (std::size_t i = 0; i < sample.values.size(); ++i) {
                            const auto fires = values.find(sample.tokens.begin + i);
                            QCOMPARE(sample.values[i], fires == values.end() ? 0 : fires->second);
                        }
                    }
                }
            }
    }

    void quantilesHaveEqualCounts()
    {
        const World world = randomWorld(2, 25, {16, 3});
        for (const std::uint32_t latent : {0U, 20U, 59U, 60U}) {
            auto firing = world.all(latent, Split::All);
            std::erase_if(firing, [](const Window& w) { return w.strength == 0; });
            std::ranges::sort(firing, {}, &Window::strength);
            const Samples samples = takeSamples(*world.index, *world.windows, latent);
            QCOMPARE(samples.quantiles.size(), std::size_t(10));
            std::size_t begin = 0;
            for (const SampleGroup& group : samples.quantiles) {
                QVERIFY(
                    group.windows == firing.size() / 10 || group.windows == firing.size() / 10 + 1);
                QCOMPARE(group.samples.size(), std::min<std::size_t>(5, group.windows));
                if (group.windows > 0) {
                    QCOMPARE(group.from, firing[begin].strength);
                    QCOMPARE(group.to, firing[begin + group.windows - 1].strength);
                }
                for (const Sample& sample : group.samples)
                    QVERIFY(sample.strength >= group.from && sample.strength <= group.to);
                begin += group.windows;
            }
            QCOMPARE(begin, firing.size());
            QVERIFY(std::abs(weightOf(samples.quantiles) - double(firing.size())) < 1e-9);
        }
    }

    void intervalsHaveEqualWidths()
    {
        const World world = randomWorld(3, 25, {16, 3});
        for (const std::uint32_t latent : {0U, 20U, 59U, 60U}) {
            auto firing = world.all(latent, Split::All);
            std::erase_if(firing, [](const Window& w) { return w.strength == 0; });
            const float largest = firing.empty()
                ? 0
                : std::ranges::max_element(firing, {}, &Window::strength)->strength;
            const Samples samples = takeSamples(*world.index, *world.windows, latent);
            QCOMPARE(samples.intervals.size(), std::size_t(10));
            for (std::size_t i = 0; i < 10; ++i) {
                const SampleGroup& group = samples.intervals[i];
                QCOMPARE(group.from, static_cast<float>(largest * double(i) / 10));
                QCOMPARE(group.to, static_cast<float>(largest * double(i + 1) / 10));
                const auto inside = std::ranges::count_if(firing, [&](const Window& w) {
                    return w.strength >= group.from && (w.strength < group.to || i == 9);
                });
                QCOMPARE(group.windows, std::uint64_t(inside));
                QCOMPARE(group.samples.size(), std::min<std::size_t>(5, group.windows));
                for (const Sample& sample : group.samples)
                    QVERIFY(sample.strength >= group.from
                        && (sample.strength < group.to || sample.strength == largest));
            }
            QVERIFY(std::abs(weightOf(samples.intervals) - double(firing.size())) < 1e-9);
        }
    }

    void weightsRestoreTheDensity()
    {
        // The mean over many seeds of a weighted sum is the sum over all windows.
        const World world = randomWorld(4, 25, {16, 3});
        constexpr std::uint32_t latent = 5;
        double strengths = 0, lengths = 0;
        for (const Window& window : world.all(latent, Split::All)) {
            strengths += window.strength;
            if (window.strength == 0)
                lengths += static_cast<double>(window.number);
        }
        double byQuantile = 0, byInterval = 0, silent = 0;
        constexpr int seeds = 2000;
        for (int seed = 0; seed < seeds; ++seed) {
            SampleSettings settings;
            settings.seed = seed;
            settings.perQuantile = settings.perInterval = settings.silent = 2;
            const Samples samples = takeSamples(*world.index, *world.windows, latent, settings);
            for (const SampleGroup& group : samples.quantiles)
                for (const Sample& sample : group.samples)
                    byQuantile += sample.weight * sample.strength / seeds;
            for (const SampleGroup& group : samples.intervals)
                for (const Sample& sample : group.samples)
                    byInterval += sample.weight * sample.strength / seeds;
            for (const Sample& sample : samples.silent.samples)
                silent += sample.weight * static_cast<double>(numberOf(world, sample)) / seeds;
        }
        QVERIFY(std::abs(byQuantile / strengths - 1) < 0.01);
        QVERIFY(std::abs(byInterval / strengths - 1) < 0.01);
        QVERIFY(std::abs(silent / lengths - 1) < 0.05);
    }

    void silentWindowsAreSilent()
    {
        const World world = randomWorld(5, 25, {16, 3});
        for (const std::uint32_t latent : {0U, 20U, 60U}) {
            SampleSettings settings;
            settings.silent = 1000000; // all there are
            const Samples samples = takeSamples(*world.index, *world.windows, latent, settings);
            QCOMPARE(samples.silent.samples.size(), samples.windows - samples.firing);
            QCOMPARE(samples.silent.windows, samples.windows - samples.firing);
            for (const Sample& sample : samples.silent.samples) {
                QVERIFY(std::ranges::all_of(sample.values, [](float v) { return v == 0; }));
                QCOMPARE(sample.weight, 1.0);
            }
        }
    }

    void theTopIsStrongestWithoutRepetitions()
    {
        const World world = randomWorld(6, 25, {16, 3});
        const std::uint32_t latent = 3;
        const Samples samples = takeSamples(*world.index, *world.windows, latent);
        auto firing = world.all(latent, Split::All);
        std::ranges::stable_sort(firing, std::ranges::greater(), &Window::strength);
        std::set<std::vector<std::uint32_t>> texts;
        std::vector<std::uint64_t> expected;
        for (const Window& window : firing) {
            const std::uint64_t begin
                = world.corpus->document(world.windows->document(window.number)).begin;
            const std::uint64_t from = window.peak < begin + 7 ? begin : window.peak - 7;
            const auto ids = world.corpus->ids({from, window.peak + 1});
            if (expected.size() < 20 && texts.insert({ids.begin(), ids.end()}).second)
                expected.push_back(window.number);
        }
        std::vector<std::uint64_t> found;
        for (const Sample& sample : samples.top.samples)
            found.push_back(numberOf(world, sample));
        QCOMPARE(found, expected);
    }

    void repeatedTextsAreKeptOnce()
    {
        // Twenty times the same document and one other: two examples, one that stands for twenty.
        Text text;
        std::vector<Firing> firings;
        for (std::uint32_t d = 0; d < 21; ++d) {
            text.documents.push_back({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, d == 13 ? 12U : 11U, 13});
            firings.push_back({12 * d + 10, 0, 2});
        }
        const World world(text, firings, 1, {12, 1});
        const Samples samples = takeSamples(*world.index, *world.windows, 0);
        QCOMPARE(samples.top.samples.size(), std::size_t(2));
        QCOMPARE(samples.top.samples[0].document, std::uint64_t(0));
        QCOMPARE(samples.top.samples[0].weight, 20.0);
        QCOMPARE(samples.top.samples[1].document, std::uint64_t(13));
        QCOMPARE(samples.top.samples[1].weight, 1.0);
        QCOMPARE(samples.top.windows, std::uint64_t(21));
    }

    void explainingAndScoringShareNoToken()
    {
        const World world = randomWorld(7, 40, {16, 3});
        for (std::uint32_t latent = 0; latent < 61; ++latent) {
            std::set<std::uint64_t> tokens;
            std::size_t count = 0;
            for (const Split split : {Split::Explaining, Split::Scoring}) {
                SampleSettings settings;
                settings.split = split;
                std::set<std::uint64_t> own;
                const Samples samples = takeSamples(*world.index, *world.windows, latent, settings);
                for (const SampleGroup* group : groupsOf(samples))
                    for (const Sample& sample : group->samples)
                        for (std::uint64_t t = sample.tokens.begin; t < sample.tokens.end; ++t)
                            own.insert(t);
                count += own.size();
                tokens.merge(own);
            }
            QCOMPARE(tokens.size(), count);
        }
    }

    void theSeedDecides()
    {
        const World world = randomWorld(8, 25, {16, 3});
        const auto taken = [&](std::uint64_t seed) {
            SampleSettings settings;
            settings.seed = seed;
            return takeSamples(*world.index, *world.windows, 4, settings);
        };
        QVERIFY(equal(taken(1), taken(1)));
        QVERIFY(!equal(taken(1), taken(2)));
    }

    void nearMissesAreThereWhereItDoesNotFire()
    {
        const World world = randomWorld(9, 25, {16, 3});
        std::mt19937_64 random(9);
        auto misses = randomFirings(random, world.corpus->tokens(), 61);
        for (Firing& miss : misses)
            miss.value = -miss.value; // below a threshold of 0
        const auto near = world.indexOf("near", misses, 61);
        for (const std::uint32_t latent : {20U, 60U}) {
            std::map<std::uint64_t, std::pair<float, std::uint64_t>> expected; // by window
            for (const auto& [token, value] : valuesOf(*near, latent)) {
                const auto window = world.windows->windowOf(token, world.corpus->documentOf(token));
                const auto known = expected.find(window);
                if (known == expected.end() || value > known->second.first)
                    expected[window] = {value, token};
            }
            for (const Window& window : world.all(latent, Split::All))
                if (window.strength > 0)
                    expected.erase(window.number);
            SampleSettings settings;
            settings.near = 10;
            const Samples samples
                = takeSamples(*world.index, *world.windows, latent, settings, near.get());
            QVERIFY(expected.size() > 10);
            QCOMPARE(samples.near.windows, std::uint64_t(expected.size()));
            QCOMPARE(samples.near.samples.size(), std::size_t(10));
            for (const Sample& sample : samples.near.samples) {
                const auto& [strength, peak] = expected.at(numberOf(world, sample));
                QCOMPARE(sample.strength, strength);
                QCOMPARE(sample.peak, peak);
                QCOMPARE(sample.weight, double(expected.size()) / 10);
                QVERIFY(std::ranges::all_of(sample.values, [](float v) { return v == 0; }));
            }
        }
        const auto other = world.indexOf("other", {}, 60);
        QVERIFY(sentence([&] {
            takeSamples(*world.index, *world.windows, 0, {}, other.get());
        }).contains("near misses"));
    }

    void deadDenseAndSingleLatents()
    {
        const Text text{{{1, 2, 3, 4, 5}, {}, {6, 7, 8, 9, 10, 11, 12}}};
        std::vector<Firing> firings;
        for (std::uint32_t token = 0; token < 12; ++token) {
            firings.push_back({token, 0, 1.0F + static_cast<float>(token)});
            if (token == 11)
                firings.push_back({token, 1, 3});
        }
        const World world(text, firings, 3, {4, 1});
        const Samples dense = takeSamples(*world.index, *world.windows, 0);
        QCOMPARE(dense.windows, std::uint64_t(4)); // 4 + 1 and 4 + 3 tokens
        QCOMPARE(dense.firing, std::uint64_t(4));
        QVERIFY(dense.silent.samples.empty());
        QCOMPARE(dense.top.samples.size(), std::size_t(4));
        QCOMPARE(dense.top.samples[0].tokens, (TokenRange{9, 12}));
        QCOMPARE(dense.top.samples[0].values, (std::vector<float>{10, 11, 12}));
        QCOMPARE(dense.top.samples[2].tokens, (TokenRange{4, 5})); // the end of a document
        const Samples single = takeSamples(*world.index, *world.windows, 1);
        QCOMPARE(single.top.samples.size(), std::size_t(1));
        QCOMPARE(single.top.samples[0].peak, std::uint64_t(11));
        QCOMPARE(single.intervals.back().samples.size(), std::size_t(1));
        QCOMPARE(weightOf(single.quantiles), 1.0);
        QCOMPARE(single.silent.samples.size(), std::size_t(3));
        const Samples dead = takeSamples(*world.index, *world.windows, 2);
        QVERIFY(dead.top.samples.empty() && weightOf(dead.quantiles) == 0);
        QCOMPARE(dead.silent.samples.size(), std::size_t(4));

        const World empty({}, {}, 1, {4, 1});
        const Samples none = takeSamples(*empty.index, *empty.windows, 0);
        QCOMPARE(none.windows, std::uint64_t(0));
        QVERIFY(none.silent.samples.empty());
    }
};

QTEST_GUILESS_MAIN(TestSamples)
#include "tst_samples.moc"
