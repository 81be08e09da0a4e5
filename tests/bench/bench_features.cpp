// A project of 1,000,000 features, each with its numbers, rankings and a label, and 100,000 with
// contexts: opening one (p99_ms), filtering and sorting all, searching words, rows of a table.
#include "core/store/project.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <random>

using namespace microtome;
using enum FeatureNumber;
namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t latents = 1'000'000;
constexpr std::uint32_t contexts = 100'000;
constexpr std::size_t words = 20'000;

double milliseconds(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
        .count();
}

LatentTable randomTable()
{
    std::mt19937 random(1);
    std::uniform_real_distribution<float> uniform(0, 1);
    LatentTable table;
    table.tokens = 1'000'000;
    for (std::uint32_t i = 0; i < latents; ++i) {
        table.count.push_back(static_cast<std::uint32_t>(std::pow(10.0F, 5 * uniform(random))));
        table.mean.push_back(static_cast<double>(uniform(random)));
        table.deviation.push_back(static_cast<double>(uniform(random)));
        for (std::vector<float>* column : {&table.max, &table.min, &table.skew, &table.q50,
                 &table.q90, &table.q99, &table.topTokenShare, &table.tokenEntropy,
                 &table.topBigramShare, &table.topTrigramShare})
            column->push_back(uniform(random));
        table.topToken.push_back(static_cast<std::uint32_t>(random() % 50257));
        table.topBigram.push_back({i, i});
        table.topTrigram.push_back({i, i, i});
    }
    return table;
}

/// Words by Zipf's law: w0 is in about every fourth label, w100 in one of 200.
std::string text(std::mt19937& random, int count)
{
    std::uniform_real_distribution<double> uniform(0, 1);
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "w" + std::to_string(static_cast<int>(std::pow(words, uniform(random))) - 1) + " ";
    return text;
}

void putRanking(Project& project, RunId run, SourceId source, Ranking ranking, std::size_t size)
{
    std::mt19937 random(2);
    std::vector<std::int32_t> ids(latents * size);
    std::vector<float> values(latents * size);
    std::ranges::generate(ids, [&] { return static_cast<std::int32_t>(random() % latents); });
    std::ranges::generate(values, [&] { return static_cast<float>(random() % 1000) / 128; });
    project.featureColumns().put(run, {source}, ranking, size, ids, values);
}

/// The project, made once.
struct Data {
    fs::path path = fs::temp_directory_path() / "microtome-bench-features.microtome";
    std::unique_ptr<Project> project;
    double numbersSeconds = 0; ///< writing them
    double labelsSeconds = 0;

    Data()
    {
        fs::remove(path);
        project = std::make_unique<Project>(Project::create(path));
        StoredModel model;
        FeatureSource source;
        source.model = project->models().add(model);
        source.latents = latents;
        const SourceId id = project->featureSources().add(source);
        RunKey key;
        const RunId run = project->beginRun(key, "bench");
        FeatureSweep sweep;
        sweep.source = id;
        sweep.run = run;
        sweep.tokens = 1'000'000;
        const SweepId swept = project->featureSources().addSweep(sweep);
        const LatentTable table = randomTable();
        auto begin = std::chrono::steady_clock::now();
        project->featureColumns().put(run, {id, swept}, table);
        numbersSeconds = milliseconds(begin) / 1000;
        for (const Ranking ranking : {Ranking::TopLogits, Ranking::BottomLogits})
            putRanking(*project, run, id, ranking, 20);
        for (const Ranking ranking :
            {Ranking::DecoderNeighbours, Ranking::EncoderNeighbours, Ranking::Partners})
            putRanking(*project, run, id, ranking, 16);
        std::mt19937 random(3);
        std::vector<std::string> texts(contexts);
        std::ranges::generate(texts, [&] { return text(random, 60); });
        project->featureContexts().put(swept, 0, texts);
        std::vector<FeatureLabel> labels(latents);
        for (std::uint32_t latent = 0; latent < latents; ++latent) {
            labels[latent].feature = {id, latent};
            labels[latent].text = text(random, 8);
        }
        begin = std::chrono::steady_clock::now();
        project->labels().add(labels);
        labelsSeconds = milliseconds(begin) / 1000;
        project->commitRun(run);
    }
    ~Data()
    {
        project.reset();
        fs::remove(path);
    }
};

Data& data()
{
    static Data data;
    return data;
}

void query(benchmark::State& state, const FeatureQuery& query)
{
    FeatureBrowser browser = data().project->featureBrowser();
    std::size_t found = browser.find(query).size(); // warm
    for (auto _ : state)
        benchmark::DoNotOptimize(found = browser.find(query).size());
    state.counters["found"] = static_cast<double>(found);
}

void open(benchmark::State& state)
{
    FeatureBrowser browser = data().project->featureBrowser();
    std::mt19937 random(4);
    std::vector<double> times;
    const auto one = [&] {
        return browser.open({SourceId{1}, static_cast<std::uint32_t>(random() % latents)});
    };
    for (int i = 0; i < 200; ++i)
        one();
    for (auto _ : state) {
        const auto begin = std::chrono::steady_clock::now();
        benchmark::DoNotOptimize(one());
        times.push_back(milliseconds(begin));
    }
    std::ranges::sort(times);
    state.counters["p50_ms"] = times[times.size() / 2];
    state.counters["p99_ms"] = times[times.size() * 99 / 100];
    state.counters["bytes_per_feature"] = static_cast<double>(data().project->bytes()) / latents;
    state.counters["numbers_s"] = data().numbersSeconds;
    state.counters["labels_s"] = data().labelsSeconds;
}
BENCHMARK(open)->Iterations(2000)->Unit(benchmark::kMillisecond);

void firstFilterAndSort(benchmark::State& state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(data().project->featureBrowser().find(
            {.filters = {{Density, Compare::Greater, 0.001}}, .sort = Max}));
}
BENCHMARK(firstFilterAndSort)->Unit(benchmark::kMillisecond);

void rows(benchmark::State& state)
{
    FeatureBrowser browser = data().project->featureBrowser();
    const std::vector<FeatureKey> order = browser.find({.sort = Max, .descending = true});
    const std::array<FeatureNumber, 6> shown{Count, Density, Max, Q90, TopTokenShare, TokenEntropy};
    for (const FeatureNumber number : shown)
        browser.column({SourceId{1}}, number);
    std::size_t first = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(browser.rows(std::span(order).subspan(first, 60), shown));
        first = (first + 7919) % (order.size() - 60);
    }
}
BENCHMARK(rows)->Unit(benchmark::kMillisecond);

} // namespace

int main(int argc, char** argv)
{
    const auto add = [](const char* name, const FeatureQuery& what) {
        benchmark::RegisterBenchmark(name, [what](benchmark::State& state) {
            query(state, what);
        })->Unit(benchmark::kMillisecond);
    };
    add("sortAll", {.sort = Max, .descending = true});
    add("filterAndSort", {.filters = {{Density, Compare::Greater, 0.001}}, .sort = Max});
    add("threeFiltersAndSort",
        {.filters = {{Density, Compare::Greater, 1e-4}, {Q90, Compare::Less, 0.9},
             {TopTokenShare, Compare::AtLeast, 0.2}},
            .sort = TokenEntropy,
            .descending = true});
    add("label/rare", {.labelWords = "w5000"});
    add("label/usual", {.labelWords = "w300"});
    add("label/frequent", {.labelWords = "w40"});
    add("label/two", {.labelWords = "w40 w30"});
    add("label/beginning", {.labelWords = "w77*"});
    add("label/everywhere", {.labelWords = "w0"});
    add("labelFilterSort",
        {.filters = {{Density, Compare::Greater, 0.001}}, .labelWords = "w300", .sort = Max});
    add("labelled", {.labelled = true});
    add("context", {.contextWords = "w300"});
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
