#include "tests/nn/exported.h"

#include "core/model/safetensors.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace microtome {

namespace {

using nlohmann::json;

struct Stored {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};
using StoredTensors = std::map<std::string, Stored>;

void write(const std::filesystem::path& folder, const json& config, const StoredTensors& tensors)
{
    std::vector<TensorToWrite> list;
    for (const auto& [name, t] : tensors)
        list.push_back({name, "F32", t.shape, std::as_bytes(std::span(t.values))});
    writeSafeTensors(folder / "model.safetensors", list);
    std::ofstream(folder / "config.json") << config.dump(1);
}

const char* nameOf(Activation activation)
{
    switch (activation) {
    case Activation::Relu:
        return "relu";
    case Activation::GeluErf:
        return "gelu";
    case Activation::GeluTanh:
        return "gelu_new";
    case Activation::QuickGelu:
        return "quick_gelu";
    case Activation::Silu:
        return "silu";
    case Activation::Tanh:
        return "tanh";
    case Activation::Square:
        return "square";
    }
    return "";
}

std::vector<float> flat(const Matrix& m)
{
    return {m.values().begin(), m.values().end()};
}

Stored plain(const FakeWeights& w, const std::string& name)
{
    return {w.at(name).shape, flat(w.at(name).values)};
}

/// A [in, out] matrix as [out, in].
Stored turned(const FakeTensor& t)
{
    const Matrix& m = t.values;
    std::vector<float> out(m.size());
    for (std::size_t r = 0; r < m.rows(); ++r)
        for (std::size_t c = 0; c < m.columns(); ++c)
            out[c * m.rows() + r] = m(r, c);
    return {{static_cast<std::int64_t>(m.columns()), static_cast<std::int64_t>(m.rows())},
        std::move(out)};
}

/// W_Q, W_K or W_V [heads, dModel, dHead] as [heads * dHead, dModel].
Stored projection(const FakeTensor& t)
{
    const auto heads = static_cast<std::size_t>(t.shape[0]);
    const auto d = static_cast<std::size_t>(t.shape[1]);
    const auto width = static_cast<std::size_t>(t.shape[2]);
    std::vector<float> out;
    for (std::size_t h = 0; h < heads; ++h)
        for (std::size_t e = 0; e < width; ++e)
            for (std::size_t i = 0; i < d; ++i)
                out.push_back(t.values(h * d + i, e));
    return {{t.shape[0] * t.shape[2], t.shape[1]}, std::move(out)};
}

/// Queries, keys and values of one layer, fused: all of each in turn, or (`perHead`) head by head.
Stored fused(const std::vector<Stored>& parts, std::size_t heads, bool perHead)
{
    std::vector<float> out;
    const std::size_t groups = perHead ? heads : 1;
    for (std::size_t g = 0; g < groups; ++g)
        for (const Stored& p : parts) {
            const auto size = static_cast<std::ptrdiff_t>(p.values.size() / groups);
            const auto from = p.values.begin() + static_cast<std::ptrdiff_t>(g) * size;
            out.insert(out.end(), from, from + size);
        }
    auto shape = parts.front().shape;
    shape.front() = 0;
    for (const Stored& p : parts)
        shape.front() += p.shape.front();
    return {std::move(shape), std::move(out)};
}

Stored flattened(const FakeWeights& w, const std::string& name)
{
    const auto values = flat(w.at(name).values);
    return {{static_cast<std::int64_t>(values.size())}, values};
}

void rope(const Architecture& a, json& config)
{
    config["rope_theta"] = a.ropeTheta;
    if (a.ropeScaling == RopeScaling::Linear)
        config["rope_scaling"] = {{"type", "linear"}, {"factor", a.ropeFactor}};
    if (a.ropeScaling == RopeScaling::Llama3)
        config["rope_scaling"] = {{"rope_type", "llama3"}, {"factor", a.ropeFactor},
            {"low_freq_factor", a.ropeLowFrequency}, {"high_freq_factor", a.ropeHighFrequency},
            {"original_max_position_embeddings", a.ropeOriginalContext}};
}

void exportTransformerLens(
    const std::filesystem::path& folder, const Architecture& a, const FakeWeights& w)
{
    StoredTensors out;
    for (const auto& [name, t] : w) {
        std::string stored = name;
        if (a.heads != a.kvHeads)
            for (const char* part : {".W_K", ".W_V", ".b_K", ".b_V"})
                if (name.ends_with(part))
                    stored.insert(name.size() - 3, "_");
        out[stored] = {t.shape, flat(t.values)};
    }
    json config {{"n_layers", a.layers}, {"d_model", a.dModel}, {"d_head", a.dHead},
        {"n_heads", a.heads}, {"n_key_value_heads", a.heads == a.kvHeads ? json() : json(a.kvHeads)},
        {"d_mlp", a.attentionOnly() ? json() : json(a.dMlp)}, {"d_vocab", a.vocabulary},
        {"d_vocab_out", a.outputs()}, {"n_ctx", a.context},
        {"eps", static_cast<double>(a.normEpsilon)}, {"act_fn", nameOf(a.activation)},
        {"attn_only", a.attentionOnly()}, {"gated_mlp", a.gatedMlp},
        {"use_attn_scale", a.attentionScale != 1},
        {"scale_attn_by_inverse_layer_idx", a.scaleByInverseLayer},
        {"parallel_attn_mlp", a.parallelResidual}, {"attention_dir", "causal"},
        {"eos_token_id", a.eos}};
    config["normalization_type"] = a.norm == Norm::None ? json()
        : a.norm == Norm::LayerNorm                     ? json("LN")
                                                        : json("RMS");
    if (a.positions == Positions::Rotary) {
        config["positional_embedding_type"] = "rotary";
        config["rotary_dim"] = a.rotaryDims;
        config["rotary_adjacent_pairs"] = a.rotaryAdjacent;
        config["rotary_base"] = a.ropeTheta;
    } else if (a.positions == Positions::Learned) {
        config["positional_embedding_type"] = "standard";
    }
    if (a.bos >= 0)
        config["bos_token_id"] = a.bos;
    write(folder, config, out);
}

json commonConfig(const Architecture& a)
{
    json config {{"model_type", a.family}, {"vocab_size", a.vocabulary}, {"eos_token_id", a.eos},
        {"tie_word_embeddings", a.tiedHead}};
    config["bos_token_id"] = a.bos >= 0 ? json(a.bos) : json();
    return config;
}

void exportGpt2(const std::filesystem::path& folder, const Architecture& a, const FakeWeights& w)
{
    StoredTensors out;
    const auto back = [](const Stored& s) {
        return turned({s.shape, Matrix(static_cast<std::size_t>(s.shape[0]),
                                    static_cast<std::size_t>(s.shape[1]), s.values)});
    };
    out["wte.weight"] = plain(w, "embed.W_E");
    out["wpe.weight"] = plain(w, "pos_embed.W_pos");
    for (int l = 0; l < a.layers; ++l) {
        const std::string from = "blocks." + std::to_string(l) + ".";
        const std::string to = "h." + std::to_string(l) + ".";
        for (const auto& [mine, theirs] : {std::pair {"ln1", "ln_1"}, std::pair {"ln2", "ln_2"}}) {
            out[to + theirs + ".weight"] = plain(w, from + mine + ".w");
            out[to + theirs + ".bias"] = plain(w, from + mine + ".b");
        }
        std::vector<Stored> weights, biases;
        for (const std::string part : {"Q", "K", "V"}) {
            weights.push_back(projection(w.at(from + "attn.W_" + part)));
            biases.push_back(flattened(w, from + "attn.b_" + part));
        }
        out[to + "attn.c_attn.weight"] = back(fused(weights, 1, false));
        out[to + "attn.c_attn.bias"] = fused(biases, 1, false);
        out[to + "attn.c_proj.weight"]
            = {{std::int64_t(a.heads) * a.dHead, a.dModel}, flat(w.at(from + "attn.W_O").values)};
        out[to + "attn.c_proj.bias"] = plain(w, from + "attn.b_O");
        out[to + "mlp.c_fc.weight"] = plain(w, from + "mlp.W_in");
        out[to + "mlp.c_fc.bias"] = plain(w, from + "mlp.b_in");
        out[to + "mlp.c_proj.weight"] = plain(w, from + "mlp.W_out");
        out[to + "mlp.c_proj.bias"] = plain(w, from + "mlp.b_out");
    }
    out["ln_f.weight"] = plain(w, "ln_final.w");
    out["ln_f.bias"] = plain(w, "ln_final.b");
    if (!a.tiedHead) {
        out["lm_head.weight"] = turned(w.at("unembed.W_U"));
        out["lm_head.bias"] = plain(w, "unembed.b_U");
    }
    json config = commonConfig(a);
    config.update({{"n_layer", a.layers}, {"n_head", a.heads}, {"n_embd", a.dModel},
        {"n_positions", a.context}, {"activation_function", nameOf(a.activation)},
        {"layer_norm_epsilon", static_cast<double>(a.normEpsilon)},
        {"scale_attn_weights", a.attentionScale != 1},
        {"scale_attn_by_inverse_layer_idx", a.scaleByInverseLayer}});
    write(folder, config, out);
}

void exportNeoX(const std::filesystem::path& folder, const Architecture& a, const FakeWeights& w)
{
    StoredTensors out;
    const std::string stem = "gpt_neox.";
    out[stem + "embed_in.weight"] = plain(w, "embed.W_E");
    for (int l = 0; l < a.layers; ++l) {
        const std::string from = "blocks." + std::to_string(l) + ".";
        const std::string to = stem + "layers." + std::to_string(l) + ".";
        for (const auto& [mine, theirs] :
            {std::pair {"ln1", "input_layernorm"}, std::pair {"ln2", "post_attention_layernorm"}}) {
            out[to + theirs + ".weight"] = plain(w, from + mine + ".w");
            out[to + theirs + ".bias"] = plain(w, from + mine + ".b");
        }
        std::vector<Stored> weights, biases;
        for (const std::string part : {"Q", "K", "V"}) {
            weights.push_back(projection(w.at(from + "attn.W_" + part)));
            biases.push_back(flattened(w, from + "attn.b_" + part));
        }
        const auto heads = static_cast<std::size_t>(a.heads);
        out[to + "attention.query_key_value.weight"] = fused(weights, heads, true);
        out[to + "attention.query_key_value.bias"] = fused(biases, heads, true);
        out[to + "attention.dense.weight"] = turned(w.at(from + "attn.W_O"));
        out[to + "attention.dense.bias"] = plain(w, from + "attn.b_O");
        out[to + "mlp.dense_h_to_4h.weight"] = turned(w.at(from + "mlp.W_in"));
        out[to + "mlp.dense_h_to_4h.bias"] = plain(w, from + "mlp.b_in");
        out[to + "mlp.dense_4h_to_h.weight"] = turned(w.at(from + "mlp.W_out"));
        out[to + "mlp.dense_4h_to_h.bias"] = plain(w, from + "mlp.b_out");
    }
    out[stem + "final_layer_norm.weight"] = plain(w, "ln_final.w");
    out[stem + "final_layer_norm.bias"] = plain(w, "ln_final.b");
    if (!a.tiedHead)
        out["embed_out.weight"] = turned(w.at("unembed.W_U"));
    json config = commonConfig(a);
    config.update({{"num_hidden_layers", a.layers}, {"num_attention_heads", a.heads},
        {"hidden_size", a.dModel}, {"max_position_embeddings", a.context},
        {"hidden_act", nameOf(a.activation)},
        {"layer_norm_eps", static_cast<double>(a.normEpsilon)},
        {"use_parallel_residual", a.parallelResidual},
        {"rotary_pct", std::min(1.0, (a.rotaryDims + 0.25) / a.dHead)}});
    rope(a, config);
    write(folder, config, out);
}

void exportLlama(const std::filesystem::path& folder, const Architecture& a, const FakeWeights& w)
{
    StoredTensors out;
    const std::string stem = "model.";
    out[stem + "embed_tokens.weight"] = plain(w, "embed.W_E");
    for (int l = 0; l < a.layers; ++l) {
        const std::string from = "blocks." + std::to_string(l) + ".";
        const std::string to = stem + "layers." + std::to_string(l) + ".";
        out[to + "input_layernorm.weight"] = plain(w, from + "ln1.w");
        out[to + "post_attention_layernorm.weight"] = plain(w, from + "ln2.w");
        for (const auto& [mine, theirs] :
            {std::pair {"Q", "q_proj"}, std::pair {"K", "k_proj"}, std::pair {"V", "v_proj"}}) {
            out[to + "self_attn." + theirs + ".weight"] = projection(w.at(from + "attn.W_" + mine));
            out[to + "self_attn." + theirs + ".bias"] = flattened(w, from + "attn.b_" + mine);
        }
        out[to + "self_attn.o_proj.weight"] = turned(w.at(from + "attn.W_O"));
        out[to + "self_attn.o_proj.bias"] = plain(w, from + "attn.b_O");
        out[to + "mlp.gate_proj.weight"] = turned(w.at(from + "mlp.W_gate"));
        out[to + "mlp.up_proj.weight"] = turned(w.at(from + "mlp.W_in"));
        out[to + "mlp.down_proj.weight"] = turned(w.at(from + "mlp.W_out"));
        out[to + "mlp.down_proj.bias"] = plain(w, from + "mlp.b_out");
    }
    out[stem + "norm.weight"] = plain(w, "ln_final.w");
    if (!a.tiedHead)
        out["lm_head.weight"] = turned(w.at("unembed.W_U"));
    json config = commonConfig(a);
    config.update({{"num_hidden_layers", a.layers}, {"num_attention_heads", a.heads},
        {"num_key_value_heads", a.kvHeads}, {"hidden_size", a.dModel}, {"head_dim", a.dHead},
        {"max_position_embeddings", a.context}, {"hidden_act", nameOf(a.activation)},
        {"rms_norm_eps", static_cast<double>(a.normEpsilon)}});
    rope(a, config);
    write(folder, config, out);
}

} // namespace

void exportModel(const std::filesystem::path& folder, const Architecture& a, const FakeWeights& w)
{
    if (a.family == "gpt2")
        exportGpt2(folder, a, w);
    else if (a.family == "gpt_neox")
        exportNeoX(folder, a, w);
    else if (a.family == "llama")
        exportLlama(folder, a, w);
    else
        exportTransformerLens(folder, a, w);
}

void fitToFamily(Architecture& a)
{
    a.finalNorm = a.norm != Norm::None;
    if (a.attentionScale != 1)
        a.attentionScale = 1 / std::sqrt(static_cast<double>(a.dHead));
    if (a.family == "transformer_lens") {
        a.ropeScaling = RopeScaling::None;
        a.tiedHead = false;
        return;
    }
    a.finalNorm = true;
    a.vocabularyOut = 0;
    a.dMlp = a.dMlp == 0 ? 9 : a.dMlp;
    a.norm = a.family == "llama" ? Norm::RmsNorm : Norm::LayerNorm;
    a.gatedMlp = a.family == "llama";
    a.positions = a.family == "gpt2" ? Positions::Learned : Positions::Rotary;
    a.rotaryAdjacent = false;
    if (a.family != "gpt2") {
        a.attentionScale = 1 / std::sqrt(static_cast<double>(a.dHead));
        a.scaleByInverseLayer = false;
        a.rotaryDims = a.family == "llama" || a.rotaryDims == 0 ? a.dHead : a.rotaryDims;
        a.ropeOriginalContext = std::max(a.ropeOriginalContext, 8);
    }
    if (a.family != "gpt_neox")
        a.parallelResidual = false;
    if (a.family != "llama") {
        a.kvHeads = a.heads;
        a.dModel = a.heads * a.dHead;
    }
}

void fitToFamily(const Architecture& a, FakeWeights& w)
{
    const auto clear = [&](const std::string& name) {
        Matrix& m = w.at(name).values;
        m = Matrix::filled(m.rows(), m.columns(), 0);
    };
    if (a.family != "transformer_lens" && (a.tiedHead || a.family != "gpt2"))
        clear("unembed.b_U");
    if (a.family == "llama")
        for (int l = 0; l < a.layers; ++l)
            clear("blocks." + std::to_string(l) + ".mlp.b_in");
}

} // namespace microtome
