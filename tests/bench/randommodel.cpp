#include "tests/bench/randommodel.h"

#include "core/model/safetensors.h"

#include <nlohmann/json.hpp>

#include <deque>
#include <fstream>
#include <random>

namespace microtome::bench {

std::filesystem::path makeGpt2(const std::filesystem::path& folder, const ModelSize& size)
{
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "config.json")
        << nlohmann::json {{"model_type", "gpt2"}, {"n_layer", size.layers},
               {"n_head", size.heads}, {"n_embd", size.dModel}, {"n_positions", size.context},
               {"vocab_size", size.vocabulary}, {"activation_function", "gelu_new"}};
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 0.02f);
    // One block of random numbers serves all tensors, shifted: speed does not depend on the values.
    std::vector<float> pool(1 << 20);
    for (float& x : pool)
        x = normal(random);
    std::deque<std::vector<float>> storage;
    std::vector<TensorToWrite> tensors;
    const auto add = [&](const std::string& name, std::vector<std::int64_t> shape, float base = 0) {
        std::size_t count = 1;
        for (const auto axis : shape)
            count *= static_cast<std::size_t>(axis);
        auto& values = storage.emplace_back(count);
        for (std::size_t i = 0; i < count; ++i)
            values[i] = base + pool[(i + 7919 * storage.size()) % pool.size()];
        tensors.push_back({name, "F32", std::move(shape), std::as_bytes(std::span(values))});
    };
    const std::int64_t d = size.dModel;
    add("wte.weight", {size.vocabulary, d});
    add("wpe.weight", {size.context, d});
    for (int l = 0; l < size.layers; ++l) {
        const auto p = "h." + std::to_string(l) + ".";
        for (const char* norm : {"ln_1", "ln_2"}) {
            add(p + norm + ".weight", {d}, 1);
            add(p + norm + ".bias", {d});
        }
        add(p + "attn.c_attn.weight", {d, 3 * d});
        add(p + "attn.c_attn.bias", {3 * d});
        add(p + "attn.c_proj.weight", {d, d});
        add(p + "attn.c_proj.bias", {d});
        add(p + "mlp.c_fc.weight", {d, 4 * d});
        add(p + "mlp.c_fc.bias", {4 * d});
        add(p + "mlp.c_proj.weight", {4 * d, d});
        add(p + "mlp.c_proj.bias", {d});
    }
    add("ln_f.weight", {d}, 1);
    add("ln_f.bias", {d});
    writeSafeTensors(folder / "model.safetensors", tensors);
    return folder;
}

} // namespace microtome::bench
