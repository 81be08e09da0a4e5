#include "data/wired/net.h"

#include "core/model/safetensors.h"
#include "core/work/error.h"
#include "core/work/replacefile.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace microtome::wired {

using Json = nlohmann::ordered_json;

namespace {

void writeTensors(const std::filesystem::path& file, const Tensors& tensors,
    const std::map<std::string, std::string>& metadata)
{
    std::vector<TensorToWrite> list;
    for (const auto& [name, tensor] : tensors)
        list.push_back(
            {name, "F32", tensor.shape, std::as_bytes(std::span<const float>(tensor.values))});
    writeSafeTensors(file, list, metadata);
}

} // namespace

int Net::idOf(const std::string& word) const
{
    const auto found = std::find(words.begin(), words.end(), word);
    if (found == words.end())
        throw Error("The net " + name + " does not know the word " + word + ".");
    return static_cast<int>(found - words.begin());
}

void Net::makeTensors()
{
    tensors["embed.W_E"] = Tensor({size(), dModel});
    tensors["pos_embed.W_pos"] = Tensor({context, dModel});
    tensors["unembed.W_U"] = Tensor({dModel, size()});
    tensors["unembed.b_U"] = Tensor({size()});
    for (int layer = 0; layer < layers; ++layer) {
        const std::string prefix = "blocks." + std::to_string(layer) + ".";
        for (const char* part : {"attn.W_Q", "attn.W_K", "attn.W_V"})
            tensors[prefix + part] = Tensor({heads, dModel, dHead});
        for (const char* part : {"attn.b_Q", "attn.b_K", "attn.b_V"})
            tensors[prefix + part] = Tensor({heads, dHead});
        tensors[prefix + "attn.W_O"] = Tensor({heads, dHead, dModel});
        tensors[prefix + "attn.b_O"] = Tensor({dModel});
        if (dMlp == 0)
            continue;
        tensors[prefix + "mlp.W_in"] = Tensor({dModel, dMlp});
        tensors[prefix + "mlp.b_in"] = Tensor({dMlp});
        tensors[prefix + "mlp.W_out"] = Tensor({dMlp, dModel});
        tensors[prefix + "mlp.b_out"] = Tensor({dModel});
    }
}

Tensor& Net::block(int layer, const std::string& part)
{
    return tensors.at("blocks." + std::to_string(layer) + "." + part);
}

std::string configOf(const Net& net)
{
    const auto orNull = [](bool there, const Json& value) { return there ? value : Json(); };
    const bool mlp = net.dMlp > 0;
    // The terms of TransformerLens's HookedTransformerConfig.
    const Json config = {
        {"model_name", net.name},
        {"original_architecture", "HookedTransformer"},
        {"n_layers", net.layers},
        {"n_heads", net.heads},
        {"d_model", net.dModel},
        {"d_head", net.dHead},
        {"d_mlp", orNull(mlp, net.dMlp)},
        {"n_ctx", net.context},
        {"d_vocab", net.size()},
        {"d_vocab_out", net.size()},
        {"act_fn", orNull(mlp, net.activation)},
        {"attn_only", !mlp},
        {"normalization_type", nullptr},
        {"positional_embedding_type", "standard"},
        {"attention_dir", "causal"},
        {"use_attn_scale", net.scaledScores},
        {"default_prepend_bos", net.startsTexts()},
        {"dtype", "float32"},
    };
    return config.dump(2) + "\n";
}

std::string tokenizerOf(const Net& net)
{
    Json added = Json::array();
    Json vocab = Json::object();
    for (int id = 0; id < net.size(); ++id) {
        const std::string& word = net.words[static_cast<std::size_t>(id)];
        vocab[word] = id;
        if (word == "<s>" || word == "<unk>")
            added.push_back({{"id", id}, {"content", word}, {"single_word", false},
                {"lstrip", false}, {"rstrip", false}, {"normalized", false}, {"special", true}});
    }
    Json around;
    if (net.startsTexts()) {
        const Json first = {{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}};
        const Json a = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
        const Json b = {{"Sequence", {{"id", "B"}, {"type_id", 0}}}};
        around = {{"type", "TemplateProcessing"}, {"single", Json::array({first, a})},
            {"pair", Json::array({first, a, b})},
            {"special_tokens",
                {{"<s>",
                    {{"id", "<s>"}, {"ids", Json::array({0})},
                        {"tokens", Json::array({"<s>"})}}}}}};
    }
    const Json tokenizer = {
        {"version", "1.0"},
        {"truncation", nullptr},
        {"padding", nullptr},
        {"added_tokens", added},
        {"normalizer", nullptr},
        {"pre_tokenizer", {{"type", "WhitespaceSplit"}}},
        {"post_processor", around},
        {"decoder", nullptr},
        {"model", {{"type", "WordLevel"}, {"vocab", vocab}, {"unk_token", "<unk>"}}},
    };
    return tokenizer.dump(2) + "\n";
}

void writeNet(const Net& net, const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    replaceFile(folder / "config.json", configOf(net));
    replaceFile(folder / "tokenizer.json", tokenizerOf(net));
    writeTensors(folder / "model.safetensors", net.tensors, {{"format", "pt"}});
    if (!net.dictionary.empty())
        writeTensors(folder / "dictionary.safetensors", net.dictionary,
            {{"format", "pt"}, {"names", Json(net.featureNames).dump()}});
}

} // namespace microtome::wired
