#include "core/nn/families.h"

#include "core/nn/config.h"
#include "core/work/error.h"


#include <cmath>
#include <functional>
#include <regex>

namespace microtome::nn {

namespace {

/// The names of a family's tensors; `N` stands for the layer. Weights carry `.weight` and, where the
/// file has one, `.bias`. An empty name: the family has no such part.
struct Names {
    std::vector<std::string> prefixes = {}; ///< that all names but the head's may carry
    std::string embed = {};
    std::string positions = {};
    std::string ln1 = {};
    std::string ln2 = {};
    std::string qkv = {};
    std::string q = {};
    std::string k = {};
    std::string v = {};
    std::string o = {};
    std::string gate = {};
    std::string in = {};
    std::string out = {};
    std::string finalNorm = {};
    std::vector<std::string> heads = {}; ///< whole names of the unembedding
    Fusion fusion = Fusion::None;
    bool transposed = false; ///< weights are stored [in, out]
    std::regex ignored = {}; ///< buffers that older files carry
};

struct Family {
    std::string type;
    Names names;
    std::function<void(const Config&, Architecture&)> read;
};

void readGpt2(const Config& c, Architecture& a)
{
    a.layers = c.integer("n_layer");
    a.heads = a.kvHeads = c.integer("n_head");
    a.dModel = c.integer("n_embd");
    a.context = c.integer("n_positions", c.integer("n_ctx", 1024));
    a.dHead = a.heads > 0 ? a.dModel / a.heads : 0;
    a.normEpsilon = static_cast<float>(c.number("layer_norm_epsilon", 1e-5));
    a.activation = activationNamed(c.text("activation_function", "gelu_new"));
    a.scaleByInverseLayer = c.flag("scale_attn_by_inverse_layer_idx", false);
    if (!c.flag("scale_attn_weights", true))
        a.attentionScale = 1;
}

void readNeoX(const Config& c, Architecture& a)
{
    a.layers = c.integer("num_hidden_layers");
    a.heads = a.kvHeads = c.integer("num_attention_heads");
    a.dModel = c.integer("hidden_size");
    a.context = c.integer("max_position_embeddings", 2048);
    a.dHead = a.heads > 0 ? a.dModel / a.heads : 0;
    a.normEpsilon = static_cast<float>(c.number("layer_norm_eps", 1e-5));
    a.activation = activationNamed(c.text("hidden_act", "gelu"));
    a.positions = Positions::Rotary;
    a.parallelResidual = c.flag("use_parallel_residual", true);
    const double part = c.object("rope_parameters")
                            .number("partial_rotary_factor",
                                c.number("rotary_pct", c.number("partial_rotary_factor", 0.25)));
    if (!(part > 0 && part <= 1))
        throw Error("In the model's config.json, the part of a head that is rotated is not between 0 and 1.");
    a.rotaryDims = static_cast<int>(a.dHead * part);
    readRope(c, a);
}

void readLlama(const Config& c, Architecture& a)
{
    a.layers = c.integer("num_hidden_layers");
    a.heads = c.integer("num_attention_heads");
    a.kvHeads = c.integer("num_key_value_heads", a.heads);
    a.dModel = c.integer("hidden_size");
    a.context = c.integer("max_position_embeddings", 2048);
    a.dHead = c.integer("head_dim", a.heads > 0 ? a.dModel / a.heads : 0);
    a.norm = Norm::RmsNorm;
    a.normEpsilon = static_cast<float>(c.number("rms_norm_eps", 1e-6));
    a.activation = activationNamed(c.text("hidden_act", "silu"));
    a.gatedMlp = true;
    a.positions = Positions::Rotary;
    a.rotaryDims = a.dHead;
    readRope(c, a);
}

const std::vector<Family>& families()
{
    static const std::vector<Family> all {
        {"gpt2",
            {.prefixes = {"transformer.", ""},
                .embed = "wte",
                .positions = "wpe",
                .ln1 = "h.N.ln_1",
                .ln2 = "h.N.ln_2",
                .qkv = "h.N.attn.c_attn",
                .o = "h.N.attn.c_proj",
                .in = "h.N.mlp.c_fc",
                .out = "h.N.mlp.c_proj",
                .finalNorm = "ln_f",
                .heads = {"lm_head"},
                .fusion = Fusion::Thirds,
                .transposed = true,
                .ignored = std::regex(R"(.*\.attn\.(bias|masked_bias))")},
            readGpt2},
        {"gpt_neox",
            {.prefixes = {"gpt_neox.", ""},
                .embed = "embed_in",
                .ln1 = "layers.N.input_layernorm",
                .ln2 = "layers.N.post_attention_layernorm",
                .qkv = "layers.N.attention.query_key_value",
                .o = "layers.N.attention.dense",
                .in = "layers.N.mlp.dense_h_to_4h",
                .out = "layers.N.mlp.dense_4h_to_h",
                .finalNorm = "final_layer_norm",
                .heads = {"embed_out", "lm_head"},
                .fusion = Fusion::PerHead,
                .ignored = std::regex(R"(.*\.attention\.(bias|masked_bias|rotary_emb\.inv_freq))")},
            readNeoX},
        {"llama",
            {.prefixes = {"model.", ""},
                .embed = "embed_tokens",
                .ln1 = "layers.N.input_layernorm",
                .ln2 = "layers.N.post_attention_layernorm",
                .q = "layers.N.self_attn.q_proj",
                .k = "layers.N.self_attn.k_proj",
                .v = "layers.N.self_attn.v_proj",
                .o = "layers.N.self_attn.o_proj",
                .gate = "layers.N.mlp.gate_proj",
                .in = "layers.N.mlp.up_proj",
                .out = "layers.N.mlp.down_proj",
                .finalNorm = "norm",
                .heads = {"lm_head"},
                .ignored = std::regex(R"(.*rotary_emb\.inv_freq)")},
            readLlama},
    };
    return all;
}

/// Builds the parts of a decoder from a family's names.
class Builder {
public:
    Builder(const Names& names, Weights& weights, LoadedDecoder& decoder)
        : m_names(names)
        , m_weights(weights)
        , m_decoder(decoder)
    {
        for (const auto& prefix : names.prefixes)
            if (weights.has(prefix + names.embed + ".weight")) {
                m_prefix = prefix;
                return;
            }
        throw Error("The model's files do not hold the tensors of their family: "
            + names.prefixes.front() + names.embed + ".weight is missing.");
    }

    /// What the files decide, not the configuration.
    void readShapes()
    {
        Architecture& a = m_decoder.architecture;
        const auto in = m_weights.shape(name(m_names.in, 0) + ".weight");
        const auto embed = m_weights.shape(m_prefix + m_names.embed + ".weight");
        if (in.size() != 2 || embed.size() != 2 || in[0] > (1 << 24) || in[1] > (1 << 24)
            || embed[0] > (1 << 28))
            throw Error("The model's tensors have shapes that make no sense.");
        a.dMlp = static_cast<int>(m_names.transposed ? in[1] : in[0]);
        a.vocabulary = static_cast<int>(embed[0]);
        if (!m_names.positions.empty()) {
            const auto table = m_weights.shape(m_prefix + m_names.positions + ".weight");
            if (table.empty() || table[0] < 1 || table[0] > (1 << 24))
                throw Error("The model's table of positions has a shape that makes no sense.");
            a.context = static_cast<int>(table[0]);
        }
        a.tiedHead = headName().empty();
        if (a.attentionScale == 0)
            a.attentionScale = 1 / std::sqrt(static_cast<double>(std::max(a.dHead, 1)));
    }

    void build()
    {
        const Architecture& a = m_decoder.architecture;
        Parameters& p = m_decoder.parameters;
        p.embed = tensor(m_prefix + m_names.embed + ".weight", {a.vocabulary, a.dModel});
        if (!m_names.positions.empty())
            p.positions = tensor(m_prefix + m_names.positions + ".weight", {a.context, a.dModel});
        for (int l = 0; l < a.layers; ++l)
            p.blocks.push_back(block(l));
        p.finalNorm = norm(m_prefix + m_names.finalNorm);
        const auto head = headName();
        p.unembed = head.empty() ? Product(p.embed, {}, p.dtype, p.device)
                                 : product(head, a.dModel, a.vocabulary, false);
        for (const auto& rest : m_weights.names())
            if (std::regex_match(rest, m_names.ignored))
                m_weights.ignore(rest);
    }

private:
    std::string name(std::string pattern, int layer) const
    {
        const auto at = pattern.find(".N.");
        return m_prefix + pattern.replace(at + 1, 1, std::to_string(layer));
    }

    std::string headName() const
    {
        for (const auto& head : m_names.heads)
            if (m_weights.has(head + ".weight"))
                return head;
        return {};
    }

    at::Tensor tensor(const std::string& full, const std::vector<std::int64_t>& expected)
    {
        at::Tensor t = m_weights.get(full, expected);
        m_decoder.parameters.count += t.numel();
        return t;
    }

    at::Tensor vectorOrNone(const std::string& full, std::int64_t size)
    {
        if (!m_weights.has(full))
            return {};
        const Parameters& p = m_decoder.parameters;
        return tensor(full, {size}).to(p.device, p.dtype);
    }

    NormWeights norm(const std::string& full)
    {
        const auto d = m_decoder.architecture.dModel;
        if (!m_weights.has(full + ".weight"))
            throw Error("The model's files hold no tensor named " + full + ".weight.");
        return {vectorOrNone(full + ".weight", d), vectorOrNone(full + ".bias", d)};
    }

    Product product(const std::string& full, std::int64_t in, std::int64_t out, bool transposed)
    {
        const Parameters& p = m_decoder.parameters;
        at::Tensor w = transposed ? tensor(full + ".weight", {in, out}).t()
                                  : tensor(full + ".weight", {out, in});
        return {w, vectorOrNone(full + ".bias", out), p.dtype, p.device};
    }

    BlockWeights block(int layer)
    {
        const Architecture& a = m_decoder.architecture;
        const auto make = [&](const std::string& pattern, std::int64_t in, std::int64_t out) {
            return product(name(pattern, layer), in, out, m_names.transposed);
        };
        const std::int64_t d = a.dModel;
        const std::int64_t queries = std::int64_t(a.heads) * a.dHead;
        const std::int64_t keys = std::int64_t(a.kvHeads) * a.dHead;
        BlockWeights b;
        b.ln1 = norm(name(m_names.ln1, layer));
        b.ln2 = norm(name(m_names.ln2, layer));
        b.fusion = m_names.fusion;
        if (b.fusion == Fusion::None) {
            b.q = make(m_names.q, d, queries);
            b.k = make(m_names.k, d, keys);
            b.v = make(m_names.v, d, keys);
        } else {
            b.qkv = make(m_names.qkv, d, queries + 2 * keys);
        }
        b.o = make(m_names.o, queries, d);
        if (a.gatedMlp)
            b.gate = make(m_names.gate, d, a.dMlp);
        b.in = make(m_names.in, d, a.dMlp);
        b.out = make(m_names.out, a.dMlp, d);
        return b;
    }

    const Names& m_names;
    Weights& m_weights;
    LoadedDecoder& m_decoder;
    std::string m_prefix;
};

} // namespace

LoadedDecoder loadFamily(
    const nlohmann::json& form, Weights& weights, at::ScalarType dtype, at::Device device)
{
    const Config config(form);
    const auto type = config.text("model_type", "");
    for (const Family& family : families()) {
        if (family.type != type)
            continue;
        if (config.has("quantization_config"))
            throw Error("This model is quantised; convert it to F32, F16 or BF16 safetensors first.");
        LoadedDecoder decoder;
        decoder.architecture.family = type;
        decoder.parameters.dtype = dtype;
        decoder.parameters.device = device;
        family.read(config, decoder.architecture);
        Builder builder(family.names, weights, decoder);
        builder.readShapes();
        if (decoder.architecture.tiedHead && !config.flag("tie_word_embeddings", true))
            throw Error("The model's files hold no tensor named " + family.names.heads.front()
                + ".weight, and its head is not tied to the embedding.");
        readSpecialTokens(config, decoder.architecture);
        decoder.architecture.validate();
        builder.build();
        return decoder;
    }
    std::string known;
    for (const auto& name : familyNames())
        known += (known.empty() ? "" : ", ") + name;
    throw Error(type.empty()
            ? "The model's config.json does not say its model_type."
            : "Models of the family " + type.substr(0, 40) + " cannot be opened; known are " + known + ".");
}

std::vector<std::string> familyNames()
{
    std::vector<std::string> names;
    for (const Family& family : families())
        names.push_back(family.type);
    return names;
}

} // namespace microtome::nn
