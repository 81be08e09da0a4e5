#include "core/nn/attention.h"

#include "core/nn/mixing.h"
#include "core/nn/norms.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/full.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include <limits>

namespace microtome::nn {

namespace {

constexpr std::int64_t blockRows = 128; ///< queries whose scores are held at once
constexpr float minusInfinity = -std::numeric_limits<float>::infinity();

struct Heads {
    at::Tensor q; ///< [rows, heads, dHead]
    at::Tensor k; ///< [rows, kvHeads, dHead]
    at::Tensor v; ///< [rows, kvHeads, dHead]
};

/// One product of every head's own input: x [rows, heads, dModel], weight [heads * dHead, dModel].
at::Tensor perHead(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias)
{
    const auto heads = x.size(1);
    const at::Tensor w = weight.reshape({heads, -1, x.size(2)}).transpose(1, 2);
    const at::Tensor y = at::bmm(x.transpose(0, 1), w).transpose(0, 1);
    return bias.defined() ? y + bias.view({heads, -1}) : y;
}

/// Queries, keys and values by the layer's own products, from one input for all heads.
Heads project(const Architecture& a, const BlockWeights& w, const at::Tensor& x)
{
    const auto n = x.size(0);
    if (w.fusion == Fusion::None)
        return {w.q(x).view({n, a.heads, a.dHead}), w.k(x).view({n, a.kvHeads, a.dHead}),
            w.v(x).view({n, a.kvHeads, a.dHead})};
    const at::Tensor all = w.qkv(x);
    if (w.fusion == Fusion::Thirds) {
        const at::Tensor y = all.view({n, 3, a.heads, a.dHead});
        return {y.select(1, 0), y.select(1, 1), y.select(1, 2)};
    }
    const at::Tensor y = all.view({n, a.heads, 3, a.dHead});
    return {y.select(2, 0), y.select(2, 1), y.select(2, 2)};
}

/// The weight and bias of queries (0), keys (1) or values (2), [heads * dHead, dModel] and [heads * dHead].
std::pair<at::Tensor, at::Tensor> part(const Architecture& a, const BlockWeights& w, int which)
{
    if (w.fusion == Fusion::None) {
        const Product& p = which == 0 ? w.q : which == 1 ? w.k : w.v;
        return {p.weight(), p.bias()};
    }
    const std::vector<std::int64_t> split = w.fusion == Fusion::Thirds
        ? std::vector<std::int64_t> {3, a.heads, a.dHead}
        : std::vector<std::int64_t> {a.heads, 3, a.dHead};
    const int axis = w.fusion == Fusion::Thirds ? 0 : 1;
    auto form = split;
    form.push_back(a.dModel);
    const at::Tensor weight = w.qkv.weight().reshape(form).select(axis, which).reshape({-1, a.dModel});
    const at::Tensor bias = w.qkv.bias().defined()
        ? w.qkv.bias().view(split).select(axis, which).reshape({-1})
        : at::Tensor();
    return {weight, bias};
}

/// The inputs of the three products, one copy of the residual stream for each head, where somebody
/// writes to such a copy.
Heads projectSplit(const Architecture& a, const BlockWeights& w, int layer, const at::Tensor& x, Taps& taps)
{
    const auto copies = [&](int heads) { return x.unsqueeze(1).expand({x.size(0), heads, x.size(1)}); };
    at::Tensor attn = copies(a.heads);
    if (a.has(Point::AttnIn))
        taps.at(Point::AttnIn, layer, attn);
    at::Tensor q = attn;
    at::Tensor k = a.has(Point::AttnIn) ? attn : copies(a.kvHeads);
    at::Tensor v = k;
    taps.at(Point::QInput, layer, q);
    taps.at(Point::KInput, layer, k);
    taps.at(Point::VInput, layer, v);
    const bool normEdited
        = taps.edited(Point::Ln1Scale, layer) || taps.edited(Point::Ln1Normalized, layer);
    const auto make = [&](const at::Tensor& input, int which) {
        const auto [weight, bias] = part(a, w, which);
        if (!normEdited)
            return perHead(normalise(a, w.ln1, input), weight, bias);
        std::vector<at::Tensor> normal; // edits of the norm's points act on every copy
        for (std::int64_t head = 0; head < input.size(1); ++head) {
            taps.setCopy(1 + which * a.heads + static_cast<int>(head));
            normal.push_back(normalise(a, w.ln1, input.select(1, head).contiguous(), taps,
                Point::Ln1Scale, Point::Ln1Normalized, layer));
        }
        taps.setCopy(0); // the one that all heads share
        return perHead(at::stack(normal, 1), weight, bias);
    };
    return {make(q, 0), make(k, 1), make(v, 2)};
}

/// Queries, keys and values of some rows (bool [rows]) from `split`, of the others from `shared`.
Heads chosen(const at::Tensor& rows, const Heads& split, const Heads& shared)
{
    const at::Tensor mask = rows.to(shared.q.device()).view({-1, 1, 1});
    return {at::where(mask, split.q, shared.q), at::where(mask, split.k, shared.k),
        at::where(mask, split.v, shared.v)};
}

/// Attention of one sequence: q of its rows, k and v of all its positions [kvHeads, positions, dHead]
/// -> z [rows, heads, dHead]; an undefined tensor when only the patterns are asked for.
at::Tensor mix(const Architecture& a, int layer, Sequence& s, const at::Tensor& q, const at::Tensor& k,
    const at::Tensor& v, Taps& taps, bool patternsOnly)
{
    const bool whole = taps.onPath() || taps.edited(Point::AttnScores, layer)
        || taps.edited(Point::Pattern, layer);
    const bool keepScores = taps.asked(Point::AttnScores, layer);
    const bool keepPattern = taps.asked(Point::Pattern, layer);
    const double scale = a.attentionScale / (a.scaleByInverseLayer ? layer + 1 : 1);
    if (!whole && !keepScores && !keepPattern && canMixHeads(q))
        return mixHeads(a, scale, q, k, v, s.from);
    const std::int64_t rows = q.size(0);
    const std::int64_t group = a.heads / a.kvHeads;
    const std::int64_t step = whole ? rows : blockRows;

    std::vector<at::Tensor> mixed, scoreBlocks, patternBlocks;
    for (std::int64_t begin = 0; begin < rows; begin += step) {
        const std::int64_t n = std::min(step, rows - begin);
        const std::int64_t first = s.from + begin;
        const std::int64_t keys = first + n;
        const at::Tensor block = q.narrow(0, begin, n)
                                     .view({n, a.kvHeads, group, a.dHead})
                                     .permute({1, 2, 0, 3})
                                     .reshape({a.kvHeads, group * n, a.dHead});
        const at::Tensor seen = k.narrow(1, 0, keys);
        at::Tensor scores = at::bmm(block, seen.transpose(1, 2)).mul_(scale).view({a.heads, n, keys});
        if (n > 1)
            scores.narrow(2, first, n).add_(
                at::full({n, n}, minusInfinity, scores.options()).triu_(1));
        taps.editMap(Point::AttnScores, layer, s, first, scores, minusInfinity);
        if (taps.onPath() && keepScores)
            taps.captureMap(Point::AttnScores, layer, s, scores);
        at::Tensor pattern = at::softmax(scores, -1, at::kFloat).to(q.scalar_type());
        taps.editMap(Point::Pattern, layer, s, first, pattern, 0);
        if (taps.onPath() && keepPattern)
            taps.captureMap(Point::Pattern, layer, s, pattern);
        const std::int64_t all = s.from + rows;
        if (keepScores)
            scoreBlocks.push_back(at::constant_pad_nd(scores, {0, all - keys}, minusInfinity));
        if (keepPattern)
            patternBlocks.push_back(at::constant_pad_nd(pattern, {0, all - keys}, 0));
        if (!patternsOnly)
            mixed.push_back(at::bmm(pattern.view({a.kvHeads, group * n, keys}), v.narrow(1, 0, keys))
                                .view({a.kvHeads, group, n, a.dHead})
                                .permute({2, 0, 1, 3})
                                .reshape({n, a.heads, a.dHead}));
    }
    const auto together = [](const std::vector<at::Tensor>& parts, int axis) {
        return parts.size() == 1 ? parts.front() : at::cat(parts, axis);
    };
    const auto keep = [&](Point point, const std::vector<at::Tensor>& blocks) {
        at::Tensor map = together(blocks, 1);
        taps.captureMap(point, layer, s, map);
    };
    if (keepScores && !taps.onPath())
        keep(Point::AttnScores, scoreBlocks);
    if (keepPattern && !taps.onPath())
        keep(Point::Pattern, patternBlocks);
    return patternsOnly ? at::Tensor() : together(mixed, 0);
}

/// z W_O, through hook_result where somebody asks for it.
at::Tensor writeOut(
    const Architecture& a, const BlockWeights& w, int layer, const at::Tensor& z, Taps& taps)
{
    const at::Tensor flat = z.reshape({z.size(0), std::int64_t(a.heads) * a.dHead});
    if (!taps.asked(Point::Result, layer))
        return w.o(flat);
    const at::Tensor weight = w.o.weight().reshape({a.dModel, a.heads, a.dHead}).permute({1, 2, 0});
    at::Tensor result = at::bmm(z.transpose(0, 1), weight).transpose(0, 1);
    taps.at(Point::Result, layer, result);
    if (!taps.edited(Point::Result, layer))
        return w.o(flat);
    const at::Tensor sum = result.sum(1);
    const at::Tensor rows = taps.touched({Point::Result}, layer).to(z.device()).unsqueeze(1);
    return at::where(rows, w.o.bias().defined() ? sum + w.o.bias() : sum, w.o(flat));
}

} // namespace

at::Tensor attend(const Architecture& a, const BlockWeights& w, const Rotary& rotary, const Rows& rows,
    int layer, const at::Tensor& x, Taps& taps, int until)
{
    const std::initializer_list<Point> copied
        = {Point::AttnIn, Point::QInput, Point::KInput, Point::VInput};
    bool written = false;
    for (const Point point : copied)
        written |= taps.edited(point, layer);
    if (!written)
        for (const Point point : copied) {
            if (!taps.asked(point, layer))
                continue;
            at::Tensor copies = x.unsqueeze(1).expand({x.size(0), a.headsAt(point), x.size(1)});
            taps.at(point, layer, copies);
        }
    const at::Tensor normal
        = normalise(a, w.ln1, x, taps, Point::Ln1Scale, Point::Ln1Normalized, layer);
    Heads h = project(a, w, normal);
    if (written) { // a mean at the norm is another one for copies that differ at other rows
        const at::Tensor split = taps.touched({Point::AttnIn, Point::QInput, Point::KInput,
            Point::VInput, Point::Ln1Scale, Point::Ln1Normalized}, layer);
        h = chosen(split, projectSplit(a, w, layer, x, taps), h);
    }
    taps.at(Point::Q, layer, h.q);
    taps.at(Point::K, layer, h.k);
    taps.at(Point::V, layer, h.v);
    if (a.positions == Positions::Rotary) {
        h.q = rotary.turn(h.q, rows.angles);
        h.k = rotary.turn(h.k, rows.angles);
        taps.at(Point::RotQ, layer, h.q);
        taps.at(Point::RotK, layer, h.k);
    }

    const bool patternsOnly = until <= taps.order()(Point::Pattern, layer);
    std::vector<at::Tensor> mixed;
    for (Sequence& s : taps.sequences()) {
        if (s.rows() == 0)
            continue;
        const auto own = [&](const at::Tensor& t) { return t.narrow(0, s.row, s.rows()); };
        const auto [keys, values] = s.cache.extend(layer, s.from,
            own(h.k).transpose(0, 1).contiguous(), own(h.v).transpose(0, 1).contiguous());
        mixed.push_back(mix(a, layer, s, own(h.q), keys, values, taps, patternsOnly));
    }
    if (patternsOnly)
        return {};
    at::Tensor z = mixed.size() == 1 ? mixed.front() : at::cat(mixed, 0);
    taps.at(Point::Z, layer, z);
    at::Tensor out = writeOut(a, w, layer, z, taps);
    taps.at(Point::AttnOut, layer, out);
    return out;
}

} // namespace microtome::nn
