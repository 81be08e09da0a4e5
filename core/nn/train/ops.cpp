#include "core/nn/train/ops.h"

#include "core/nn/activation.h"
#include "core/nn/train/gemm.h"
#include "core/nn/train/kernels.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

namespace microtome::nn::fused {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr std::int64_t rowGrain = 64; ///< rows a thread takes at least
constexpr std::int64_t numberGrain = 1 << 15;

/// A function of autograd takes no undefined tensors; an empty one stands for what is not there.
at::Tensor orNone(const at::Tensor& t, const at::Tensor& like)
{
    return t.defined() ? t : at::empty({0}, like.options());
}

bool has(const at::Tensor& t)
{
    return t.defined() && t.numel() > 0;
}

const float* in(const at::Tensor& t)
{
    return has(t) ? t.data_ptr<float>() : nullptr;
}

float* out(const at::Tensor& t)
{
    return has(t) ? t.data_ptr<float>() : nullptr;
}

/// A weight [out, in] as it lies in memory: row by row, or column by column.
struct Weight {
    at::Tensor tensor;
    bool byColumn; ///< memory is [in, out]
    std::int64_t outputs;
    std::int64_t inputs;

    explicit Weight(const at::Tensor& w)
        : tensor(w)
        , byColumn(!w.is_contiguous() && w.t().is_contiguous())
        , outputs(w.size(0))
        , inputs(w.size(1))
    {
        if (!byColumn)
            tensor = w.contiguous();
    }
    std::int64_t ld() const { return byColumn ? outputs : inputs; }

    /// y = x Wᵀ + beta y
    void forward(std::int64_t n, const float* x, float beta, float* y) const
    {
        gemm(
            false, !byColumn, n, outputs, inputs, 1, x, inputs, in(tensor), ld(), beta, y, outputs);
    }
    /// dx = dy W
    void backward(std::int64_t n, const float* dy, float* dx) const
    {
        gemm(false, byColumn, n, inputs, outputs, 1, dy, outputs, in(tensor), ld(), 0, dx, inputs);
    }
    /// dW += dyᵀ x (beta 1), or = (0), in memory of the same order.
    void gradient(std::int64_t n, const float* x, const float* dy, float beta, float* dw) const
    {
        if (byColumn)
            gemm(true, false, inputs, outputs, n, 1, x, inputs, dy, outputs, beta, dw, outputs);
        else
            gemm(true, false, outputs, inputs, n, 1, dy, outputs, x, inputs, beta, dw, inputs);
    }
    at::Tensor emptyGradient() const
    {
        return byColumn ? at::empty({inputs, outputs}, tensor.options())
                        : at::empty({outputs, inputs}, tensor.options());
    }
    at::Tensor asWeight(const at::Tensor& gradient) const
    {
        return byColumn ? gradient.t() : gradient;
    }
};

at::Tensor sumsOf(const at::Tensor& dy)
{
    at::Tensor sums = at::empty({dy.size(1)}, dy.options());
    kernels::columnSums(dy.size(0), dy.size(1), in(dy), out(sums));
    return sums;
}

struct Linear : Function<Linear> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w,
        const at::Tensor& bias, const at::Tensor& residual)
    {
        const Weight weight(w);
        const at::Tensor input = x.contiguous();
        const auto n = input.size(0);
        at::Tensor y = at::empty({n, weight.outputs}, x.options());
        const bool begun = has(bias) || has(residual);
        if (begun) {
            const at::Tensor base = has(residual) ? residual.contiguous() : residual;
            at::parallel_for(0, n, rowGrain, [&](std::int64_t from, std::int64_t to) {
                const auto at = from * weight.outputs;
                kernels::begin(to - from, weight.outputs, in(bias),
                    has(base) ? in(base) + at : nullptr, out(y) + at);
            });
        }
        weight.forward(n, in(input), begun ? 1 : 0, out(y));
        ctx->save_for_backward({input, w});
        ctx->saved_data["bias"] = has(bias);
        ctx->saved_data["residual"] = has(residual);
        return y;
    }

    static variable_list backward(AutogradContext* ctx, const variable_list& gradients)
    {
        const auto saved = ctx->get_saved_variables();
        const at::Tensor dy = gradients[0].contiguous();
        const Weight weight(saved[1]);
        const auto n = dy.size(0);
        at::Tensor dx = at::empty_like(saved[0]);
        weight.backward(n, in(dy), out(dx));
        const at::Tensor dw = weight.emptyGradient();
        weight.gradient(n, in(saved[0]), in(dy), 0, out(dw));
        return {dx, weight.asWeight(dw),
            ctx->saved_data["bias"].toBool() ? sumsOf(dy) : at::Tensor(),
            ctx->saved_data["residual"].toBool() ? dy : at::Tensor()};
    }
};

struct NormBranch : Function<NormBranch> {
    static variable_list forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& gain,
        const at::Tensor& bias, double epsilon, bool rms)
    {
        const auto n = x.size(0);
        const auto d = x.size(1);
        at::Tensor y = at::empty_like(x);
        at::Tensor mean = at::empty({rms ? 0 : n}, x.options());
        at::Tensor inverse = at::empty({n}, x.options());
        const auto eps = static_cast<float>(epsilon);
        at::parallel_for(0, n, rowGrain, [&](std::int64_t from, std::int64_t to) {
            const float* const own = in(x) + from * d;
            float* const result = out(y) + from * d;
            if (rms)
                kernels::rmsNorm(to - from, d, own, in(gain), eps, result, out(inverse) + from);
            else
                kernels::layerNorm(to - from, d, own, in(gain), in(bias), eps, result,
                    out(mean) + from, out(inverse) + from);
        });
        ctx->save_for_backward({x, gain, mean, inverse});
        ctx->saved_data["rms"] = rms;
        ctx->saved_data["bias"] = has(bias);
        return {y, x};
    }

    static variable_list backward(AutogradContext* ctx, const variable_list& gradients)
    {
        const auto saved = ctx->get_saved_variables();
        const at::Tensor& x = saved[0];
        const at::Tensor& gain = saved[1];
        const bool rms = ctx->saved_data["rms"].toBool();
        const bool biased = ctx->saved_data["bias"].toBool();
        const auto n = x.size(0);
        const auto d = x.size(1);
        const at::Tensor dy = gradients[0].contiguous();
        const at::Tensor pass = has(gradients[1]) ? gradients[1].contiguous() : gradients[1];
        at::Tensor dx = at::empty_like(x);
        // Partial sums of fixed rows, so that the result does not depend on threads.
        constexpr std::int64_t part = 512;
        const std::int64_t parts = (n + part - 1) / part;
        const at::Tensor dGain = has(gain) ? at::zeros({parts, d}, x.options()) : at::Tensor();
        const at::Tensor dBias = biased ? at::zeros({parts, d}, x.options()) : at::Tensor();
        at::parallel_for(0, parts, 1, [&](std::int64_t from, std::int64_t to) {
            for (std::int64_t p = from; p < to; ++p) {
                const std::int64_t row = p * part;
                const std::int64_t count = std::min(part, n - row);
                const auto at
                    = [&](const at::Tensor& t) { return has(t) ? in(t) + row * d : nullptr; };
                float* const g = has(dGain) ? out(dGain) + p * d : nullptr;
                float* const b = has(dBias) ? out(dBias) + p * d : nullptr;
                if (rms)
                    kernels::rmsNormGradient(count, d, at(x), in(gain), in(saved[3]) + row, at(dy),
                        at(pass), out(dx) + row * d, g);
                else
                    kernels::layerNormGradient(count, d, at(x), in(gain), in(saved[2]) + row,
                        in(saved[3]) + row, at(dy), at(pass), out(dx) + row * d, g, b);
            }
        });
        return {dx, has(dGain) ? sumsOf(dGain) : dGain, has(dBias) ? sumsOf(dBias) : dBias,
            at::Tensor(), at::Tensor()};
    }
};

struct Gelu : Function<Gelu> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x)
    {
        at::Tensor y = at::empty_like(x);
        at::parallel_for(0, x.numel(), numberGrain, [&](std::int64_t from, std::int64_t to) {
            kernels::gelu(to - from, in(x) + from, out(y) + from);
        });
        ctx->save_for_backward({x});
        return y;
    }

    static variable_list backward(AutogradContext* ctx, const variable_list& gradients)
    {
        const at::Tensor x = ctx->get_saved_variables()[0];
        const at::Tensor dy = gradients[0].contiguous();
        at::Tensor dx = at::empty_like(x);
        at::parallel_for(0, x.numel(), numberGrain, [&](std::int64_t from, std::int64_t to) {
            kernels::geluGradient(to - from, in(x) + from, in(dy) + from, out(dx) + from);
        });
        return {dx};
    }
};

struct GatedSilu : Function<GatedSilu> {
    static at::Tensor forward(
        AutogradContext* ctx, const at::Tensor& gate, const at::Tensor& linear)
    {
        at::Tensor y = at::empty_like(gate);
        at::parallel_for(0, y.numel(), numberGrain, [&](std::int64_t from, std::int64_t to) {
            kernels::gatedSilu(to - from, in(gate) + from, in(linear) + from, out(y) + from);
        });
        ctx->save_for_backward({gate, linear});
        return y;
    }

    static variable_list backward(AutogradContext* ctx, const variable_list& gradients)
    {
        const auto saved = ctx->get_saved_variables();
        const at::Tensor dy = gradients[0].contiguous();
        at::Tensor dGate = at::empty_like(dy);
        at::Tensor dLinear = at::empty_like(dy);
        at::parallel_for(0, dy.numel(), numberGrain, [&](std::int64_t from, std::int64_t to) {
            kernels::gatedSiluGradient(to - from, in(saved[0]) + from, in(saved[1]) + from,
                in(dy) + from, out(dGate) + from, out(dLinear) + from);
        });
        return {dGate, dLinear};
    }
};

struct UnembeddingLoss : Function<UnembeddingLoss> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& w,
        const at::Tensor& bias, const at::Tensor& targets, bool differentiate)
    {
        const Weight weight(w);
        const at::Tensor input = x.contiguous();
        const auto n = input.size(0);
        const auto d = input.size(1);
        const std::int64_t outputs = weight.outputs;
        constexpr std::int64_t together = 1 << 19; // logits that stay in a cache
        const std::int64_t step = std::clamp<std::int64_t>(together / outputs, 128, 4096);
        const at::Tensor logits = at::empty({std::min(step, n), outputs}, input.options());
        const at::Tensor dx = differentiate ? at::empty_like(input) : at::Tensor();
        const at::Tensor dw = differentiate ? weight.emptyGradient() : at::Tensor();
        const at::Tensor db
            = differentiate && has(bias) ? at::zeros({outputs}, input.options()) : at::Tensor();
        const float factor = 1.0f / static_cast<float>(n);
        double total = 0;
        for (std::int64_t begin = 0; begin < n; begin += step) {
            const std::int64_t count = std::min(step, n - begin);
            if (has(bias))
                kernels::begin(count, outputs, in(bias), nullptr, out(logits));
            weight.forward(count, in(input) + begin * d, has(bias) ? 1 : 0, out(logits));
            total += rowsOf(count, outputs, targets.data_ptr<std::int64_t>() + begin,
                differentiate ? factor : 0, out(logits));
            if (!differentiate)
                continue;
            weight.backward(count, in(logits), out(dx) + begin * d);
            weight.gradient(count, in(input) + begin * d, in(logits), begin == 0 ? 0 : 1, out(dw));
            if (has(db))
                for (std::int64_t i = 0; i < count; ++i)
                    kernels::begin(1, outputs, in(logits) + i * outputs, in(db), out(db));
        }
        ctx->save_for_backward({dx, has(dw) ? weight.asWeight(dw) : dw, db});
        return at::full({}, total / static_cast<double>(n), input.options());
    }

    static variable_list backward(AutogradContext* ctx, const variable_list& gradients)
    {
        auto saved = ctx->get_saved_variables();
        const double factor = gradients[0].item<double>();
        if (factor != 1)
            for (at::Tensor& t : saved)
                t = has(t) ? t * factor : t;
        return {saved[0], saved[1], saved[2], at::Tensor(), at::Tensor()};
    }

private:
    /// The losses of some rows; with a factor, logits become gradients.
    static double rowsOf(std::int64_t rows, std::int64_t outputs, const std::int64_t* targets,
        float factor, float* logits)
    {
        constexpr std::int64_t part = 32; // fixed, so that the sum does not depend on threads
        const std::int64_t parts = (rows + part - 1) / part;
        std::vector<double> sums(static_cast<std::size_t>(parts));
        at::parallel_for(0, parts, 1, [&](std::int64_t from, std::int64_t to) {
            for (std::int64_t p = from; p < to; ++p) {
                const std::int64_t row = p * part;
                const std::int64_t count = std::min(part, rows - row);
                float* const own = logits + row * outputs;
                sums[static_cast<std::size_t>(p)] = factor > 0
                    ? kernels::lossGradient(count, outputs, targets + row, factor, own)
                    : kernels::loss(count, outputs, targets + row, own);
            }
        });
        double total = 0;
        for (const double sum : sums)
            total += sum;
        return total;
    }
};

} // namespace

at::Tensor linear(const at::Tensor& x, const Product& p, const at::Tensor& residual)
{
    return Linear::apply(x, p.weight(), orNone(p.bias(), x), orNone(residual, x));
}

std::pair<at::Tensor, at::Tensor> normBranch(
    const Architecture& a, const NormWeights& w, const at::Tensor& x)
{
    if (a.norm == Norm::None)
        return {x, x};
    const auto both = NormBranch::apply(x, orNone(w.gain, x), orNone(w.bias, x),
        static_cast<double>(a.normEpsilon), a.norm == Norm::RmsNorm);
    return {both[0], both[1]};
}

at::Tensor activation(Activation kind, const at::Tensor& x)
{
    return kind == Activation::GeluTanh ? Gelu::apply(x) : activate(kind, x);
}

at::Tensor gated(Activation kind, const at::Tensor& gate, const at::Tensor& linear)
{
    return kind == Activation::Silu ? GatedSilu::apply(gate, linear)
                                    : activate(kind, gate) * linear;
}

at::Tensor unembeddingLoss(const at::Tensor& x, const Product& p, const at::Tensor& targets)
{
    return UnembeddingLoss::apply(
        x, p.weight(), orNone(p.bias(), x), targets, at::GradMode::is_enabled());
}

} // namespace microtome::nn::fused
