#include "core/nn/train/layout.h"

#include "core/nn/familynames.h"
#include "core/work/error.h"

#include <algorithm>
#include <array>

namespace microtome::nn {

namespace {

using Start = NewTensor::Start;
using Tensors = std::vector<NewTensor>;

int positive(const Config& c, const char* key, int most = 1 << 22)
{
    const int value = c.integer(key);
    if (value < 1 || value > most)
        throw Error(std::string("In the model's config.json, ") + key + " is "
            + std::to_string(value) + ", expected 1 to " + std::to_string(most) + ".");
    return value;
}

/// The tensors of one of Hugging Face's families, by the table of its names.
class FamilyLayout {
public:
    FamilyLayout(const Family& family, const Config& config)
        : m_names(family.names)
        , m_config(config)
    {
        m_a.family = family.type;
        family.read(config, m_a);
        m_a.vocabulary = positive(config, "vocab_size", 1 << 24);
        m_a.dMlp = hiddenWidth();
        m_a.tiedHead = config.flag("tie_word_embeddings", family.type == "gpt2");
        m_a.attentionScale = 1;
        m_a.validate();
        const bool llama = family.type == "llama";
        m_attentionBias = config.flag("attention_bias", !llama);
        m_mlpBias = config.flag("mlp_bias", !llama);
    }

    Tensors all()
    {
        const Architecture& a = m_a;
        const std::string& prefix = m_names.prefixes.front();
        add(prefix + m_names.embed + ".weight", {a.vocabulary, a.dModel}, Start::Normal);
        if (!m_names.positions.empty())
            add(prefix + m_names.positions + ".weight", {a.context, a.dModel}, Start::Normal);
        for (int l = 0; l < a.layers; ++l)
            block(l);
        norm(prefix + m_names.finalNorm);
        if (!a.tiedHead)
            add(m_names.heads.front() + ".weight", {a.vocabulary, a.dModel}, Start::Normal);
        return std::move(m_tensors);
    }

private:
    int hiddenWidth() const
    {
        for (const char* key : {"intermediate_size", "n_inner"})
            if (m_config.has(key))
                return positive(m_config, key);
        return 4 * m_a.dModel;
    }

    void add(std::string name, std::vector<std::int64_t> shape, Start start)
    {
        m_tensors.push_back({std::move(name), std::move(shape), start});
    }

    void norm(const std::string& name)
    {
        add(name + ".weight", {m_a.dModel}, Start::One);
        if (m_a.norm == Norm::LayerNorm)
            add(name + ".bias", {m_a.dModel}, Start::Zero);
    }

    void product(const std::string& name, std::int64_t in, std::int64_t out, bool bias,
        Start start = Start::Normal)
    {
        if (m_names.transposed)
            add(name + ".weight", {in, out}, start);
        else
            add(name + ".weight", {out, in}, start);
        if (bias)
            add(name + ".bias", {out}, Start::Zero);
    }

    void block(int layer)
    {
        const Architecture& a = m_a;
        const auto name = [&](const std::string& pattern) {
            return m_names.prefixes.front() + layerName(pattern, layer);
        };
        const std::int64_t queries = std::int64_t(a.heads) * a.dHead;
        const std::int64_t keys = std::int64_t(a.kvHeads) * a.dHead;
        norm(name(m_names.ln1));
        if (m_names.fusion != Fusion::None) {
            product(name(m_names.qkv), a.dModel, queries + 2 * keys, m_attentionBias);
        } else {
            product(name(m_names.q), a.dModel, queries, m_attentionBias);
            product(name(m_names.k), a.dModel, keys, m_attentionBias);
            product(name(m_names.v), a.dModel, keys, m_attentionBias);
        }
        product(name(m_names.o), queries, a.dModel, m_attentionBias, Start::Residual);
        norm(name(m_names.ln2));
        if (a.gatedMlp)
            product(name(m_names.gate), a.dModel, a.dMlp, m_mlpBias);
        product(name(m_names.in), a.dModel, a.dMlp, m_mlpBias);
        product(name(m_names.out), a.dMlp, a.dModel, m_mlpBias, Start::Residual);
    }

    const Names& m_names;
    const Config& m_config;
    Architecture m_a;
    bool m_attentionBias = true;
    bool m_mlpBias = true;
    Tensors m_tensors;
};

/// The tensors of a net with TransformerLens's names.
Tensors toyLayout(const Config& c)
{
    const std::int64_t layers = positive(c, "n_layers", 4096);
    const std::int64_t d = positive(c, "d_model");
    const std::int64_t heads = positive(c, "n_heads", 4096);
    const std::int64_t vocabulary = positive(c, "d_vocab", 1 << 24);
    const std::int64_t context = positive(c, "n_ctx", 1 << 24);
    const std::int64_t width
        = c.has("d_head") ? positive(c, "d_head") : std::max<std::int64_t>(1, d / heads);
    const std::int64_t shared
        = c.has("n_key_value_heads") ? positive(c, "n_key_value_heads", 4096) : heads;
    const std::int64_t out
        = c.has("d_vocab_out") ? positive(c, "d_vocab_out", 1 << 24) : vocabulary;
    const bool attentionOnly = c.flag("attn_only", false);
    const bool gated = c.flag("gated_mlp", false);
    const std::int64_t inner = c.has("d_mlp") ? positive(c, "d_mlp") : 4 * d;
    const auto kind = c.text("normalization_type", "");
    const bool gains = kind == "LN" || kind == "RMS";

    Tensors all;
    const auto add
        = [&](std::string name, std::vector<std::int64_t> shape, Start start = Start::Normal) {
              all.push_back({std::move(name), std::move(shape), start});
          };
    const auto norm = [&](const std::string& name) {
        if (gains)
            add(name + ".w", {d}, Start::One);
        if (kind == "LN")
            add(name + ".b", {d}, Start::Zero);
    };
    add("embed.W_E", {vocabulary, d});
    if (c.text("positional_embedding_type", "standard") == "standard")
        add("pos_embed.W_pos", {context, d});
    for (std::int64_t l = 0; l < layers; ++l) {
        const std::string block = "blocks." + std::to_string(l) + ".";
        const std::string own = shared == heads ? "" : "_"; // grouped keys and values
        norm(block + "ln1");
        add(block + "attn.W_Q", {heads, d, width});
        add(block + "attn.b_Q", {heads, width}, Start::Zero);
        for (const char* letter : {"K", "V"}) {
            add(block + "attn." + own + "W_" + letter, {shared, d, width});
            add(block + "attn." + own + "b_" + letter, {shared, width}, Start::Zero);
        }
        add(block + "attn.W_O", {heads, width, d}, Start::Residual);
        add(block + "attn.b_O", {d}, Start::Zero);
        if (attentionOnly)
            continue;
        norm(block + "ln2");
        if (gated)
            add(block + "mlp.W_gate", {d, inner});
        add(block + "mlp.W_in", {d, inner});
        add(block + "mlp.b_in", {inner}, Start::Zero);
        add(block + "mlp.W_out", {inner, d}, Start::Residual);
        add(block + "mlp.b_out", {d}, Start::Zero);
    }
    norm("ln_final");
    add("unembed.W_U", {d, out});
    add("unembed.b_U", {out}, Start::Zero);
    return all;
}

} // namespace

std::vector<NewTensor> layoutOf(const nlohmann::json& form)
{
    const Config config(form);
    const auto type = config.text("model_type", "");
    for (const Family& family : families())
        if (family.type == type)
            return FamilyLayout(family, config).all();
    if (config.has("n_layers") && config.has("d_vocab"))
        return toyLayout(config);
    throw Error(
        "The recipe's model.config names no layout: give model_type (gpt2, gpt_neox, llama), "
        "or TransformerLens's n_layers, d_model, n_heads, d_vocab, n_ctx.");
}

bool isPositions(const std::string& name)
{
    return name.ends_with("wpe.weight") || name.ends_with("pos_embed.W_pos");
}

bool isDecayed(const std::string& name, std::size_t axes)
{
    constexpr std::array embeddings{"wte.weight", "wpe.weight", "embed_in.weight",
        "embed_tokens.weight", "embed.W_E", "pos_embed.W_pos"};
    for (const char* embedding : embeddings)
        if (name.ends_with(embedding))
            return false;
    return axes > 1 && name.find(".b_") == std::string::npos
        && name.find("._b_") == std::string::npos;
}

} // namespace microtome::nn
