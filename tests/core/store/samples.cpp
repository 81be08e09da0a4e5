#include "samples.h"

#include <random>

namespace microtome::samples {

Matrix matrix(std::size_t rows, std::size_t columns, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::vector<float> values(rows * columns);
    for (float& value : values)
        value = static_cast<float>(static_cast<std::int32_t>(random())) * 0x1p-28F;
    return {rows, columns, std::move(values)};
}

namespace {

constexpr std::uint32_t latents = 40;

SourceId sampleSource(Project& project, RunId run)
{
    StoredModel model;
    model.name = "tiny";
    model.path = "/models/tiny";
    model.family = "gpt2";
    model.hash = "abc";
    FeatureSource source;
    source.model = project.models().add(model);
    source.run = run;
    source.name = "sample dictionary";
    source.readSite = "blocks.1.hook_resid_post";
    source.latents = latents;
    source.width = 8;
    return project.featureSources().add(source);
}

std::uint32_t labelled(std::uint64_t n)
{
    return static_cast<std::uint32_t>(n % latents);
}

/// A sweep of the sample dictionary with numbers, rankings, contexts and a label.
void addFeatures(Project& project, RunId run, std::uint64_t n)
{
    const SourceId source = sampleSource(project, run);
    FeatureSweep sweep;
    sweep.source = source;
    sweep.run = run;
    sweep.corpus = "town";
    sweep.tokens = 1000 + n;
    const FeatureScope scope{source, project.featureSources().addSweep(sweep)};
    FeatureColumns columns = project.featureColumns();
    columns.put(run, scope, FeatureNumber::Max, matrix(1, latents, n + 2).values());
    const std::vector<std::int32_t> ids(latents * 3, static_cast<std::int32_t>(n % latents));
    columns.put(run, scope, Ranking::Partners, 3, ids, matrix(latents, 3, n + 3).values());
    const std::vector<std::string> contexts(latents, "the mill of number" + std::to_string(n));
    project.featureContexts().put(*scope.sweep, 0, contexts);
    FeatureLabel label;
    label.feature = {source, labelled(n)};
    label.run = run;
    label.text = "says number" + std::to_string(n);
    const LabelId id = project.labels().add(label);
    project.labels().addScore({.label = id, .run = run, .scorer = "detection", .value = 0.5});
    FeatureCheck check;
    check.source = source;
    check.run = run;
    check.fvu = 0.25;
    check.verdict = {"It is as declared."};
    project.featureSources().addCheck(check);
}

bool holdsFeatures(ProjectAccess& project, RunId run, std::uint64_t n)
{
    for (const FeatureSource& source : project.featureSources().list())
        for (const FeatureSweep& sweep : project.featureSources().sweeps(source.id)) {
            if (sweep.run != run)
                continue;
            FeatureBrowser browser = project.featureBrowser();
            const std::string word = "number" + std::to_string(n);
            const FeatureKey key{source.id, labelled(n)};
            const FeatureDetail detail = browser.open(key, sweep.id);
            FeatureQuery query{.scopes = {{source.id, sweep.id}}};
            query.labelWords = word;
            const std::vector<FeatureKey> said = browser.find(query);
            query.labelWords = "";
            query.contextWords = word;
            const auto value = static_cast<float>(detail.number(FeatureNumber::Max));
            return value == matrix(1, latents, n + 2).values()[key.latent]
                && detail.partners.size() == 3
                && detail.partners[1].value == matrix(latents, 3, n + 3)(key.latent, 1)
                && said == std::vector{key} && browser.count(query) == latents
                && sweep.tokens == 1000 + n && !detail.scores.empty();
        }
    return false;
}

} // namespace

RunKey key(std::uint64_t n)
{
    RunKey key;
    key.kind = "sample";
    key.settings = {{"number", n}, {"dtype", "f32"}};
    key.seed = n;
    return key;
}

RunId commit(Project& project, std::uint64_t n)
{
    const RunId run = project.beginRun(key(n), "test engine");
    project.put(run, "small", matrix(3, 5, n));
    project.put(run, "large", matrix(100 + n % 50, 700, n + 1));
    const std::vector<std::int32_t> ids{static_cast<std::int32_t>(n), -1, 2};
    project.putIntegers(run, "ids", 1, 3, ids);
    project.putJson(run, "about", {{"n", n}});
    addFeatures(project, run, n);
    project.commitRun(run);
    return run;
}

bool holds(ProjectAccess& project, std::uint64_t n)
{
    const auto run = project.findRun(key(n));
    return run && project.get(*run, "small") == matrix(3, 5, n)
        && project.get(*run, "large") == matrix(100 + n % 50, 700, n + 1)
        && project.integers(*run, "ids")
        == std::vector<std::int32_t>{static_cast<std::int32_t>(n), -1, 2}
    && project.json(*run, "about") == nlohmann::json{{"n", n}} && holdsFeatures(project, *run, n);
}

void fill(Project& project, std::uint64_t runs)
{
    StoredModel stored;
    stored.name = "tiny";
    stored.path = "/models/tiny";
    stored.family = "gpt2";
    stored.hash = "abc";
    const ModelId model = project.models().add(stored);
    project.models().addCheckpoint(
        {.model = model, .name = "step 10", .path = "10", .hash = "x", .step = 10});
    const GroupId group
        = project.prompts().addGroup({.name = "pairs", .source = "file", .notes = ""});
    for (int i = 0; i < 20; ++i) {
        StoredPrompt prompt;
        prompt.group = group;
        prompt.prompt.text = "When Mary " + std::to_string(i);
        prompt.prompt.ids = {50256, i, 7};
        prompt.prompt.offsets = {{0, 0}, {0, 4}, {4, 9}};
        prompt.prompt.bos = true;
        project.prompts().add(prompt);
    }
    for (std::uint64_t n = 1; n <= runs; ++n) {
        const RunId run = commit(project, n);
        project.viewStates().set(run, "lens", {{"zoom", n}});
        project.notes().add({.targetKind = "run",
            .target = static_cast<std::int64_t>(run),
            .text = "note " + std::to_string(n)});
    }
    if (runs > 0) {
        const FeatureKey first{project.featureSources().list().front().id, 1};
        FeatureLists lists = project.featureLists();
        const ListId list = lists.add({.name = "mine"});
        lists.put(list, {.feature = first, .note = "look"});
        lists.tag(first, "odd");
        lists.save("strong", {.filters = {{FeatureNumber::Max, Compare::Greater, 1}}});
        project.labels().add({.feature = first, .text = "a person's words"});
    }
    project.notes().addBookmark({.label = "here", .focus = {{"layer", 3}}});
    StoredVector vector;
    vector.name = "joy";
    vector.site = "blocks.3.hook_resid_post";
    vector.values = {1, 2, 3};
    project.vectors().add(vector);
    project.meta().set("recent", "[1, 2]");
}

} // namespace microtome::samples
