#include "core/nn/norms.h"

#include <ATen/ops/native_layer_norm.h>

namespace microtome::nn {

namespace {

at::Tensor rootMeanSquare(const at::Tensor& x, double epsilon)
{
    return (x.square().mean(-1, true) + epsilon).sqrt();
}

at::Tensor withGain(const NormWeights& w, const at::Tensor& x)
{
    return w.gain.defined() ? x * w.gain : x;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> layerNorm(
    const Architecture& a, const NormWeights& w, const at::Tensor& x)
{
    return at::native_layer_norm(x, {a.dModel}, w.gain, w.bias, a.normEpsilon);
}

} // namespace

at::Tensor normalise(const Architecture& a, const NormWeights& w, const at::Tensor& x)
{
    if (a.norm == Norm::None)
        return x;
    if (a.norm == Norm::LayerNorm)
        return std::get<0>(layerNorm(a, w, x));
    const at::Tensor wide = x.to(at::kFloat);
    return withGain(w, (wide / rootMeanSquare(wide, a.normEpsilon)).to(x.scalar_type()));
}

at::Tensor normalise(const Architecture& a, const NormWeights& w, const at::Tensor& x, Taps& taps,
    Point scalePoint, Point normalizedPoint, int layer)
{
    const bool asked = taps.asked(scalePoint, layer) || taps.asked(normalizedPoint, layer);
    if (a.norm == Norm::None || !asked)
        return normalise(a, w, x);

    const bool scaleEdited = taps.edited(scalePoint, layer);
    at::Tensor out;
    if (a.norm == Norm::LayerNorm && !scaleEdited) {
        const auto [y, mean, inverse] = layerNorm(a, w, x);
        at::Tensor scale = inverse.reciprocal();
        taps.at(scalePoint, layer, scale);
        out = y;
        taps.at(normalizedPoint, layer, out);
        return out;
    }
    at::Tensor wide = x.to(at::kFloat);
    if (a.norm == Norm::LayerNorm)
        wide = wide - wide.mean(-1, true);
    at::Tensor scale = rootMeanSquare(wide, a.normEpsilon);
    taps.at(scalePoint, layer, scale);
    out = (wide / scale).to(x.scalar_type());
    if (a.norm == Norm::RmsNorm) {
        taps.at(normalizedPoint, layer, out);
        return withGain(w, out);
    }
    out = withGain(w, out);
    if (w.bias.defined())
        out = out + w.bias;
    taps.at(normalizedPoint, layer, out);
    return out;
}

} // namespace microtome::nn
