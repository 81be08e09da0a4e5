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
    && project.json(*run, "about") == nlohmann::json{{"n", n}};
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
    project.notes().addBookmark({.label = "here", .focus = {{"layer", 3}}});
    StoredVector vector;
    vector.name = "joy";
    vector.site = "blocks.3.hook_resid_post";
    vector.values = {1, 2, 3};
    project.vectors().add(vector);
    project.meta().set("recent", "[1, 2]");
}

} // namespace microtome::samples
