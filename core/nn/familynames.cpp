#include "core/nn/familynames.h"

#include "core/work/error.h"

namespace microtome::nn {

namespace {

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
        throw Error("In the model's config.json, the part of a head that is rotated is not between "
                    "0 and 1.");
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

} // namespace

const std::vector<Family>& families()
{
    static const std::vector<Family> all{
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

std::string layerName(std::string pattern, int layer)
{
    return pattern.replace(pattern.find(".N.") + 1, 1, std::to_string(layer));
}

} // namespace microtome::nn
