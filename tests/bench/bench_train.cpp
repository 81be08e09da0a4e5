#include "core/nn/train.h"

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr int vocabulary = 1500;

json gpt2()
{
    return {{"model_type", "gpt2"}, {"n_layer", 4}, {"n_head", 4}, {"n_embd", 128},
        {"n_positions", 128}, {"vocab_size", vocabulary}, {"eos_token_id", 0}};
}

json llama()
{
    return {{"model_type", "llama"}, {"num_hidden_layers", 4}, {"num_attention_heads", 4},
        {"num_key_value_heads", 2}, {"hidden_size", 128}, {"intermediate_size", 344},
        {"max_position_embeddings", 128}, {"vocab_size", vocabulary}, {"eos_token_id", 0},
        {"tie_word_embeddings", true}};
}

/// Random tokens: what is learned does not change how long a step takes.
void writeText(const fs::path& path)
{
    std::ofstream out(path);
    unsigned state = 1;
    for (int line = 0; line < 400; ++line) {
        json ids = json::array();
        for (int i = 0; i < 100; ++i) {
            state = state * 1664525u + 1013904223u;
            ids.push_back(1 + (state >> 8) % (vocabulary - 1));
        }
        out << json{{"ids", ids}} << '\n';
    }
}

/// Steps of 4096 tokens in rows of 128 with one thread, as the engine reports them.
void trainSteps(benchmark::State& state, const json& config)
{
    const fs::path home = fs::temp_directory_path() / "microtome-bench-train";
    double rate = 0;
    for (auto _ : state) {
        fs::remove_all(home);
        fs::create_directories(home);
        writeText(home / "train.jsonl");
        std::ofstream(home / "recipe.json") << json{{"model", {{"config", config}}},
            {"data", {{"train", "train.jsonl"}}}, {"steps", 30}, {"heads", false}};
        microtome::train(home / "recipe.json", home / "out", {},
            [&](const microtome::TrainProgress& p) { rate = p.tokensPerSecond; });
    }
    fs::remove_all(home);
    state.counters["tokens/s"] = rate;
}

} // namespace

BENCHMARK_CAPTURE(trainSteps, gpt2_4x128, gpt2())->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(trainSteps, llama_4x128, llama())->Iterations(1)->Unit(benchmark::kSecond);

BENCHMARK_MAIN();
