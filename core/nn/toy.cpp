#include "core/nn/toy.h"

#include "core/nn/config.h"
#include "core/work/error.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace microtome::nn {

namespace {

/// Reads the parts of a TransformerLens state dict.
class ToyBuilder {
public:
    ToyBuilder(Weights& weights, LoadedDecoder& decoder)
        : m_weights(weights)
        , m_decoder(decoder)
    {
    }

    void readShapes(const Config& c)
    {
        Architecture& a = m_decoder.architecture;
        const auto embed = shape("embed.W_E", 2);
        const auto q = shape("blocks.0.attn.W_Q", 3);
        const auto k = m_weights.has("blocks.0.attn._W_K") ? shape("blocks.0.attn._W_K", 3)
                                                           : shape("blocks.0.attn.W_K", 3);
        a.vocabulary = embed[0];
        a.dModel = embed[1];
        const auto unembed = shape("unembed.W_U", 2);
        a.vocabularyOut = unembed[1] == a.vocabulary ? 0 : unembed[1];
        a.heads = q[0];
        a.dHead = q[2];
        a.kvHeads = k[0];
        while (m_weights.has("blocks." + std::to_string(a.layers) + ".attn.W_Q"))
            ++a.layers;
        if (c.has("n_layers") && c.integer("n_layers") != a.layers)
            throw Error("The configuration asks for " + std::to_string(c.integer("n_layers"))
                + " layers; the file holds " + std::to_string(a.layers) + ".");
        a.dMlp = m_weights.has("blocks.0.mlp.W_in") ? shape("blocks.0.mlp.W_in", 2)[1] : 0;
        a.gatedMlp = m_weights.has("blocks.0.mlp.W_gate");
        for (const auto& [key, found] :
            {std::pair {"d_model", a.dModel}, std::pair {"d_vocab", a.vocabulary},
                std::pair {"d_vocab_out", a.outputs()}, std::pair {"n_heads", a.heads},
                std::pair {"n_key_value_heads", a.kvHeads}, std::pair {"d_head", a.dHead},
                std::pair {"d_mlp", a.dMlp}})
            if (c.has(key) && c.integer(key) != found)
                throw Error(std::string("The configuration says that ") + key + " is "
                    + std::to_string(c.integer(key)) + ", the tensors say " + std::to_string(found)
                    + ": their axes may stand in another order than TransformerLens's.");
        if (c.flag("gated_mlp", a.gatedMlp) != a.gatedMlp
            || c.flag("attn_only", a.attentionOnly()) != a.attentionOnly())
            throw Error("The configuration and the tensors contradict each other about the MLPs.");
        readNorm(c);
        readActivation(c);
        readPositions(c);
        a.parallelResidual = c.flag("parallel_attn_mlp", false);
        a.attentionScale = c.flag("use_attn_scale", true)
            ? 1 / c.number("attn_scale", std::sqrt(static_cast<double>(a.dHead)))
            : 1;
        a.scaleByInverseLayer = c.flag("scale_attn_by_inverse_layer_idx", false);
        if (c.text("attention_dir", "causal") != "causal")
            throw Error("This net attends in both directions; only causal nets can be opened.");
    }

    void build()
    {
        const Architecture& a = m_decoder.architecture;
        Parameters& p = m_decoder.parameters;
        p.embed = get("embed.W_E", {a.vocabulary, a.dModel});
        if (a.positions == Positions::Learned)
            p.positions = get("pos_embed.W_pos", {a.context, a.dModel});
        for (int l = 0; l < a.layers; ++l)
            p.blocks.push_back(block("blocks." + std::to_string(l) + "."));
        p.finalNorm = norm("ln_final");
        p.unembed = {get("unembed.W_U", {a.dModel, a.outputs()}).t(),
            bias("unembed.b_U", {a.outputs()}), p.dtype, p.device};
        for (const auto& name : m_weights.names())
            if (name.ends_with(".mask") || name.ends_with(".IGNORE") || name.ends_with(".rotary_sin")
                || name.ends_with(".rotary_cos"))
                m_weights.ignore(name);
    }

private:
    std::vector<int> shape(const std::string& name, std::size_t dimensions) const
    {
        const auto sizes = m_weights.shape(name);
        if (sizes.size() != dimensions
            || !std::all_of(sizes.begin(), sizes.end(), [](auto s) { return s > 0 && s < (1 << 28); }))
            throw Error("The tensor " + name + " has a shape that makes no sense for its name.");
        return {sizes.begin(), sizes.end()};
    }

    void readNorm(const Config& c)
    {
        Architecture& a = m_decoder.architecture;
        const bool hasGain = m_weights.has("blocks.0.ln1.w");
        const bool hasBias = m_weights.has("blocks.0.ln1.b");
        const auto kind = c.text("normalization_type", hasBias ? "LN" : hasGain ? "RMS" : "");
        const bool layerNorm = kind == "LN" || kind == "LNPre";
        if (!layerNorm && kind != "RMS" && kind != "RMSPre" && !kind.empty())
            throw Error("The net's normalization_type, " + kind.substr(0, 40) + ", is not known here.");
        a.norm = layerNorm ? Norm::LayerNorm : kind.empty() ? Norm::None : Norm::RmsNorm;
        m_gains = kind == "LN" || kind == "RMS";
        a.finalNorm = a.norm != Norm::None;
        a.normEpsilon = static_cast<float>(c.number("eps", 1e-5));
    }

    void readActivation(const Config& c)
    {
        Architecture& a = m_decoder.architecture;
        if (a.attentionOnly())
            return;
        if (!c.has("act_fn"))
            throw Error("The net has MLPs, but no config.json that says their activation: put one "
                        "beside it with \"act_fn\" (relu, gelu, gelu_new, silu, ...).");
        a.activation = activationNamed(c.text("act_fn", ""));
    }

    void readPositions(const Config& c)
    {
        Architecture& a = m_decoder.architecture;
        const auto kind = c.text("positional_embedding_type", "");
        const bool table = m_weights.has("pos_embed.W_pos");
        if (kind == "standard" && !table)
            throw Error("The net's files hold no tensor named pos_embed.W_pos.");
        if (kind != "standard" && kind != "rotary" && !kind.empty())
            throw Error("The net's positional_embedding_type, " + kind.substr(0, 40)
                + ", is not known here.");
        if (kind == "rotary" && table)
            throw Error("The net's positions are both rotary and in a table; one of them is wrong.");
        if (table) {
            a.positions = Positions::Learned;
            a.context = shape("pos_embed.W_pos", 2)[0];
            return;
        }
        a.context = c.integer("n_ctx", 2048);
        if (kind == "rotary") {
            a.positions = Positions::Rotary;
            a.rotaryDims = c.integer("rotary_dim", a.dHead);
            a.rotaryAdjacent = c.flag("rotary_adjacent_pairs", false);
            a.ropeTheta = c.number("rotary_base", 10000);
        } else {
            a.positions = Positions::None;
        }
    }

    at::Tensor get(const std::string& name, const std::vector<std::int64_t>& expected)
    {
        at::Tensor t = m_weights.get(name, expected);
        m_decoder.parameters.count += t.numel();
        return t;
    }

    at::Tensor bias(const std::string& name, const std::vector<std::int64_t>& expected)
    {
        return m_weights.has(name) ? get(name, expected).flatten() : at::Tensor();
    }

    /// Kinds whose name ends in `Pre` have no gain and bias.
    NormWeights norm(const std::string& name)
    {
        const Parameters& p = m_decoder.parameters;
        const Architecture& a = m_decoder.architecture;
        NormWeights n;
        if (!m_gains)
            return n;
        n.gain = get(name + ".w", {a.dModel});
        if (a.norm == Norm::LayerNorm)
            n.bias = get(name + ".b", {a.dModel});
        for (at::Tensor* t : {&n.gain, &n.bias})
            if (t->defined())
                *t = t->to(p.device, p.dtype);
        return n;
    }

    /// [heads, dModel, dHead] as [heads * dHead, dModel]
    Product input(const std::string& prefix, const char* letter, int heads)
    {
        const Parameters& p = m_decoder.parameters;
        const Architecture& a = m_decoder.architecture;
        const auto own = prefix + "W_" + letter;
        const auto shared = prefix + "_W_" + letter; // grouped keys and values
        const auto grouped = m_weights.has(shared);
        at::Tensor w = get(grouped ? shared : own, {heads, a.dModel, a.dHead});
        w = w.permute({0, 2, 1}).reshape({-1, w.size(1)});
        return {w, bias(prefix + (grouped ? "_b_" : "b_") + letter, {heads, a.dHead}), p.dtype,
            p.device};
    }

    BlockWeights block(const std::string& prefix)
    {
        const Parameters& p = m_decoder.parameters;
        const Architecture& a = m_decoder.architecture;
        BlockWeights b;
        b.ln1 = norm(prefix + "ln1");
        b.q = input(prefix + "attn.", "Q", a.heads);
        b.k = input(prefix + "attn.", "K", a.kvHeads);
        b.v = input(prefix + "attn.", "V", a.kvHeads);
        const at::Tensor o = get(prefix + "attn.W_O", {a.heads, a.dHead, a.dModel});
        b.o = {o.flatten(0, 1).t(), bias(prefix + "attn.b_O", {a.dModel}), p.dtype, p.device};
        if (a.attentionOnly())
            return b;
        b.ln2 = norm(prefix + "ln2");
        const auto matrix = [&](const std::string& w, const std::string& own, int in, int out) {
            return Product(get(prefix + "mlp." + w, {in, out}).t(), bias(prefix + "mlp." + own, {out}),
                p.dtype, p.device);
        };
        if (a.gatedMlp) {
            b.gate = matrix("W_gate", "", a.dModel, a.dMlp);
            b.in = matrix("W_in", "", a.dModel, a.dMlp);
            b.postBias = bias(prefix + "mlp.b_in", {a.dMlp});
        } else {
            b.in = matrix("W_in", "b_in", a.dModel, a.dMlp);
        }
        b.out = matrix("W_out", "b_out", a.dMlp, a.dModel);
        return b;
    }

    Weights& m_weights;
    LoadedDecoder& m_decoder;
    bool m_gains = false; ///< norms have gains
};

} // namespace

bool hasTransformerLensNames(const Weights& weights)
{
    return weights.has("embed.W_E") && weights.has("blocks.0.attn.W_Q");
}

LoadedDecoder loadTransformerLens(
    const nlohmann::json& form, Weights& weights, at::ScalarType dtype, at::Device device)
{
    const Config config(form);
    LoadedDecoder decoder;
    decoder.architecture.family = "transformer_lens";
    decoder.parameters.dtype = dtype;
    decoder.parameters.device = device;
    ToyBuilder builder(weights, decoder);
    builder.readShapes(config);
    readSpecialTokens(config, decoder.architecture);
    decoder.architecture.validate();
    builder.build();
    return decoder;
}

} // namespace microtome::nn
