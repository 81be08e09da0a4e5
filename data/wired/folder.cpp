#include "core/model/safetensors.h"
#include "core/work/error.h"
#include "data/wired/induction.h"

#include <fstream>
#include <nlohmann/json.hpp>

namespace microtome::wired {

using Json = nlohmann::ordered_json;

namespace {

/// Writes beside and renames, so that a file is there whole or not at all.
void writeText(const std::filesystem::path& file, const std::string& text)
{
    std::filesystem::path beside = file;
    beside += ".part";
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out)
        throw Error("Cannot write " + file.string()
            + ": check that the folder can be written and the disk has room.");
    std::filesystem::rename(beside, file);
}

} // namespace

std::string inductionConfig(const Induction& model)
{
    // The terms of TransformerLens's HookedTransformerConfig.
    const Json config = {
        {"model_name", "induction"},
        {"original_architecture", "HookedTransformer"},
        {"n_layers", Induction::layers},
        {"n_heads", Induction::heads},
        {"d_model", Induction::dModel},
        {"d_head", Induction::dHead},
        {"d_mlp", nullptr},
        {"n_ctx", Induction::context},
        {"d_vocab", model.town.size()},
        {"d_vocab_out", model.town.size()},
        {"act_fn", nullptr},
        {"attn_only", true},
        {"normalization_type", nullptr},
        {"positional_embedding_type", "standard"},
        {"attention_dir", "causal"},
        {"use_attn_scale", true},
        {"default_prepend_bos", true},
        {"dtype", "float32"},
    };
    return config.dump(2) + "\n";
}

std::string inductionTokenizer(const Induction& model)
{
    Json added = Json::array();
    for (int id : {Town::start, Town::unknown})
        added.push_back({{"id", id}, {"content", model.town.tokens[static_cast<std::size_t>(id)]},
            {"single_word", false}, {"lstrip", false}, {"rstrip", false}, {"normalized", false},
            {"special", true}});
    Json vocab = Json::object();
    for (int id = 0; id < model.town.size(); ++id)
        vocab[model.town.tokens[static_cast<std::size_t>(id)]] = id;
    const Json first = {{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}};
    const Json a = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
    const Json b = {{"Sequence", {{"id", "B"}, {"type_id", 0}}}};
    const Json tokenizer = {
        {"version", "1.0"},
        {"truncation", nullptr},
        {"padding", nullptr},
        {"added_tokens", added},
        {"normalizer", nullptr},
        {"pre_tokenizer", {{"type", "WhitespaceSplit"}}},
        {"post_processor",
            {{"type", "TemplateProcessing"}, {"single", Json::array({first, a})},
                {"pair", Json::array({first, a, b})},
                {"special_tokens",
                    {{"<s>",
                        {{"id", "<s>"}, {"ids", Json::array({Town::start})},
                            {"tokens", Json::array({"<s>"})}}}}}}},
        {"decoder", nullptr},
        {"model", {{"type", "WordLevel"}, {"vocab", vocab}, {"unk_token", "<unk>"}}},
    };
    return tokenizer.dump(2) + "\n";
}

void writeInduction(const Induction& model, const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    writeText(folder / "config.json", inductionConfig(model));
    writeText(folder / "tokenizer.json", inductionTokenizer(model));
    std::vector<TensorToWrite> tensors;
    for (const auto& [name, tensor] : model.tensors)
        tensors.push_back(
            {name, "F32", tensor.shape, std::as_bytes(std::span<const float>(tensor.values))});
    writeSafeTensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
}

} // namespace microtome::wired
