// Encoding with a dictionary against the plain matrix product of the same sizes, and a sweep over a
// corpus with it: d 768, 24,576 latents, the size that SAELens and SAEDashboard were measured at.

#include "core/nn/dictionary.h"
#include "core/nn/network.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <benchmark/benchmark.h>

#include <random>

using namespace microtome;

namespace {

constexpr std::size_t width = 768;
constexpr std::size_t latents = 24'576;

Matrix random(std::size_t rows, std::size_t columns, float deviation)
{
    std::mt19937 engine(static_cast<unsigned>(rows));
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float> values(rows * columns);
    for (float& value : values)
        value = normal(engine);
    return {rows, columns, std::move(values)};
}

SparseCoder coderWith(CoderActivation activation, float bias)
{
    SparseCoder coder;
    CoderInput input;
    input.encoder = random(latents, width, 0.036F); // pre-activations of deviation 1
    input.subtracted.assign(width, 0.01F);
    coder.inputs.push_back(input);
    coder.outputs.push_back({"", input.encoder, {}, {}, false});
    coder.bias.assign(latents, bias);
    coder.activation = std::move(activation);
    return coder;
}

void product(benchmark::State& state)
{
    const at::NoGradGuard guard;
    const auto tokens = static_cast<std::size_t>(state.range(0));
    const Matrix x = random(tokens, width, 1);
    const Matrix w = random(latents, width, 0.036F);
    at::Tensor y = at::empty(
        {static_cast<std::int64_t>(tokens), static_cast<std::int64_t>(latents)}, at::kFloat);
    for (auto _ : state) {
        at::mm_out(y, nn::toTensor(x), nn::toTensor(w).t());
        benchmark::DoNotOptimize(y.data_ptr());
    }
    state.counters["tokens/s"] = benchmark::Counter(
        static_cast<double>(tokens), benchmark::Counter::kIsIterationInvariantRate);
}

void encoding(benchmark::State& state, CoderActivation activation, float bias)
{
    const auto tokens = static_cast<std::size_t>(state.range(0));
    const SparseCoder coder = coderWith(std::move(activation), bias);
    const std::vector<Matrix> x{random(tokens, width, 1)};
    double firings = 0;
    for (auto _ : state)
        firings = static_cast<double>(encodeFast(coder, x).latent.size());
    state.counters["L0"] = firings / static_cast<double>(tokens);
    state.counters["tokens/s"] = benchmark::Counter(
        static_cast<double>(tokens), benchmark::Counter::kIsIterationInvariantRate);
}

BENCHMARK(product)->Arg(512)->Arg(2048)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encoding, relu, ReluActivation{}, -2.9F)
    ->Arg(512)
    ->Arg(2048)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encoding, jumprelu, JumpReluActivation{std::vector<float>(latents, 0.5F)}, -2.4F)
    ->Arg(512)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encoding, topk, TopKActivation{32}, 0.F)
    ->Arg(512)
    ->Arg(2048)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
