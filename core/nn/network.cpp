#include "core/nn/network.h"

#include "core/work/error.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <charconv>

namespace microtome::nn {

std::size_t KeptRun::bytes() const
{
    std::size_t sum = cache.bytes();
    for (const at::Tensor& t : residual)
        sum += t.nbytes();
    return sum;
}

Matrix toMatrix(const at::Tensor& tensor, std::int64_t columns)
{
    const at::Tensor t = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    if (columns == 0)
        columns = t.dim() == 0 ? 1 : t.size(-1);
    const auto rows = columns == 0 ? 0 : t.numel() / columns;
    std::shared_ptr<const float> values(t.data_ptr<float>(), [t](const float*) {});
    return {static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), std::move(values)};
}

at::Tensor toTensor(const Matrix& m)
{
    return at::from_blob(const_cast<float*>(m.values().data()),
        {static_cast<std::int64_t>(m.rows()), static_cast<std::int64_t>(m.columns())},
        at::TensorOptions().dtype(at::kFloat));
}

Network::Network(ModelInfo info, LoadedDecoder decoder, Weights weights,
    std::shared_ptr<const Tokenizer> tokenizer)
    : m_info(std::move(info))
    , m_decoder(std::move(decoder))
    , m_weights(std::move(weights))
    , m_tokenizer(std::move(tokenizer))
{
}

namespace {

/// Columns of a part of the attention's products, by head: see `Fusion`.
at::Tensor attentionPart(const Architecture& a, const BlockWeights& w, const at::Tensor& fused,
    const at::Tensor& own, int which)
{
    if (w.fusion == Fusion::None)
        return own;
    if (!fused.defined())
        return {};
    auto split = w.fusion == Fusion::Thirds ? std::vector<std::int64_t> {3, a.heads, a.dHead}
                                            : std::vector<std::int64_t> {a.heads, 3, a.dHead};
    std::vector<std::int64_t> form {std::int64_t(a.heads) * a.dHead};
    if (fused.dim() == 2) {
        split.push_back(a.dModel);
        form.push_back(a.dModel);
    }
    return fused.reshape(split).select(w.fusion == Fusion::Thirds ? 0 : 1, which).reshape(form);
}

at::Tensor orZeros(const at::Tensor& bias, std::int64_t size)
{
    return bias.defined() ? bias : at::zeros({size});
}

} // namespace

Matrix Network::weight(const std::string& name, Head head) const
{
    const at::NoGradGuard guard;
    const Architecture& a = architecture();
    const Parameters& p = m_decoder.parameters();
    const auto unknown = [&] {
        return Error("There is no weight named " + name + " in this model.");
    };
    const auto norm = [&](const NormWeights& n, bool gain) {
        if (a.norm == Norm::None || (&n == &p.finalNorm && !a.finalNorm))
            throw unknown();
        if (gain)
            return toMatrix(n.gain.defined() ? n.gain : at::ones({a.dModel}));
        return toMatrix(orZeros(n.bias, a.dModel));
    };
    if (name == "ln_final.w" || name == "ln_final.b")
        return norm(p.finalNorm, name.back() == 'w');
    if (name == "unembed.b_U")
        return toMatrix(orZeros(p.unembed.bias(), a.outputs()));
    if (name == "pos_embed.W_pos" && p.positions.defined())
        return toMatrix(p.positions);

    int layer = -1;
    const auto* end = name.data() + name.size();
    if (!name.starts_with("blocks."))
        throw unknown();
    const auto [rest, error] = std::from_chars(name.data() + 7, end, layer);
    if (error != std::errc() || layer < 0 || layer >= a.layers)
        throw unknown();
    const std::string_view part(rest, end);
    const BlockWeights& w = p.blocks[static_cast<std::size_t>(layer)];
    if (part == ".ln1.w" || part == ".ln1.b")
        return norm(w.ln1, part.back() == 'w');
    if ((part == ".ln2.w" || part == ".ln2.b") && !a.attentionOnly())
        return norm(w.ln2, part.back() == 'w');
    if (part == ".attn.b_O")
        return toMatrix(orZeros(w.o.bias(), a.dModel));

    const auto headOf = [&](int heads) {
        if (!head.valid() || head.value() >= heads)
            throw Error(name + " needs one of the heads 0 to " + std::to_string(heads - 1) + ".");
        return std::int64_t(head.value()) * a.dHead;
    };
    if (part == ".attn.W_O")
        return toMatrix(w.o.weight().narrow(1, headOf(a.heads), a.dHead).t());
    const std::string letters = "QKV";
    if (part.starts_with(".attn.W_") || part.starts_with(".attn.b_")) {
        const auto which = letters.find(part.back());
        if (part.size() != 9 || which == std::string::npos)
            throw unknown();
        const Product* own = which == 0 ? &w.q : which == 1 ? &w.k : &w.v;
        const bool fused = w.fusion != Fusion::None;
        const auto at = headOf(which == 0 ? a.heads : a.kvHeads);
        if (part[6] == 'b') {
            const at::Tensor bias = attentionPart(a, w, fused ? w.qkv.bias() : at::Tensor(),
                fused ? at::Tensor() : own->bias(), static_cast<int>(which));
            return toMatrix(bias.defined() ? bias.narrow(0, at, a.dHead) : at::zeros({a.dHead}));
        }
        const at::Tensor weight = attentionPart(a, w, fused ? w.qkv.weight() : at::Tensor(),
            fused ? at::Tensor() : own->weight(), static_cast<int>(which));
        return toMatrix(weight.narrow(0, at, a.dHead).t());
    }
    if (a.attentionOnly())
        throw unknown();
    if (part == ".mlp.W_in")
        return toMatrix(w.in.weight().t());
    if (part == ".mlp.W_out")
        return toMatrix(w.out.weight().t());
    if (part == ".mlp.W_gate" && a.gatedMlp)
        return toMatrix(w.gate.weight().t());
    if (part == ".mlp.b_in")
        return toMatrix(orZeros(w.postBias.defined() ? w.postBias : w.in.bias(), a.dMlp));
    if (part == ".mlp.b_out")
        return toMatrix(orZeros(w.out.bias(), a.dModel));
    throw unknown();
}

Matrix Network::unembedding(const std::vector<TokenId>& ids) const
{
    const at::NoGradGuard guard;
    for (const TokenId id : ids)
        if (id < 0 || id >= architecture().outputs())
            throw Error("Token id " + std::to_string(id) + " is not in the model's vocabulary.");
    return toMatrix(m_decoder.parameters().unembed.weight().index_select(
        0, at::tensor(ids, at::kInt).to(m_decoder.parameters().device)));
}

Matrix Network::embedding(const std::vector<TokenId>& ids) const
{
    const at::NoGradGuard guard;
    for (const TokenId id : ids)
        if (id < 0 || id >= architecture().vocabulary)
            throw Error("Token id " + std::to_string(id) + " is not in the model's vocabulary.");
    return toMatrix(m_decoder.parameters().embed.index_select(0, at::tensor(ids, at::kInt)));
}

} // namespace microtome::nn
