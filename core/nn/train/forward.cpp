#include "core/nn/train/forward.h"

#include "core/nn/activation.h"
#include "core/nn/norms.h"
#include "core/nn/train/ops.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/nll_loss.h>
#include <ATen/ops/softmax.h>

#include <limits>

namespace microtome::nn {

TrainForward::TrainForward(const Architecture& a, at::Device device, Way way)
    : m_architecture(a)
    , m_way(way)
{
    if (a.positions == Positions::Rotary)
        m_rotary = Rotary(a, at::kFloat, device);
}

TrainForward::Way TrainForward::wayOn(at::Device device)
{
    return device.is_cpu() ? Way::Fused : Way::Plain;
}

std::pair<at::Tensor, at::Tensor> TrainForward::branch(
    const NormWeights& w, const at::Tensor& x) const
{
    if (fused())
        return fused::normBranch(m_architecture, w, x);
    return {normalise(m_architecture, w, x), x};
}

at::Tensor TrainForward::product(
    const Product& p, const at::Tensor& x, const at::Tensor& residual) const
{
    if (fused())
        return fused::linear(x, p, residual);
    const at::Tensor y = at::linear(x, p.weight(), p.bias());
    return residual.defined() ? residual + y : y;
}

at::Tensor TrainForward::residual(const Parameters& p, const at::Tensor& ids) const
{
    const Architecture& a = m_architecture;
    const auto rows = ids.size(0);
    const auto width = ids.size(1);
    at::Tensor x = at::embedding(p.embed, ids.flatten());
    if (a.positions == Positions::Learned)
        x = (x.view({rows, width, a.dModel}) + p.positions.narrow(0, 0, width)).flatten(0, 1);
    Rotary::Angles angles;
    if (a.positions == Positions::Rotary)
        angles = m_rotary.at(at::arange(width, ids.options()));
    for (int l = 0; l < a.layers; ++l) {
        const BlockWeights& w = p.blocks[static_cast<std::size_t>(l)];
        const auto [normal, rest] = branch(w.ln1, x);
        if (a.attentionOnly()) {
            x = attend(w, l, normal, rest, rows, angles);
        } else if (a.parallelResidual) {
            const auto [second, beside] = branch(w.ln2, rest);
            x = mlp(w, second, attend(w, l, normal, beside, rows, angles));
        } else {
            const auto [second, beside] = branch(w.ln2, attend(w, l, normal, rest, rows, angles));
            x = mlp(w, second, beside);
        }
    }
    return x;
}

at::Tensor TrainForward::attend(const BlockWeights& w, int layer, const at::Tensor& normal,
    const at::Tensor& residual, std::int64_t rows, const Rotary::Angles& angles) const
{
    const Architecture& a = m_architecture;
    const double scale = a.attentionScale / (a.scaleByInverseLayer ? layer + 1 : 1);
    const auto n = normal.size(0);
    const bool split = w.fusion == Fusion::None;
    at::Tensor q = product(split ? w.q : w.qkv, normal);
    at::Tensor k = split ? product(w.k, normal) : at::Tensor();
    at::Tensor v = split ? product(w.v, normal) : at::Tensor();
    if (fused())
        return product(w.o, fused::attention(a, w.fusion, scale, rows, q, k, v, angles), residual);
    if (split) {
        q = q.view({n, a.heads, a.dHead});
        k = k.view({n, a.kvHeads, a.dHead});
        v = v.view({n, a.kvHeads, a.dHead});
    } else {
        const bool thirds = w.fusion == Fusion::Thirds;
        const int axis = thirds ? 1 : 2;
        const at::Tensor all
            = thirds ? q.view({n, 3, a.heads, a.dHead}) : q.view({n, a.heads, 3, a.dHead});
        q = all.select(axis, 0);
        k = all.select(axis, 1);
        v = all.select(axis, 2);
    }
    return product(w.o, mixPlainly(scale, q, k, v, rows, angles), residual);
}

at::Tensor TrainForward::mixPlainly(double scale, const at::Tensor& q, const at::Tensor& k,
    const at::Tensor& v, std::int64_t rows, const Rotary::Angles& angles) const
{
    const Architecture& a = m_architecture;
    const auto n = q.size(0);
    const auto width = n / rows;
    const std::int64_t group = a.heads / a.kvHeads;
    Rotary::Angles all;
    if (angles.cosine.defined())
        all = {angles.cosine.repeat({rows, 1}), angles.sine.repeat({rows, 1})};
    const auto turned
        = [&](const at::Tensor& t) { return all.cosine.defined() ? m_rotary.turn(t, all) : t; };
    const auto byHead = [&](const at::Tensor& t, std::int64_t heads) {
        return t.view({rows, width, heads, a.dHead})
            .transpose(1, 2)
            .reshape({rows * heads, width, a.dHead});
    };
    const at::Tensor queries
        = byHead(turned(q), a.heads).view({rows * a.kvHeads, group * width, a.dHead});
    const at::Tensor keys = byHead(turned(k), a.kvHeads).transpose(1, 2);
    const at::Tensor mask
        = at::full({width, width}, -std::numeric_limits<float>::infinity(), q.options())
              .triu(1)
              .repeat({group, 1});
    const at::Tensor scores = at::baddbmm(mask, queries, keys, 1, scale);
    return at::bmm(at::softmax(scores, -1), byHead(v, a.kvHeads))
        .view({rows, a.heads, width, a.dHead})
        .transpose(1, 2)
        .reshape({n, std::int64_t(a.heads) * a.dHead});
}

at::Tensor TrainForward::mlp(
    const BlockWeights& w, const at::Tensor& normal, const at::Tensor& residual) const
{
    const Architecture& a = m_architecture;
    at::Tensor post;
    if (a.gatedMlp) {
        const at::Tensor gate = product(w.gate, normal);
        const at::Tensor linear = product(w.in, normal);
        post = fused() ? fused::gated(a.activation, gate, linear)
                       : activate(a.activation, gate) * linear;
        if (w.postBias.defined())
            post = post + w.postBias;
    } else {
        const at::Tensor pre = product(w.in, normal);
        post = fused() ? fused::activation(a.activation, pre) : activate(a.activation, pre);
    }
    return product(w.out, post, residual);
}

at::Tensor TrainForward::logits(const Parameters& p, const at::Tensor& residual) const
{
    return product(
        p.unembed, m_architecture.finalNorm ? branch(p.finalNorm, residual).first : residual);
}

at::Tensor TrainForward::loss(
    const Parameters& p, const at::Tensor& residual, const at::Tensor& targets) const
{
    if (!fused())
        return at::nll_loss(at::log_softmax(logits(p, residual), -1), targets);
    return fused::unembeddingLoss(
        m_architecture.finalNorm ? branch(p.finalNorm, residual).first : residual, p.unembed,
        targets);
}

} // namespace microtome::nn
