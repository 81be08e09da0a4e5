#include "core/nn/families.h"

#include "core/nn/familynames.h"
#include "core/work/error.h"

#include <cmath>

namespace microtome::nn {

namespace {

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
        for (const auto& rest : m_weights.unused())
            if (std::regex_match(rest, m_names.ignored))
                m_weights.ignore(rest);
    }

private:
    std::string name(std::string pattern, int layer) const
    {
        return m_prefix + layerName(std::move(pattern), layer);
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
