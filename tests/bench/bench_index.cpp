// The index of features: 24,576 latents of which 50 fire at a token, against what the machine needs
// to copy the same activations in memory (memcpy_ratio) and to sort them there by latent (ratio).
#include "core/features/corpus/corpuswriter.h"
#include "core/features/index/indexwriter.h"
#include "core/features/index/latenttable.h"
#include "core/features/index/sortbylatent.h"
#include "core/features/samples/coactivation.h"
#include "core/features/samples/samples.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <random>

using namespace microtome;
namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t latents = 24576, active = 50, vocabulary = 50257;
constexpr std::uint64_t batch = 2048; // tokens
constexpr std::size_t memory = 64 << 20;
constexpr std::uint32_t usualLatent = 6000; // fires at about one token in 500

template <class Work> double seconds(Work work)
{
    double least = 1e9;
    for (int i = 0; i < 3; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        least = std::min(least, took.count());
    }
    return least;
}

/// Activations over a corpus, the index of them, and what the machine needs for the same.
struct Data {
    fs::path folder;
    std::uint64_t tokens;
    std::vector<Firing> firings;
    std::unique_ptr<Corpus> corpus;
    double copying = 0; ///< seconds
    double sorting = 0;

    explicit Data(std::uint64_t count)
        : folder(fs::temp_directory_path() / ("microtome-bench-index-" + std::to_string(count)))
        , tokens(count)
    {
        fs::create_directories(folder);
        std::mt19937 random(1);
        std::uniform_real_distribution<double> uniform(0, 1);
        // The i-th of the active latents lies in N (i / 50)² ... N ((i + 1) / 50)²: the lowest
        // latents fire most often, none twice at a token.
        const auto bound = [](std::uint32_t i) { return latents * i * i / (active * active); };
        for (std::uint32_t token = 0; token < tokens; ++token)
            for (std::uint32_t i = 0; i < active; ++i)
                firings.push_back({token,
                    bound(i) + static_cast<std::uint32_t>(random() % (bound(i + 1) - bound(i))),
                    static_cast<float>(1 + uniform(random))});
        CorpusWriter writer(folder / "corpus", std::string(64, '0'), vocabulary);
        std::vector<std::uint32_t> document;
        for (std::uint64_t token = 0; token < tokens; token += document.size()) {
            document.resize(std::min<std::uint64_t>(500, tokens - token));
            for (std::uint32_t& id : document)
                id = static_cast<std::uint32_t>(std::pow(vocabulary - 1, uniform(random)));
            writer.add(document);
        }
        writer.finish();
        corpus = std::make_unique<Corpus>(folder / "corpus");
        std::vector<Firing> copy(firings.size()), room(firings.size());
        copying = seconds([&] {
            std::memcpy(copy.data(), firings.data(), firings.size() * sizeof(Firing));
            benchmark::DoNotOptimize(copy.data());
        });
        sorting = seconds([&] {
            std::memcpy(copy.data(), firings.data(), firings.size() * sizeof(Firing));
            sortByLatent(copy, room, latents);
        }) - copying;
        write();
    }
    ~Data() { fs::remove_all(folder); }

    void write() const
    {
        IndexWriter writer(
            folder / "index", {corpus->hash(), std::string(64, '1'), tokens, latents}, memory);
        for (std::uint64_t token = 0; token < tokens; token += batch) {
            const std::uint64_t end = std::min(token + batch, tokens);
            writer.add(std::span(firings).subspan(active * token, active * (end - token)), end);
        }
        writer.finish();
    }
};

Data& data(std::int64_t tokens)
{
    static std::map<std::int64_t, std::unique_ptr<Data>> made;
    auto& slot = made[tokens];
    if (!slot)
        slot = std::make_unique<Data>(tokens);
    return *slot;
}

benchmark::Counter perTime(double limit)
{
    return {limit, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert};
}

void report(benchmark::State& state, const Data& d)
{
    const auto firings = static_cast<double>(d.firings.size());
    state.SetItemsProcessed(static_cast<std::int64_t>(d.tokens) * state.iterations());
    state.counters["ratio"] = perTime(d.sorting);
    state.counters["memcpy_ratio"] = perTime(d.copying);
    state.counters["firings/s"]
        = benchmark::Counter(firings, benchmark::Counter::kIsIterationInvariantRate);
}

void indexWrite(benchmark::State& state)
{
    Data& d = data(state.range(0));
    for (auto _ : state)
        d.write();
    report(state, d);
    state.counters["bytes/firing"] = static_cast<double>(fs::file_size(d.folder / "index"))
        / static_cast<double>(d.firings.size());
}

void indexDecode(benchmark::State& state)
{
    Data& d = data(state.range(0));
    const FeatureIndex index(d.folder / "index");
    for (auto _ : state) {
        float sum = 0;
        for (std::uint32_t latent = 0; latent < latents; ++latent)
            eachFiring(index.postings(latent), [&](std::uint32_t, float v) { sum += v; });
        benchmark::DoNotOptimize(sum);
    }
    report(state, d);
}

void indexTable(benchmark::State& state)
{
    Data& d = data(state.range(0));
    const FeatureIndex index(d.folder / "index");
    for (auto _ : state)
        benchmark::DoNotOptimize(latentTable(index, *d.corpus).count.data());
    report(state, d);
}

void indexPartners(benchmark::State& state)
{
    Data& d = data(state.range(0));
    const FeatureIndex index(d.folder / "index");
    for (auto _ : state)
        benchmark::DoNotOptimize(partners(index, usualLatent, PartnerOrder::Pmi, 16).data());
    report(state, d);
}

void indexOpenAndRead(benchmark::State& state)
{
    Data& d = data(state.range(0));
    for (auto _ : state) {
        const FeatureIndex index(d.folder / "index");
        float sum = 0;
        eachFiring(index.postings(usualLatent), [&](std::uint32_t, float v) { sum += v; });
        benchmark::DoNotOptimize(sum);
    }
    state.SetItemsProcessed(state.iterations());
}

void indexSamples(benchmark::State& state)
{
    Data& d = data(state.range(0));
    const FeatureIndex index(d.folder / "index");
    const Windows windows(*d.corpus);
    for (auto _ : state)
        benchmark::DoNotOptimize(takeSamples(index, windows, usualLatent).windows);
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(indexWrite)->Arg(20000)->Arg(200000)->Unit(benchmark::kMillisecond);
BENCHMARK(indexDecode)->Arg(20000)->Arg(200000)->Unit(benchmark::kMillisecond);
BENCHMARK(indexTable)->Arg(20000)->Arg(200000)->Unit(benchmark::kMillisecond);
BENCHMARK(indexPartners)->Arg(20000)->Arg(200000)->Unit(benchmark::kMillisecond);
BENCHMARK(indexOpenAndRead)->Arg(20000)->Arg(200000)->Unit(benchmark::kMicrosecond);
BENCHMARK(indexSamples)->Arg(20000)->Arg(200000)->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
