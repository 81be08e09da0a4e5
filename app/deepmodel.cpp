#include "app/deepmodel.h"

#include "core/model/safetensors.h"
#include "core/text/tokenizer.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <deque>
#include <fstream>
#include <random>

namespace microtome {

namespace {

/// Tensors that are drawn one after the other from one generator.
class Drawer {
public:
    explicit Drawer(unsigned seed)
        : m_random(seed)
    {
    }

    /// Every number is base + spread * N(0, 1).
    void add(
        const std::string& name, std::vector<std::int64_t> shape, double spread, double base = 0)
    {
        std::size_t count = 1;
        for (const std::int64_t axis : shape)
            count *= static_cast<std::size_t>(axis);
        auto& values = m_values.emplace_back(count);
        for (float& value : values)
            value = static_cast<float>(base + spread * m_normal(m_random));
        m_tensors.push_back({name, "F32", std::move(shape), std::as_bytes(std::span(values))});
    }

    const std::vector<TensorToWrite>& tensors() const { return m_tensors; }

private:
    std::mt19937 m_random;
    std::normal_distribution<double> m_normal;
    std::deque<std::vector<float>> m_values;
    std::vector<TensorToWrite> m_tensors;
};

} // namespace

std::filesystem::path makeDeepModel(const std::filesystem::path& parent,
    const std::filesystem::path& tokenizer, const DeepModelSize& size)
{
    const auto folder = parent / ("random-" + std::to_string(size.layers) + "-layers");
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (!failed)
        std::filesystem::copy_file(tokenizer, folder / "tokenizer.json",
            std::filesystem::copy_options::overwrite_existing, failed);
    if (failed)
        throw Error("The random model could not be written to " + folder.string() + ": "
            + failed.message() + ".");
    const auto words = Tokenizer::open(folder);
    const auto vocabulary = static_cast<std::int64_t>(words->size());
    nlohmann::json config = {{"model_type", "gpt2"}, {"n_layer", size.layers},
        {"n_head", size.heads}, {"n_embd", size.width}, {"n_positions", size.context},
        {"vocab_size", vocabulary}, {"activation_function", "gelu_new"}};
    if (const auto leading = words->leading())
        config["bos_token_id"] = *leading;
    std::ofstream file(folder / "config.json");
    if (!(file << config.dump(2) << std::flush))
        throw Error("The random model could not be written to " + folder.string()
            + ". Make room there, or name another temporary folder in TMPDIR.");

    const std::int64_t d = size.width;
    const double spread = 1 / std::sqrt(static_cast<double>(d));
    Drawer draw(size.seed);
    draw.add("wte.weight", {vocabulary, d}, 1);
    draw.add("wpe.weight", {size.context, d}, 0.5);
    for (int layer = 0; layer < size.layers; ++layer) {
        const std::string block = "h." + std::to_string(layer) + ".";
        for (const char* norm : {"ln_1", "ln_2"}) {
            draw.add(block + norm + ".weight", {d}, 0.02, 1);
            draw.add(block + norm + ".bias", {d}, 0.02);
        }
        draw.add(block + "attn.c_attn.weight", {d, 3 * d}, spread);
        draw.add(block + "attn.c_attn.bias", {3 * d}, 0.02);
        draw.add(block + "attn.c_proj.weight", {d, d}, spread / 2);
        draw.add(block + "attn.c_proj.bias", {d}, 0.02);
        draw.add(block + "mlp.c_fc.weight", {d, 4 * d}, spread);
        draw.add(block + "mlp.c_fc.bias", {4 * d}, 0.02);
        draw.add(block + "mlp.c_proj.weight", {4 * d, d}, spread / 4);
        draw.add(block + "mlp.c_proj.bias", {d}, 0.02);
    }
    draw.add("ln_f.weight", {d}, 0.02, 1);
    draw.add("ln_f.bias", {d}, 0.02);
    writeSafeTensors(folder / "model.safetensors", draw.tensors());
    return folder;
}

} // namespace microtome
