#include "core/nn/decoder.h"

#include "core/nn/mlp.h"
#include "core/nn/norms.h"
#include "core/work/error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

#include <limits>

namespace microtome::nn {

Decoder::Decoder(LoadedDecoder loaded)
    : m_architecture(std::move(loaded.architecture))
    , m_parameters(std::move(loaded.parameters))
{
    if (m_architecture.positions == Positions::Rotary)
        m_rotary = Rotary(m_architecture, m_parameters.dtype, m_parameters.device);
}

at::Tensor Decoder::embed(std::vector<Sequence>& sequences, const Rows& rows, Taps& taps) const
{
    const Parameters& p = m_parameters;
    std::vector<float> own;
    for (const Sequence& s : sequences)
        own.insert(own.end(), s.ids.begin() + s.from, s.ids.end());
    at::Tensor ids = at::tensor(own, at::kFloat).unsqueeze(1);
    taps.at(Point::Tokens, 0, ids);
    ids = ids.flatten().round();
    if (taps.edited(Point::Tokens, 0)
        && !(ids.min().item<float>() >= 0 // NaN is neither
            && ids.max().item<float>() < static_cast<float>(m_architecture.vocabulary)))
        throw Error("An edit of hook_tokens gives an id that is not in the vocabulary.");
    at::Tensor x = p.embed.index_select(0, ids.to(at::kLong)).to(p.device, p.dtype);
    x.requires_grad_(taps.onPath());
    taps.at(Point::Embed, 0, x);
    if (m_architecture.positions == Positions::Learned) {
        at::Tensor position = p.positions.index_select(0, rows.positions.to(p.positions.device()))
                                  .to(p.device, p.dtype);
        position.requires_grad_(taps.onPath());
        taps.at(Point::PosEmbed, 0, position);
        x = x + position;
    }
    return x;
}

at::Tensor Decoder::block(
    int layer, at::Tensor x, const Rows& rows, Taps& taps, int until) const
{
    const Architecture& a = m_architecture;
    const BlockWeights& w = m_parameters.blocks[static_cast<std::size_t>(layer)];
    taps.at(Point::ResidPre, layer, x);
    const at::Tensor input = x;
    const at::Tensor attention = attend(a, w, m_rotary, rows, layer, x, taps, until);
    if (!attention.defined())
        return {};
    if (a.attentionOnly()) {
        x = x + attention;
    } else if (a.parallelResidual) {
        if (until < taps.order()(Point::MlpIn, layer))
            return {};
        x = x + attention + runMlp(a, w, layer, x, taps);
    } else {
        x = x + attention;
        taps.at(Point::ResidMid, layer, x);
        if (until < taps.order()(Point::MlpIn, layer))
            return {};
        x = x + runMlp(a, w, layer, x, taps);
    }
    taps.at(Point::ResidPost, layer, x, input);
    return x;
}

at::Tensor Decoder::run(std::vector<Sequence>& sequences, const Course& course) const
{
    std::vector<std::int64_t> positions;
    for (const Sequence& s : sequences)
        for (std::int64_t p = s.from; p < s.from + s.rows(); ++p)
            positions.push_back(p);
    Taps taps(m_architecture, sequences, course.onPath);
    Rows rows {at::tensor(positions, at::kLong).to(m_parameters.device), {}};
    if (m_architecture.positions == Positions::Rotary)
        rows.angles = m_rotary.at(rows.positions);

    const int until
        = course.throughout ? std::numeric_limits<int>::max() : taps.lastCapture();
    at::Tensor x = course.residual;
    if (!x.defined())
        x = embed(sequences, rows, taps);
    for (int l = course.start; l < m_architecture.layers; ++l) {
        if (until < taps.order()(Point::ResidPre, l))
            return {};
        course.progress.step(static_cast<double>(l - course.start)
            / static_cast<double>(m_architecture.layers - course.start));
        x = block(l, x, rows, taps, until);
        if (!x.defined())
            return {};
    }
    return x;
}

at::Tensor Decoder::normaliseFinally(const at::Tensor& residual, Taps& taps) const
{
    if (!m_architecture.finalNorm)
        return residual;
    return normalise(m_architecture, m_parameters.finalNorm, residual, taps, Point::LnFinalScale,
        Point::LnFinalNormalized, 0);
}

void Decoder::captureEnd(std::vector<Sequence>& sequences, const at::Tensor& residual) const
{
    Taps taps(m_architecture, sequences, false);
    if (taps.lastCapture() <= taps.order()(Point::ResidPost, m_architecture.layers - 1))
        return;
    const at::Tensor normal = normaliseFinally(residual, taps);
    if (!taps.asked(Point::Logits, 0))
        return;
    at::Tensor logits = unembed(normal);
    taps.at(Point::Logits, 0, logits);
}

at::Tensor Decoder::normaliseFinally(const at::Tensor& residual) const
{
    return m_architecture.finalNorm ? normalise(m_architecture, m_parameters.finalNorm, residual)
                                    : residual;
}

at::Tensor Decoder::unembed(const at::Tensor& normal) const
{
    return m_parameters.unembed(normal);
}

} // namespace microtome::nn
