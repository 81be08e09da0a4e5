#include "core/nn/train/gemm.h"
#include "core/nn/train/kernels.h"
#include "core/nn/train/ops.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <vector>

namespace microtome::nn::fused {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr std::int64_t block = 64; ///< queries that are taken at once

/// Where queries, keys and values of all heads lie.
struct Form {
    std::int64_t rows = 0;
    std::int64_t width = 0;
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t dHead = 0;
    std::int64_t fusion = 0;
    std::int64_t pairs = 0; ///< that are turned
    std::int64_t adjacent = 0;

    std::vector<std::int64_t> numbers() const
    {
        return {rows, width, heads, kvHeads, dHead, fusion, pairs, adjacent};
    }
    static Form from(const std::vector<std::int64_t>& n)
    {
        return {n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]};
    }

    bool fused() const { return static_cast<Fusion>(fusion) != Fusion::None; }
    /// From one token to the next, of queries (0), keys (1) or values (2).
    std::int64_t stride(int part) const
    {
        return fused() ? 3 * heads * dHead : (part == 0 ? heads : kvHeads) * dHead;
    }
    /// Of a head of a row, from the part's memory.
    std::int64_t offset(int part, std::int64_t row, std::int64_t head) const
    {
        const std::int64_t begin = row * width * stride(part);
        if (!fused())
            return begin + head * dHead;
        if (static_cast<Fusion>(fusion) == Fusion::Thirds)
            return begin + (part * heads + head) * dHead;
        return begin + (3 * head + part) * dHead;
    }
};

using Parts = std::array<float*, 3>;

Parts partsOf(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v)
{
    const auto data = [&](const at::Tensor& t) {
        return (t.defined() && t.numel() > 0 ? t : q).data_ptr<float>();
    };
    return {data(q), data(k), data(v)};
}

/// Turns the queries or keys of one head of one row by the angles of their positions.
void turnHead(
    const Form& f, const at::Tensor& cosine, const at::Tensor& sine, float sign, int part, float* x)
{
    for (std::int64_t t = 0; t < f.width; ++t, x += f.stride(part))
        kernels::turn(f.pairs, f.adjacent ? 2 : 1, cosine.data_ptr<float>() + t * f.pairs,
            sine.data_ptr<float>() + t * f.pairs, sign, x, x + (f.adjacent ? 1 : f.pairs));
}

struct Attention : Function<Attention> {
    static at::Tensor forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& k,
        const at::Tensor& v, const at::Tensor& cosine, const at::Tensor& sine, const Form& f,
        double factor)
    {
        const auto scale = static_cast<float>(factor);
        const Parts parts = partsOf(q, k, v);
        const std::int64_t zStride = f.heads * f.dHead;
        at::Tensor z = at::empty({f.rows * f.width, zStride}, q.options());
        at::Tensor logSums = at::empty({f.rows, f.heads, f.width}, q.options());
        const std::int64_t group = f.heads / f.kvHeads;
        at::parallel_for(0, f.rows * f.kvHeads, 1, [&](std::int64_t from, std::int64_t to) {
            std::vector<float> scores(static_cast<std::size_t>(block * f.width));
            for (std::int64_t task = from; task < to; ++task) {
                const std::int64_t row = task / f.kvHeads;
                const std::int64_t shared = task % f.kvHeads;
                float* const keys = parts[1] + f.offset(1, row, shared);
                const float* const values = parts[2] + f.offset(2, row, shared);
                if (f.pairs > 0)
                    turnHead(f, cosine, sine, 1, 1, keys);
                for (std::int64_t head = shared * group; head < (shared + 1) * group; ++head) {
                    float* const queries = parts[0] + f.offset(0, row, head);
                    if (f.pairs > 0)
                        turnHead(f, cosine, sine, 1, 0, queries);
                    float* const own
                        = z.data_ptr<float>() + row * f.width * zStride + head * f.dHead;
                    float* const sums
                        = logSums.data_ptr<float>() + (row * f.heads + head) * f.width;
                    for (std::int64_t first = 0; first < f.width; first += block) {
                        const std::int64_t n = std::min(block, f.width - first);
                        const std::int64_t seen = first + n;
                        gemm(false, true, n, seen, f.dHead, scale, queries + first * f.stride(0),
                            f.stride(0), keys, f.stride(1), 0, scores.data(), seen);
                        kernels::causalSoftmax(n, seen, first, scores.data(), sums + first);
                        gemm(false, false, n, f.dHead, seen, 1, scores.data(), seen, values,
                            f.stride(2), 0, own + first * zStride, zStride);
                    }
                }
            }
        });
        ctx->save_for_backward({q, k, v, cosine, sine, logSums});
        ctx->saved_data["form"] = f.numbers();
        ctx->saved_data["scale"] = factor;
        return z;
    }

    static variable_list backward(AutogradContext* ctx, const variable_list& gradients)
    {
        const auto saved = ctx->get_saved_variables();
        const Form f = Form::from(ctx->saved_data["form"].toIntVector());
        const auto scale = static_cast<float>(ctx->saved_data["scale"].toDouble());
        const at::Tensor dz = gradients[0].contiguous();
        const auto like
            = [](const at::Tensor& t) { return t.numel() > 0 ? at::empty_like(t) : at::Tensor(); };
        const at::Tensor dq = like(saved[0]);
        const at::Tensor dk = like(saved[1]);
        const at::Tensor dv = like(saved[2]);
        const Parts parts = partsOf(saved[0], saved[1], saved[2]);
        const Parts out = partsOf(dq, dk, dv);
        const std::int64_t group = f.heads / f.kvHeads;
        at::parallel_for(0, f.rows * f.kvHeads, 1, [&](std::int64_t from, std::int64_t to) {
            const auto size = static_cast<std::size_t>(block * f.width);
            std::vector<float> pattern(size), gradient(size);
            for (std::int64_t task = from; task < to; ++task) {
                const std::int64_t row = task / f.kvHeads;
                const std::int64_t shared = task % f.kvHeads;
                const std::int64_t keyPlace = f.offset(1, row, shared);
                const std::int64_t valuePlace = f.offset(2, row, shared);
                for (std::int64_t head = shared * group; head < (shared + 1) * group; ++head) {
                    differentiate(f, scale, row, head, parts, out, keyPlace, valuePlace,
                        head == shared * group, saved[5], dz, pattern.data(), gradient.data());
                    if (f.pairs > 0)
                        turnHead(f, saved[3], saved[4], -1, 0, out[0] + f.offset(0, row, head));
                }
                if (f.pairs > 0)
                    turnHead(f, saved[3], saved[4], -1, 1, out[1] + keyPlace);
            }
        });
        return {dq, dk, dv, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
    }

private:
    /// One head of one row. The last block of queries comes first: it meets all keys, so that what
    /// follows can be added. `fresh`: nothing stands in the keys' and values' gradients yet.
    static void differentiate(const Form& f, float scale, std::int64_t row, std::int64_t head,
        const Parts& parts, const Parts& out, std::int64_t keyPlace, std::int64_t valuePlace,
        bool fresh, const at::Tensor& logSums, const at::Tensor& dz, float* pattern,
        float* gradient)
    {
        const std::int64_t zStride = f.heads * f.dHead;
        const std::int64_t queryPlace = f.offset(0, row, head);
        const float* const keys = parts[1] + keyPlace;
        const float* const values = parts[2] + valuePlace;
        const float* const sums = logSums.data_ptr<float>() + (row * f.heads + head) * f.width;
        const float* const own = dz.data_ptr<float>() + row * f.width * zStride + head * f.dHead;
        for (std::int64_t first = (f.width - 1) / block * block; first >= 0; first -= block) {
            const std::int64_t n = std::min(block, f.width - first);
            const std::int64_t seen = first + n;
            const float add = fresh && seen == f.width ? 0.0f : 1.0f;
            const float* const queries = parts[0] + queryPlace + first * f.stride(0);
            const float* const upper = own + first * zStride;
            gemm(false, true, n, seen, f.dHead, scale, queries, f.stride(0), keys, f.stride(1), 0,
                pattern, seen);
            kernels::causalProbabilities(n, seen, first, pattern, sums + first);
            gemm(true, false, seen, f.dHead, n, 1, pattern, seen, upper, zStride, add,
                out[2] + valuePlace, f.stride(2));
            gemm(false, true, n, seen, f.dHead, 1, upper, zStride, values, f.stride(2), 0, gradient,
                seen);
            kernels::softmaxGradient(n, seen, scale, pattern, gradient);
            gemm(false, false, n, f.dHead, seen, 1, gradient, seen, keys, f.stride(1), 0,
                out[0] + queryPlace + first * f.stride(0), f.stride(0));
            gemm(true, false, seen, f.dHead, n, 1, gradient, seen, queries, f.stride(0), add,
                out[1] + keyPlace, f.stride(1));
        }
    }
};

} // namespace

at::Tensor attention(const Architecture& a, Fusion fusion, double scale, std::int64_t rows,
    const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Rotary::Angles& angles)
{
    Form f;
    f.rows = rows;
    f.width = q.size(0) / rows;
    f.heads = a.heads;
    f.kvHeads = a.kvHeads;
    f.dHead = a.dHead;
    f.fusion = static_cast<std::int64_t>(fusion);
    f.pairs = angles.cosine.defined() ? angles.cosine.size(1) : 0;
    f.adjacent = a.rotaryAdjacent ? 1 : 0;
    // A function of autograd takes no undefined tensors; an empty one stands for what is not there.
    const auto orNone
        = [&](const at::Tensor& t) { return t.defined() ? t : at::empty({0}, q.options()); };
    return Attention::apply(
        q, orNone(k), orNone(v), orNone(angles.cosine), orNone(angles.sine), f, scale);
}

} // namespace microtome::nn::fused
