// The engine at GPT-2 small's size against what the machine could do: 2 x parameters x tokens at its
// large-matrix rate, or reading the weights once where that takes longer.
#include "core/nn/open.h"
#include "tests/bench/limits.h"
#include "tests/bench/randommodel.h"

#include <benchmark/benchmark.h>

#include <filesystem>

using namespace microtome;

namespace {

struct Bench {
    std::filesystem::path folder;
    std::unique_ptr<Model> model;
    double matrixRate = bench::matrixRate();
    double readingRate = bench::readingRate();
    double memoryBefore = 0;

    Bench()
    {
        folder = std::filesystem::temp_directory_path() / "microtome-bench-gpt2";
        memoryBefore = bench::peakMemory();
        bench::makeGpt2(folder, {});
        model = openModel(folder);
    }
    ~Bench() { std::filesystem::remove_all(folder); }

    std::vector<TokenId> prompt(std::int64_t tokens, int seed = 1) const
    {
        std::vector<TokenId> ids;
        for (std::int64_t i = 0; i < tokens; ++i)
            ids.push_back(static_cast<TokenId>((i * 7919 + seed * 104729) % 50257));
        return ids;
    }

    double limit(double tokens) const
    {
        const auto parameters = static_cast<double>(model->info().parameters);
        return std::max(2 * parameters * tokens / matrixRate, reading());
    }
    double reading() const { return 4 * static_cast<double>(model->info().parameters) / readingRate; }
};

Bench& shared()
{
    static Bench bench;
    return bench;
}

void report(benchmark::State& state, double tokens, double limit)
{
    state.SetItemsProcessed(static_cast<std::int64_t>(tokens) * state.iterations());
    state.counters["limit_ms"] = 1000 * limit;
    state.counters["ratio"] = benchmark::Counter(
        limit, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
    state.counters["peak_MB"] = bench::peakMemory() / 1e6;
}

const Site logits {Point::Logits, {}, {}};

void forward(benchmark::State& state)
{
    Bench& b = shared();
    const RunRequest request {b.prompt(state.range(0)), {logits}, {}, {}, false, {}};
    b.model->run(request);
    for (auto _ : state)
        benchmark::DoNotOptimize(b.model->run(request));
    report(state, static_cast<double>(state.range(0)), b.limit(static_cast<double>(state.range(0))));
}

void forwardCaptured(benchmark::State& state)
{
    Bench& b = shared();
    RunRequest request {b.prompt(state.range(0)), {logits}, {}, {}, false, {}};
    for (int l = 0; l < b.model->architecture().layers; ++l)
        for (const Point p : {Point::ResidPre, Point::ResidMid, Point::ResidPost, Point::Q, Point::K,
                 Point::V, Point::Z, Point::AttnOut, Point::MlpPre, Point::MlpPost, Point::MlpOut})
            request.want.push_back({p, Layer(l), {}});
    b.model->run(request);
    for (auto _ : state)
        benchmark::DoNotOptimize(b.model->run(request));
    report(state, static_cast<double>(state.range(0)), b.limit(static_cast<double>(state.range(0))));
}

void generateGreedy(benchmark::State& state)
{
    Bench& b = shared();
    GenerateRequest request;
    request.ids = b.prompt(16);
    request.count = static_cast<int>(state.range(0));
    request.stopAtEos = false;
    for (auto _ : state)
        benchmark::DoNotOptimize(b.model->generate({request}));
    const auto n = static_cast<double>(state.range(0));
    report(state, n, n * b.reading());
}

void sweepResidual(benchmark::State& state)
{
    Bench& b = shared();
    const auto clean = b.prompt(16, 1);
    const auto corrupted = b.prompt(16, 2);
    RunRequest source {clean, {}, {}, {}, false, {}};
    const int layers = b.model->architecture().layers;
    for (int l = 0; l < layers; ++l)
        source.want.push_back({Point::ResidPre, Layer(l), {}});
    std::size_t cells = 0;
    for (auto _ : state) {
        const Trace trace = b.model->run(source);
        MeasureRequest request;
        request.ids = corrupted;
        request.metric.answers = {11};
        request.metric.wrongs = {22};
        for (int l = 0; l < layers; ++l)
            for (int p = 0; p < 16; ++p) {
                Edit edit;
                edit.site = {Point::ResidPre, Layer(l), {}};
                edit.operation = Operation::Patch;
                edit.positions = EditPositions::at(Position(p));
                edit.values = trace.at(edit.site);
                request.variants.push_back({edit});
            }
        cells = request.variants.size();
        benchmark::DoNotOptimize(b.model->measure(request));
    }
    state.counters["cells"] = static_cast<double>(cells);
}

/// A change at the middle layer, the last position's logits wanted; range: tokens.
void editInTheMiddle(benchmark::State& state)
{
    Bench& b = shared();
    RunRequest whole {b.prompt(state.range(0)), {logits}, {}, {}, true, {}};
    const auto base = b.model->run(whole).base;
    Edit edit;
    edit.site = {Point::MlpPost, Layer(6), {}};
    edit.operation = Operation::Scale;
    edit.number = 0.5;
    const auto last = Position(state.range(0) - 1);
    const RunRequest request {whole.ids, {logits}, {edit}, base, false, {last}};
    b.model->run(request);
    for (auto _ : state)
        benchmark::DoNotOptimize(b.model->run(request));
    report(state, static_cast<double>(state.range(0)), b.limit(static_cast<double>(state.range(0))));
}

void patternOnDemand(benchmark::State& state)
{
    Bench& b = shared();
    RunRequest whole {b.prompt(state.range(0)), {}, {}, {}, true, {}};
    const auto base = b.model->run(whole).base;
    const RunRequest request {
        whole.ids, {{Point::Pattern, Layer(6), Head(3)}}, {}, base, false, {}};
    for (auto _ : state)
        benchmark::DoNotOptimize(b.model->run(request));
}

constexpr auto ms = benchmark::kMillisecond;
/// What the slider of the training view waits for: another state of a bundled model.
void openCheckpoint(benchmark::State& state)
{
    const std::filesystem::path all = MICROTOME_SOURCE "/data/models/sum-97/checkpoints";
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(all))
        folders.push_back(entry.path());
    std::size_t i = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(openModel(folders[i++ % folders.size()]));
}

BENCHMARK(forward)->Arg(16)->Arg(128)->Arg(512)->Unit(ms)->UseRealTime();
BENCHMARK(forwardCaptured)->Arg(16)->Arg(128)->Arg(512)->Unit(ms)->UseRealTime();
BENCHMARK(generateGreedy)->Arg(32)->Unit(ms)->UseRealTime();
BENCHMARK(sweepResidual)->Unit(ms)->UseRealTime();
BENCHMARK(editInTheMiddle)->Arg(16)->Arg(128)->Arg(512)->Unit(ms)->UseRealTime();
BENCHMARK(patternOnDemand)->Arg(128)->Arg(512)->Unit(ms)->UseRealTime();
BENCHMARK(openCheckpoint)->Unit(ms)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
