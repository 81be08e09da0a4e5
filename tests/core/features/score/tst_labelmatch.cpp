#include "core/features/score/labelmatch.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace microtome;
using namespace microtome::test;

namespace {

/// A corpus, labels on it, and latents of which some follow a label.
struct Scene {
    Scene()
        : text(randomText(random, 60, 80))
        , corpus(writeCorpus(folder / "corpus", text))
        , windows(corpus)
    {
        const auto ids = text.ids();
        for (const std::uint32_t id : {1U, 3U, 8U}) {
            TokenLabel label{"id " + std::to_string(id), {}};
            for (std::uint32_t t = 0; t < ids.size(); ++t)
                if (ids[t] == id)
                    label.tokens.push_back(t);
            labels.push_back(label);
        }
        firings = randomFirings(random, corpus.tokens(), latents);
        std::erase_if(firings, [](const Firing& f) { return f.latent == 5 || f.latent == 7; });
        // latent 5 is label 1 above 2, and weakly something else; latent 7 half of label 2
        for (std::uint32_t t = 0; t < ids.size(); ++t) {
            if (ids[t] == 3 || t % 5 == 0)
                firings.push_back({t, 5, ids[t] == 3 ? 2 + static_cast<float>(t % 3) : 0.5F});
            if (ids[t] == 8 && t % 2 == 0)
                firings.push_back({t, 7, 1});
        }
        std::ranges::stable_sort(firings, {}, &Firing::token);
        writeIndex(folder / "index", sourceOf(corpus, latents), firings);
    }

    static constexpr std::uint32_t latents = 12;
    std::mt19937_64 random{6};
    Folder folder;
    Text text;
    Corpus corpus;
    Windows windows;
    std::vector<TokenLabel> labels;
    std::vector<Firing> firings;
};

bool explains(const Scene& scene, std::uint32_t token)
{
    const auto document = scene.corpus.documentOf(token);
    return scene.windows.in(scene.windows.windowOf(token, document), Split::Explaining);
}

struct Figures {
    double precision = 0;
    double recall = 0;
    double f1 = 0;
};

Figures bruteForce(
    const Scene& scene, const LabelMatch& match, const TokenLabel& label, bool explaining)
{
    const std::set<std::uint32_t> has(label.tokens.begin(), label.tokens.end());
    double fires = 0;
    double both = 0;
    double labelled = 0;
    for (const std::uint32_t token : has)
        labelled += explains(scene, token) == explaining;
    const FeatureIndex index(scene.folder / "index");
    for (const auto& [token, value] : valuesOf(index, match.latent))
        if (value >= match.threshold && explains(scene, token) == explaining) {
            ++fires;
            both += has.contains(token);
        }
    return {both / fires, both / labelled, 2 * both / (fires + labelled)};
}

} // namespace

/// The latents that say where a label holds.
class TestLabelMatch : public QObject {
    Q_OBJECT

private slots:
    void findsThePlanted()
    {
        const Scene scene;
        const auto matches
            = matchLabels(FeatureIndex(scene.folder / "index"), scene.windows, scene.labels);
        QCOMPARE(matches.size(), std::size_t(3));
        QCOMPARE(matches[1].latent, 5U);
        QCOMPARE(matches[1].chosen, 1.0);
        QCOMPARE(matches[1].f1, 1.0);
        QVERIFY(matches[1].threshold > 1.9F);
        QCOMPARE(matches[2].latent, 7U);
        QCOMPARE(matches[2].precision, 1.0);
        QVERIFY(matches[2].recall < 0.8);
        for (std::size_t l = 0; l < matches.size(); ++l) {
            const Figures scoring = bruteForce(scene, matches[l], scene.labels[l], false);
            QCOMPARE(matches[l].precision, scoring.precision);
            QCOMPARE(matches[l].recall, scoring.recall);
            QCOMPARE(matches[l].f1, scoring.f1);
            QCOMPARE(matches[l].chosen, bruteForce(scene, matches[l], scene.labels[l], true).f1);
        }
    }

    /// No other latent or threshold is better on the side that chooses.
    void choosesTheBest()
    {
        const Scene scene;
        const FeatureIndex index(scene.folder / "index");
        const auto matches = matchLabels(index, scene.windows, scene.labels);
        for (std::size_t l = 0; l < matches.size(); ++l)
            for (std::uint32_t latent = 0; latent < Scene::latents; ++latent) {
                std::set<float> thresholds;
                for (const auto& [token, value] : valuesOf(index, latent))
                    if (value > 0 && thresholds.size() < 40)
                        thresholds.insert(value);
                for (const float threshold : thresholds) {
                    LabelMatch other = matches[l];
                    other.latent = latent;
                    other.threshold = threshold;
                    const double f1 = bruteForce(scene, other, scene.labels[l], true).f1;
                    QVERIFY(!(f1 > matches[l].chosen + 1e-12));
                }
            }
    }

    void leavesOutWhatIsNowhere()
    {
        const Scene scene;
        QVERIFY(matchLabels(FeatureIndex(scene.folder / "index"), scene.windows, {{"nothing", {}}})
                    .empty());
    }

    void refusesStrangers()
    {
        const Scene scene;
        QVERIFY(sentence([&] {
            matchLabels(FeatureIndex(scene.folder / "index"), scene.windows,
                {{"far", {static_cast<std::uint32_t>(scene.corpus.tokens())}}});
        }).contains("far"));
    }
};

QTEST_GUILESS_MAIN(TestLabelMatch)
#include "tst_labelmatch.moc"
