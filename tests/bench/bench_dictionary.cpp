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

#include "core/nn/dictionaries/pass.h"
#include "core/nn/train/adamw.h"
#include "core/nn/train/gemm.h"
#include "core/nn/train/random.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

namespace {

using namespace microtome;
using namespace microtome::nn;

constexpr std::int64_t batch = 2048;

at::Tensor drawn(std::int64_t rows, std::int64_t columns)
{
    TrainRandom random(1, static_cast<std::uint64_t>(rows + columns));
    at::Tensor x = at::empty({rows, columns}, at::kFloat);
    for (std::int64_t i = 0; i < x.numel(); ++i)
        x.data_ptr<float>()[i] = static_cast<float>(random.normal());
    return x;
}

/// The products that a step takes without knowing what fires: encode, decode, and three back.
void plainProducts(benchmark::State& state)
{
    const std::int64_t d = state.range(0);
    const std::int64_t n = state.range(1);
    const at::Tensor x = drawn(batch, d);
    const at::Tensor w = drawn(n, d);
    const at::Tensor f = at::empty({batch, n}, at::kFloat);
    const at::Tensor y = at::empty({batch, d}, at::kFloat);
    const at::Tensor g = at::empty({n, d}, at::kFloat);
    const auto p = [](const at::Tensor& t) { return t.data_ptr<float>(); };
    for (auto _ : state) {
        gemm(false, true, batch, n, d, 1, p(x), d, p(w), d, 0, p(f), n); // encode
        gemm(false, false, batch, d, n, 1, p(f), n, p(w), d, 0, p(y), d); // decode
        gemm(false, true, batch, n, d, 1, p(x), d, p(w), d, 0, p(f), n); // to the latents
        gemm(true, false, n, d, batch, 1, p(f), n, p(x), d, 0, p(g), d); // decoder
        gemm(true, false, n, d, batch, 1, p(f), n, p(x), d, 0, p(g), d); // encoder
    }
    state.counters["tokens/s"] = benchmark::Counter(
        static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate);
}

void encodeProduct(benchmark::State& state)
{
    const std::int64_t d = state.range(0);
    const std::int64_t n = state.range(1);
    const at::Tensor x = drawn(batch, d);
    const at::Tensor w = drawn(n, d);
    const at::Tensor f = at::empty({batch, n}, at::kFloat);
    for (auto _ : state)
        gemm(false, true, batch, n, d, 1, x.data_ptr<float>(), d, w.data_ptr<float>(), d, 0,
            f.data_ptr<float>(), n);
    state.counters["tokens/s"] = benchmark::Counter(
        static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate);
}

/// A whole step of training: forward, gradients, Adam, decoder rows of length 1 again.
void step(benchmark::State& state, const char* kind)
{
    const at::NoGradGuard guard;
    const std::int64_t d = state.range(0);
    nlohmann::json form{
        {"kind", kind}, {"steps", 1000}, {"batch", batch}, {"latents", state.range(1)}};
    if (std::string(kind).find("topk") != std::string::npos)
        form["k"] = 32;
    else
        form["sparsity"] = 1;
    const DictionaryRecipe recipe = dictionaryRecipe(form, ".");
    const at::Tensor x = drawn(batch, d);
    DictionaryWeights weights(recipe, d, d);
    weights.begin(recipe, at::zeros({d}));
    if (!recipe.topKind()) // about 32 fire, as later in training
        for (std::int64_t i = 0; i < weights.latents(); ++i)
            weights.bias()[i] = static_cast<float>(-recipe.encoderStart
                * (state.range(1) > 8192        ? 2.8
                        : state.range(1) > 2048 ? 2.4
                                                : 1.86));
    DictionaryWeights gradient(recipe, d, d);
    AdamW optimizer(recipe.optimizer, weights.all(), 0);
    const DictionaryPass pass(recipe);
    std::int64_t taken = 0;
    for (auto _ : state) {
        const DictionaryLoss loss
            = pass.differentiate(weights, {x, x, {}}, {}, recipe.sparsity, gradient);
        benchmark::DoNotOptimize(loss.total);
        weights.removeAlong(gradient);
        optimizer.step(weights.all(), gradient.all(), 1, 1e-9, ++taken);
        weights.normaliseDecoder();
    }
    state.counters["tokens/s"] = benchmark::Counter(
        static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate);
    state.counters["L0"]
        = static_cast<double>(pass.encode(weights, x, {}).count()) / static_cast<double>(batch);
}

void sizes(benchmark::internal::Benchmark* b)
{
    b->Args({128, 1024})->Args({128, 4096})->Args({768, 12288})->Unit(benchmark::kMillisecond);
}

} // namespace

BENCHMARK(encodeProduct)->Apply(sizes);
BENCHMARK(plainProducts)->Apply(sizes);
BENCHMARK_CAPTURE(step, topk, "topk")->Apply(sizes);
BENCHMARK_CAPTURE(step, batchtopk, "batchtopk")->Apply(sizes);
BENCHMARK_CAPTURE(step, jumprelu, "jumprelu")->Apply(sizes);
BENCHMARK_CAPTURE(step, gated, "gated")->Apply(sizes);
BENCHMARK_CAPTURE(step, standard, "standard")->Apply(sizes);

BENCHMARK_MAIN();
