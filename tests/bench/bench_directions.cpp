// What a dictionary's directions say by themselves, against the matrix product alone that it takes
// (ratio, in seconds of all threads), at the width of GPT-2 small.
#include "core/features/directions/umap.h"
#include "core/features/error/errorsplit.h"
#include "core/features/samples/draws.h"
#include "core/nn/directions/fastlogits.h"
#include "core/nn/directions/fastneighbours.h"
#include "core/nn/directions/principal.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <benchmark/benchmark.h>

#include <ctime>

using namespace microtome;

namespace {

constexpr std::size_t width = 768, vocabulary = 50257;

Matrix randomRows(std::uint64_t seed, std::size_t rows, std::size_t columns = width)
{
    Draws draws(seed);
    std::vector<float> values(rows * columns);
    for (float& value : values)
        for (int i = 0; i < 4; ++i)
            value += static_cast<float>(draws.next() >> 40) / (1 << 24) - 0.5F;
    return {rows, columns, std::move(values)};
}

/// Seconds of all threads that a b^T takes by itself, a block of rows of a at a time.
double productAlone(const Matrix& a, const Matrix& b)
{
    const at::NoGradGuard guard;
    const auto tensor = [](const Matrix& m) {
        return at::from_blob(const_cast<float*>(m.values().data()),
            {static_cast<std::int64_t>(m.rows()), static_cast<std::int64_t>(m.columns())},
            at::kFloat);
    };
    const at::Tensor left = tensor(a), right = tensor(b).t();
    double least = 1e9;
    for (int round = 0; round < 2; ++round) {
        const std::clock_t begin = std::clock();
        for (std::int64_t row = 0; row < left.size(0); row += 512)
            benchmark::DoNotOptimize(
                at::mm(left.narrow(0, row, std::min<std::int64_t>(512, left.size(0) - row)), right)
                    .data_ptr());
        least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    }
    return least;
}

void report(benchmark::State& state, double alone)
{
    state.counters["product_ms"] = 1000 * alone;
    state.counters["ratio"] = benchmark::Counter(
        alone, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// Range: latents.
void logits(benchmark::State& state)
{
    const Matrix decoder = randomRows(1, static_cast<std::size_t>(state.range(0)));
    ReadOutWeights weights;
    weights.unembedding = randomRows(2, vocabulary);
    weights.gain.assign(width, 1.5F);
    weights.centred = true;
    const double alone = productAlone(decoder, weights.unembedding);
    for (auto _ : state)
        benchmark::DoNotOptimize(logitTableFast(decoder, weights));
    report(state, alone);
}

/// Range: latents, width.
void nearest(benchmark::State& state)
{
    const Matrix decoder = randomRows(
        3, static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
    const double alone = productAlone(decoder, decoder);
    for (auto _ : state)
        benchmark::DoNotOptimize(neighboursFast({{decoder}}, 16));
    report(state, alone);
}

void principal(benchmark::State& state)
{
    const Directions d{{randomRows(4, static_cast<std::size_t>(state.range(0)))}};
    for (auto _ : state)
        benchmark::DoNotOptimize(principalComponents(d));
}

void layout(benchmark::State& state)
{
    const Directions d{{randomRows(5, static_cast<std::size_t>(state.range(0)), 64)}};
    const NeighbourTable table = neighboursFast(d, 14);
    const Matrix start = principalComponents(d).coordinates;
    for (auto _ : state)
        benchmark::DoNotOptimize(umap(table, start));
}

/// Range: tokens.
void errorFit(benchmark::State& state)
{
    const auto tokens = static_cast<std::size_t>(state.range(0));
    const Matrix x = randomRows(6, tokens), made = randomRows(7, tokens);
    for (auto _ : state) {
        ErrorFit fit(width, width);
        fit.add(x, x, made);
    }
    state.SetItemsProcessed(state.range(0) * state.iterations());
}

constexpr auto ms = benchmark::kMillisecond;
BENCHMARK(logits)->Arg(2048)->Iterations(1)->Unit(ms)->MeasureProcessCPUTime();
BENCHMARK(nearest)
    ->Args({24576, 768})
    ->Args({8192, 128})
    ->Iterations(1)
    ->Unit(ms)
    ->MeasureProcessCPUTime();
BENCHMARK(principal)->Arg(24576)->Iterations(1)->Unit(ms)->MeasureProcessCPUTime();
BENCHMARK(layout)->Arg(4096)->Arg(24576)->Iterations(1)->Unit(ms)->MeasureProcessCPUTime();
BENCHMARK(errorFit)->Arg(4096)->Iterations(1)->Unit(ms)->MeasureProcessCPUTime();

} // namespace

BENCHMARK_MAIN();
