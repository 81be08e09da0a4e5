#include "core/nn/train/start.h"

#include "core/nn/config.h"
#include "core/work/error.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace microtome::nn {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::uintmax_t longestConfig = 4 << 20;
constexpr std::int64_t usualSequence = 128;

/// What other programs call the token behind a document.
TokenId usualEos(const Tokenizer& tokenizer)
{
    for (const char* name : {"<|endoftext|>", "</s>", "<eos>", "<|end_of_text|>", "[EOS]"})
        if (const auto id = tokenizer.idOf(name))
            return *id;
    return -1;
}

std::shared_ptr<const Tokenizer> openTokenizer(const fs::path& folder)
{
    std::shared_ptr<const Tokenizer> tokenizer = Tokenizer::open(folder);
    if (!tokenizer)
        throw Error("There is no tokenizer in " + folder.string() + ".");
    return tokenizer;
}

std::string contentOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Leaves fineTuned(const Recipe& recipe, json& config, std::string& text, at::Device device)
{
    std::error_code error;
    if (!fs::is_directory(recipe.from, error))
        throw Error("There is no model folder at " + recipe.from.string() + " to fine-tune.");
    const fs::path file = recipe.from / "config.json";
    config = json::object(); // tensors with TransformerLens's names can do without
    if (fs::exists(file, error)) {
        config = readJson(file, longestConfig);
        text = contentOf(file);
    }
    Weights weights = Weights::open(recipe.from);
    return Leaves::of(weights, config, recipe.optimizer.decayAll, device);
}

Leaves fresh(const Recipe& recipe, const Tokenizer* tokenizer, json& config, std::string& text,
    at::Device device)
{
    config = json::parse(recipe.config);
    const bool toy = config.contains("d_vocab") || !config.contains("model_type");
    const char* const vocabulary = toy ? "d_vocab" : "vocab_size";
    if (tokenizer && !config.contains(vocabulary))
        config[vocabulary] = tokenizer->size();
    if (tokenizer && !config.contains("eos_token_id") && usualEos(*tokenizer) >= 0)
        config["eos_token_id"] = usualEos(*tokenizer);
    text = config.dump(2) + "\n";
    const auto layout = layoutOf(config);
    const Config form(config);
    const int layers
        = form.integer("n_layers", form.integer("num_hidden_layers", form.integer("n_layer", 1)));
    std::int64_t count = 0;
    for (const NewTensor& t : layout) {
        std::int64_t size = 1;
        for (const auto axis : t.shape)
            size *= axis;
        count += size;
    }
    constexpr std::int64_t most = 1LL << 34;
    if (count > most)
        throw Error("A model of this config would have " + std::to_string(count)
            + " weights; that is more than can be trained here.");
    return Leaves::fresh(
        layout, layers, recipe.fresh, recipe.seed, recipe.optimizer.decayAll, device);
}

} // namespace

TrainStart startOf(Recipe& recipe, at::Device device)
{
    std::error_code error;
    fs::path folder;
    std::shared_ptr<const Tokenizer> tokenizer;
    json config;
    std::string text;
    if (recipe.from.empty()) {
        if (!recipe.tokenizer.empty()) {
            if (!fs::is_directory(recipe.tokenizer, error)
                && (recipe.tokenizer.filename() != "tokenizer.json"
                    || !fs::exists(recipe.tokenizer, error)))
                throw Error("There is no tokenizer at " + recipe.tokenizer.string()
                    + "; give a tokenizer.json, or the folder it is in.");
            folder = fs::is_directory(recipe.tokenizer, error) ? recipe.tokenizer
                                                               : recipe.tokenizer.parent_path();
            tokenizer = openTokenizer(folder);
        }
    } else if (std::shared_ptr<const Tokenizer> own = Tokenizer::open(recipe.from)) {
        folder = recipe.from;
        tokenizer = own;
    }
    Leaves leaves = recipe.from.empty() ? fresh(recipe, tokenizer.get(), config, text, device)
                                        : fineTuned(recipe, config, text, device);
    Architecture architecture;
    {
        const at::NoGradGuard guard;
        architecture = leaves.decoder(config).architecture;
    }
    const Architecture& a = architecture;
    if (tokenizer && tokenizer->size() > static_cast<std::size_t>(a.vocabulary))
        throw Error("The tokenizer knows " + std::to_string(tokenizer->size())
            + " tokens, the model only " + std::to_string(a.vocabulary)
            + ": give the model's config a vocabulary of at least that size.");
    if (recipe.sequence == 0)
        recipe.sequence = std::min<std::int64_t>(usualSequence, a.context);
    if (recipe.sequence > a.context)
        throw Error("The recipe's rows have " + std::to_string(recipe.sequence)
            + " tokens; the model's context is " + std::to_string(a.context)
            + ": make sequence shorter, or the context longer.");
    TokenId eos = -1;
    if (!a.eos.empty() && a.eos.front() >= 0 && a.eos.front() < a.outputs()
        && a.eos.front() < a.vocabulary)
        eos = a.eos.front();
    else if (tokenizer)
        eos = usualEos(*tokenizer);
    return {std::move(config), std::move(text), std::move(folder), std::move(tokenizer),
        std::move(leaves), std::move(architecture), eos};
}

} // namespace microtome::nn
