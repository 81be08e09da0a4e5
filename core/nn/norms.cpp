#include "core/nn/norms.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/native_layer_norm.h>
#include <ATen/ops/where.h>

namespace microtome::nn {

namespace {

at::Tensor rootMeanSquare(const at::Tensor& x, double epsilon)
{
    return (x.square().mean(-1, true) + epsilon).sqrt();
}

at::Tensor withGainAndBias(const NormWeights& w, at::Tensor x)
{
    if (w.gain.defined())
        x = x * w.gain;
    return w.bias.defined() ? x + w.bias : x;
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
    return withGainAndBias(w, (wide / rootMeanSquare(wide, a.normEpsilon)).to(x.scalar_type()));
}

at::Tensor normalise(const Architecture& a, const NormWeights& w, const at::Tensor& x, Taps& taps,
    Point scalePoint, Point normalizedPoint, int layer)
{
    const bool asked = taps.asked(scalePoint, layer) || taps.asked(normalizedPoint, layer);
    if (a.norm == Norm::None || !asked)
        return normalise(a, w, x);

    const bool edited = taps.edited(scalePoint, layer) || taps.edited(normalizedPoint, layer);
    if (a.norm == Norm::LayerNorm && !edited) {
        const auto [y, mean, inverse] = layerNorm(a, w, x);
        at::Tensor scale = inverse.reciprocal();
        taps.at(scalePoint, layer, scale);
        if (taps.asked(normalizedPoint, layer)) {
            at::Tensor normalized = (x - mean) * inverse;
            taps.at(normalizedPoint, layer, normalized);
        }
        return y;
    }
    if (a.norm == Norm::LayerNorm && !taps.onPath()) {
        // Rows that no edit touches come from the same function as without edits.
        const auto [y, mean, inverse] = layerNorm(a, w, x);
        const auto rows = [&](std::initializer_list<Point> points) {
            return taps.touched(points, layer).to(x.device()).unsqueeze(1);
        };
        at::Tensor scale = inverse.reciprocal();
        taps.at(scalePoint, layer, scale);
        const at::Tensor centred = x - mean;
        at::Tensor normalized = at::where(rows({scalePoint}), centred / scale, centred * inverse)
                                    .to(x.scalar_type());
        taps.at(normalizedPoint, layer, normalized);
        return at::where(
            rows({scalePoint, normalizedPoint}), withGainAndBias(w, normalized), y);
    }
    at::Tensor wide = x.to(at::kFloat);
    if (a.norm == Norm::LayerNorm)
        wide = wide - wide.mean(-1, true);
    at::Tensor scale = rootMeanSquare(wide, a.normEpsilon);
    taps.at(scalePoint, layer, scale);
    at::Tensor normalized = (wide / scale).to(x.scalar_type());
    taps.at(normalizedPoint, layer, normalized);
    return withGainAndBias(w, normalized);
}

} // namespace microtome::nn
