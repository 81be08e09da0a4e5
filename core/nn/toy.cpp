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
        p.embed = get("embed.W_E");
        if (a.positions == Positions::Learned)
            p.positions = get("pos_embed.W_pos");
        for (int l = 0; l < a.layers; ++l)
            p.blocks.push_back(block("blocks." + std::to_string(l) + "."));
        p.finalNorm = norm("ln_final");
        p.unembed = {get("unembed.W_U").t(), bias("unembed.b_U"), p.dtype, p.device};
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
        a.norm = kind == "LN" || kind == "LNPre" ? Norm::LayerNorm
            : kind == "RMS" || kind == "RMSPre"  ? Norm::RmsNorm
                                                 : Norm::None;
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
        if (m_weights.has("pos_embed.W_pos")) {
            a.positions = Positions::Learned;
            a.context = shape("pos_embed.W_pos", 2)[0];
            return;
        }
        a.context = c.integer("n_ctx", 2048);
        if (c.text("positional_embedding_type", "") == "rotary") {
            a.positions = Positions::Rotary;
            a.rotaryDims = c.integer("rotary_dim", a.dHead);
            a.rotaryAdjacent = c.flag("rotary_adjacent_pairs", false);
            a.ropeTheta = c.number("rotary_base", 10000);
        } else {
            a.positions = Positions::None;
        }
    }

    at::Tensor get(const std::string& name)
    {
        at::Tensor t = m_weights.get(name);
        m_decoder.parameters.count += t.numel();
        return t;
    }

    at::Tensor bias(const std::string& name)
    {
        return m_weights.has(name) ? get(name).flatten() : at::Tensor();
    }

    NormWeights norm(const std::string& name)
    {
        const Parameters& p = m_decoder.parameters;
        NormWeights n {bias(name + ".w"), bias(name + ".b")};
        for (at::Tensor* t : {&n.gain, &n.bias})
            if (t->defined())
                *t = t->to(p.device, p.dtype);
        return n;
    }

    /// [heads, dModel, dHead] as [heads * dHead, dModel]
    Product input(const std::string& prefix, const char* letter)
    {
        const Parameters& p = m_decoder.parameters;
        const auto own = prefix + "W_" + letter;
        const auto shared = prefix + "_W_" + letter; // grouped keys and values
        const auto grouped = m_weights.has(shared);
        at::Tensor w = get(grouped ? shared : own);
        w = w.permute({0, 2, 1}).reshape({-1, w.size(1)});
        return {w, bias(prefix + (grouped ? "_b_" : "b_") + letter), p.dtype, p.device};
    }

    BlockWeights block(const std::string& prefix)
    {
        const Parameters& p = m_decoder.parameters;
        BlockWeights b;
        b.ln1 = norm(prefix + "ln1");
        b.ln2 = norm(prefix + "ln2");
        b.q = input(prefix + "attn.", "Q");
        b.k = input(prefix + "attn.", "K");
        b.v = input(prefix + "attn.", "V");
        const at::Tensor o = get(prefix + "attn.W_O");
        b.o = {o.flatten(0, 1).t(), bias(prefix + "attn.b_O"), p.dtype, p.device};
        if (m_decoder.architecture.attentionOnly())
            return b;
        const auto matrix = [&](const std::string& w, const std::string& own) {
            return Product(get(prefix + "mlp." + w).t(), bias(prefix + "mlp." + own), p.dtype, p.device);
        };
        if (m_decoder.architecture.gatedMlp) {
            b.gate = matrix("W_gate", "");
            b.in = matrix("W_in", "");
            b.postBias = bias(prefix + "mlp.b_in");
        } else {
            b.in = matrix("W_in", "b_in");
        }
        b.out = matrix("W_out", "b_out");
        return b;
    }

    Weights& m_weights;
    LoadedDecoder& m_decoder;
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
