#include "core/nn/mlp.h"

#include "core/nn/activation.h"
#include "core/nn/norms.h"

#include <ATen/TensorOperators.h>

namespace microtome::nn {

at::Tensor runMlp(
    const Architecture& a, const BlockWeights& w, int layer, at::Tensor x, Taps& taps)
{
    taps.at(Point::MlpIn, layer, x);
    const at::Tensor normal
        = normalise(a, w.ln2, x, taps, Point::Ln2Scale, Point::Ln2Normalized, layer);
    at::Tensor post;
    if (a.gatedMlp) {
        at::Tensor pre = w.gate(normal);
        taps.at(Point::MlpPre, layer, pre);
        at::Tensor linear = w.in(normal);
        taps.at(Point::MlpPreLinear, layer, linear);
        post = activate(a.activation, pre) * linear;
        if (w.postBias.defined())
            post = post + w.postBias;
    } else {
        at::Tensor pre = w.in(normal);
        taps.at(Point::MlpPre, layer, pre);
        post = activate(a.activation, pre);
    }
    taps.at(Point::MlpPost, layer, post);
    at::Tensor out = w.out(post);
    taps.at(Point::MlpOut, layer, out);
    return out;
}

} // namespace microtome::nn
