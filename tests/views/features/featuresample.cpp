#include "tests/views/features/featuresample.h"

#include "core/features/index/latenttable.h"
#include "core/store/keep.h"
#include "tests/core/features/sparsedata.h"
#include "tests/fakemodel.h"

#include <algorithm>

namespace microtome {

namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t vocabulary = 60;

/// Sentences of the fake vocabulary, by chance.
test::Text townText(const Tokenizer& tokenizer)
{
    static const std::array names{" Mary", " John", " Mary", " Paris", " France"};
    static const std::array things{" store", " drink", " mat", " cat", " dog", " capital"};
    std::mt19937_64 random(7);
    const auto one = [&](const auto& of) { return std::string(of[random() % of.size()]); };
    test::Text text;
    text.vocabulary = vocabulary;
    for (int d = 0; d < 120; ++d) {
        std::string words;
        const std::size_t sentences = 2 + random() % 6;
        for (std::size_t s = 0; s < sentences; ++s) {
            words += "When" + one(names) + " and" + one(names) + " went to the" + one(things) + ",";
            words += one(names) + " gave a" + one(things) + (random() % 3 == 0 ? " of red" : "");
            words += " to" + one(names) + ".";
            words += random() % 2 == 0 ? "\nThe cat sat on the mat, it ran in blue." : "\n";
        }
        auto& ids = text.documents.emplace_back();
        for (const std::int32_t id : tokenizer.encode(words, false).ids)
            ids.push_back(static_cast<std::uint32_t>(id));
    }
    return text;
}

/// Of a latent beyond the fiftieth: the token it fires at, and the one that comes before.
std::pair<std::uint32_t, std::uint32_t> pairOf(std::uint32_t latent)
{
    return {3 + (latent * 7) % 36, 3 + (latent * 11) % 36};
}

std::vector<Firing> firingsIn(const test::Text& text)
{
    std::mt19937_64 random(8);
    std::uniform_real_distribution<float> uniform(0, 1);
    std::vector<Firing> firings;
    const auto ids = text.ids();
    for (std::uint32_t token = 0; token < ids.size(); ++token)
        for (std::uint32_t latent = 0; latent + 1 < FeatureSample::latents; ++latent) {
            const auto [at, before] = pairOf(latent);
            const bool single = latent <= 50;
            const bool here = single ? ids[token] == latent + 3
                                     : ids[token] == at && token > 0 && ids[token - 1] == before;
            const bool after = single && token > 0 && ids[token - 1] == latent + 3;
            if (here || (after && uniform(random) < 0.5F))
                firings.push_back({token, latent,
                    here ? 4 + 5 * uniform(random) * uniform(random) + (random() % 5 == 0 ? 3 : 0)
                         : 0.3F + uniform(random)});
        }
    return firings;
}

void putRankings(FeatureColumns columns, RunId run, SourceId source)
{
    constexpr std::size_t size = 8;
    constexpr std::uint32_t latents = FeatureSample::latents;
    std::mt19937_64 random(9);
    const auto put = [&](Ranking ranking, std::uint32_t among, double first, double step) {
        std::vector<std::int32_t> ids;
        std::vector<float> values;
        for (std::uint32_t latent = 0; latent < latents; ++latent)
            for (std::size_t i = 0; i < size; ++i) {
                ids.push_back(
                    static_cast<std::int32_t>((latent * 13 + 3 + i * 5 + random() % 4) % among));
                values.push_back(static_cast<float>(first - step * static_cast<double>(i)));
            }
        columns.put(run, {source}, ranking, size, ids, values);
    };
    put(Ranking::TopLogits, 40, 1.9, 0.19);
    put(Ranking::BottomLogits, 40, -1.3, -0.11);
    put(Ranking::DecoderNeighbours, 51, 0.62, 0.05);
    put(Ranking::EncoderNeighbours, latents, 0.48, 0.03);
    constexpr std::size_t bins = 40;
    std::vector<float> bounds;
    std::vector<std::int32_t> counts;
    for (std::uint32_t latent = 0; latent < latents; ++latent) {
        bounds.insert(bounds.end(), {-1.3F, 1.9F});
        for (std::size_t i = 0; i < bins; ++i) {
            const double x = (static_cast<double>(i) - 17) / 6;
            counts.push_back(static_cast<std::int32_t>(600 * std::exp(-x * x)) + (i % 13 == 0));
        }
    }
    columns.putHistogram(run, {source}, bins, bounds, counts);
}

FeatureSource sourceNamed(ModelId model, const std::string& name)
{
    FeatureSource source;
    source.model = model;
    source.name = name;
    source.hash = "hash of " + name;
    source.readSite = source.writeSite = "blocks.1.hook_resid_post";
    source.width = 16;
    return source;
}

} // namespace

FeatureSample::FeatureSample(const fs::path& where)
    : path(where)
    , files(fs::path(where).replace_extension(".features"))
{
    Project project = Project::create(path);
    fs::create_directories(files);
    const auto model = FakeModel::small();
    const ModelId id = keepModel(project, model->info());
    const test::Text text = townText(*model->tokenizer());
    const Corpus corpus = test::writeCorpus(files / "town.corpus", text);
    test::writeIndex(files / "res.index", test::sourceOf(corpus, latents), firingsIn(text));
    const FeatureIndex index(files / "res.index");

    RunKey key;
    key.kind = "features";
    key.model = id;
    const RunId run = project.beginRun(key, "test");
    FeatureSource stored = sourceNamed(id, "res-1");
    stored.latents = latents;
    source = project.featureSources().add(stored);
    FeatureSweep sweep;
    sweep.source = source;
    sweep.run = run;
    sweep.corpus = "town.txt";
    sweep.corpusHash = corpus.hash();
    sweep.tokens = corpus.tokens();
    sweep.indexPath = (files.filename() / "res.index").string();
    const SweepId swept = project.featureSources().addSweep(sweep);
    project.featureColumns().put(run, {source, swept}, latentTable(index, corpus));
    std::vector<std::string> contexts(latents);
    for (std::uint32_t latent = 0; latent < latents; ++latent)
        contexts[latent] = "ran beside "
            + model->tokenizer()->bytes(
                static_cast<TokenId>(latent <= 50 ? latent + 3 : pairOf(latent).first));
    project.featureContexts().put(swept, 0, contexts);
    putRankings(project.featureColumns(), run, source);
    FeatureCheck check;
    check.source = source;
    check.run = run;
    check.fvu = 0.08;
    check.l0 = 31.4;
    project.featureSources().addCheck(check);
    FeatureLabel label;
    label.feature = {source, names};
    label.run = run;
    label.text = "a name that received something";
    label.method = "rule";
    const LabelId known = project.labels().add(label);
    LabelScore score;
    score.label = known;
    score.run = run;
    score.scorer = "detection";
    score.value = 0.98;
    score.low = 0.95;
    score.high = 1.0;
    score.n = 40;
    project.labels().addScore(score);
    for (const auto& [latent, says] : std::initializer_list<std::pair<std::uint32_t, const char*>>{
             {ends, "end of a line"}, {17, "places where things are bought"},
             {16, "direction of a gift"}, {31, "colour word"}}) {
        label.feature.latent = latent;
        label.text = says;
        project.labels().add(label);
    }
    project.commitRun(run);
    FeatureSource other = sourceNamed(id, "mlp-0 neurons");
    other.kind = SourceKind::Neurons;
    other.latents = 32;
    unswept = project.featureSources().add(other);
}

} // namespace microtome
