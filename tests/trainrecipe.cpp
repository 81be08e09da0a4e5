#include "tests/trainrecipe.h"

#include <fstream>
#include <iterator>

namespace microtome::test {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

void save(const fs::path& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
}

/// `c d e f g h a b`
std::string sentence(unsigned first)
{
    std::string text;
    for (unsigned i = 0; i < 8; ++i)
        text += (i == 0 ? "" : " ") + std::string(1, static_cast<char>('a' + (first + i) % 8));
    return text;
}

std::string language(unsigned documents, unsigned seed)
{
    std::string text;
    for (unsigned i = 0; i < documents; ++i) {
        seed = seed * 1103515245u + 12345u;
        text += sentence(seed >> 16) + "\n";
    }
    return text;
}

json wordTokenizer()
{
    json words{{"<|endoftext|>", 0}, {"<unk>", 1}};
    for (int i = 0; i < 8; ++i)
        words[std::string(1, static_cast<char>('a' + i))] = 2 + i;
    json added = json::array();
    for (const char* special : {"<|endoftext|>", "<unk>"})
        added.push_back({{"id", words[special]}, {"content", special}, {"single_word", false},
            {"lstrip", false}, {"rstrip", false}, {"normalized", false}, {"special", true}});
    return {{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr},
        {"added_tokens", added}, {"normalizer", nullptr},
        {"pre_tokenizer", {{"type", "WhitespaceSplit"}}}, {"post_processor", nullptr},
        {"decoder", nullptr},
        {"model", {{"type", "WordLevel"}, {"vocab", words}, {"unk_token", "<unk>"}}}};
}

} // namespace

TinyRecipe::TinyRecipe(const fs::path& place)
    : folder(place)
{
    fs::create_directories(folder);
    save(folder / "train.txt", language(400, 1));
    save(folder / "heldout.txt", language(64, 77));
    save(folder / "tokenizer.json", wordTokenizer().dump());
    save(folder / "next.csv",
        "clean,corrupted,answer,wrong\na b,b b,c|d,e\nd e f,e e f,g,h\nh,g,a,c\n");
    form = {{"model",
                {{"config",
                     {{"model_type", "gpt2"}, {"n_layer", 1}, {"n_head", 2}, {"n_embd", 16},
                         {"n_positions", 16}, {"vocab_size", 10}, {"bos_token_id", 0},
                         {"eos_token_id", 0}}},
                    {"tokenizer", "tokenizer.json"}, {"std", 0.1}}},
        {"data", {{"train", "train.txt"}, {"heldout", "heldout.txt"}}},
        {"tasks", {{"next", "next.csv"}}}, {"steps", 30}, {"batch_tokens", 256}, {"sequence", 16},
        {"optimizer", {{"learning_rate", 0.01}, {"warmup", 5}}}, {"seed", 3},
        {"evaluate", {{"every", 10}}}, {"checkpoints", {0, 8}}, {"save_every", 7}};
}

fs::path TinyRecipe::write(const std::string& name, const json& patch) const
{
    json whole = form;
    if (!patch.is_null())
        whole.merge_patch(patch);
    save(folder / name, whole.dump(1));
    return folder / name;
}

std::string bytesOf(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace microtome::test
