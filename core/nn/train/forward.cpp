#include "core/nn/train/forward.h"

#include "core/nn/activation.h"
#include "core/nn/norms.h"

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

namespace {

at::Tensor apply(const Product& p, const at::Tensor& x)
{
    return at::linear(x, p.weight(), p.bias());
}

} // namespace

TrainForward::TrainForward(const Architecture& a, at::Device device)
    : m_architecture(a)
{
    if (a.positions == Positions::Rotary)
        m_rotary = Rotary(a, at::kFloat, device);
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
        angles = m_rotary.at(
            at::arange(width, ids.options()).unsqueeze(0).expand({rows, width}).flatten());
    for (int l = 0; l < a.layers; ++l) {
        const BlockWeights& w = p.blocks[static_cast<std::size_t>(l)];
        const at::Tensor attention = attend(w, l, normalise(a, w.ln1, x), rows, angles);
        if (a.attentionOnly())
            x = x + attention;
        else if (a.parallelResidual)
            x = x + attention + mlp(w, normalise(a, w.ln2, x));
        else {
            x = x + attention;
            x = x + mlp(w, normalise(a, w.ln2, x));
        }
    }
    return x;
}

at::Tensor TrainForward::attend(const BlockWeights& w, int layer, const at::Tensor& normal,
    std::int64_t rows, const Rotary::Angles& angles) const
{
    const Architecture& a = m_architecture;
    const auto n = normal.size(0);
    const auto width = n / rows;
    at::Tensor q, k, v; // [n, heads, dHead]
    if (w.fusion == Fusion::None) {
        q = apply(w.q, normal).view({n, a.heads, a.dHead});
        k = apply(w.k, normal).view({n, a.kvHeads, a.dHead});
        v = apply(w.v, normal).view({n, a.kvHeads, a.dHead});
    } else {
        const bool thirds = w.fusion == Fusion::Thirds;
        const int axis = thirds ? 1 : 2;
        const at::Tensor all = apply(w.qkv, normal);
        const at::Tensor y = thirds ? all.view({n, 3, a.heads, a.dHead})
                                    : all.view({n, a.heads, 3, a.dHead});
        q = y.select(axis, 0);
        k = y.select(axis, 1);
        v = y.select(axis, 2);
    }
    if (a.positions == Positions::Rotary) {
        q = m_rotary.turn(q, angles);
        k = m_rotary.turn(k, angles);
    }
    const std::int64_t group = a.heads / a.kvHeads;
    const double scale = a.attentionScale / (a.scaleByInverseLayer ? layer + 1 : 1);
    const auto byHead = [&](const at::Tensor& t, std::int64_t heads) { // [rows * heads, width, dHead]
        return t.view({rows, width, heads, a.dHead}).transpose(1, 2).reshape(
            {rows * heads, width, a.dHead});
    };
    const at::Tensor queries
        = byHead(q, a.heads).view({rows * a.kvHeads, group * width, a.dHead});
    const at::Tensor mask = at::full({width, width}, -std::numeric_limits<float>::infinity(),
        normal.options())
                                .triu(1)
                                .repeat({group, 1});
    const at::Tensor scores = at::baddbmm(
        mask, queries, byHead(k, a.kvHeads).transpose(1, 2), 1, scale);
    const at::Tensor z = at::bmm(at::softmax(scores, -1), byHead(v, a.kvHeads));
    return apply(w.o,
        z.view({rows, a.heads, width, a.dHead})
            .transpose(1, 2)
            .reshape({n, std::int64_t(a.heads) * a.dHead}));
}

at::Tensor TrainForward::mlp(const BlockWeights& w, const at::Tensor& normal) const
{
    const Architecture& a = m_architecture;
    if (!a.gatedMlp)
        return apply(w.out, activate(a.activation, apply(w.in, normal)));
    at::Tensor post = activate(a.activation, apply(w.gate, normal)) * apply(w.in, normal);
    if (w.postBias.defined())
        post = post + w.postBias;
    return apply(w.out, post);
}

at::Tensor TrainForward::logits(const Parameters& p, const at::Tensor& residual) const
{
    const at::Tensor normal = m_architecture.finalNorm
        ? normalise(m_architecture, p.finalNorm, residual)
        : residual;
    return apply(p.unembed, normal);
}

at::Tensor meanLoss(const at::Tensor& logits, const at::Tensor& targets)
{
    return at::nll_loss(at::log_softmax(logits, -1), targets);
}

} // namespace microtome::nn
