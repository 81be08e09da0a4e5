#include "core/nn/mixing.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>

#include <limits>

namespace microtome::nn {

namespace {

constexpr std::int64_t block = 128; ///< queries, at positions that are multiples of it

} // namespace

bool canMixHeads(const at::Tensor& q)
{
    return q.device().is_cpu() && q.scalar_type() == at::kFloat && !at::GradMode::is_enabled()
        && q.size(0) >= 8;
}

at::Tensor mixHeads(const Architecture& a, double scale, const at::Tensor& q, const at::Tensor& k,
    const at::Tensor& v, std::int64_t first)
{
    const std::int64_t rows = q.size(0);
    const std::int64_t group = a.heads / a.kvHeads;
    const std::int64_t firstBlock = first / block;
    const std::int64_t blocks = (first + rows - 1) / block - firstBlock + 1;
    at::Tensor z = at::empty({rows, a.heads, a.dHead}, q.options());
    // Long blocks first: the last tasks are then short ones.
    at::parallel_for(0, a.heads * blocks, 1, [&](std::int64_t from, std::int64_t to) {
        const at::NoGradGuard guard;
        for (std::int64_t task = from; task < to; ++task) {
            const std::int64_t head = task % a.heads;
            const std::int64_t place = (firstBlock + blocks - 1 - task / a.heads) * block;
            const std::int64_t keys = std::min(place + block, first + rows);
            const std::int64_t begin = std::max(place - first, std::int64_t(0));
            const std::int64_t n = keys - first - begin;
            const at::Tensor own = q.select(1, head).narrow(0, begin, n);
            const at::Tensor seen = k.select(0, head / group).narrow(0, 0, keys);
            at::Tensor scores = at::empty({n, keys}, q.options());
            at::addmm_out(scores, scores, own, seen.t(), 0, scale);
            float* row = scores.data_ptr<float>() + (keys - n);
            for (std::int64_t i = 0; i < n; ++i, row += keys)
                std::fill(row + i + 1, row + n, -std::numeric_limits<float>::infinity());
            const at::Tensor pattern = at::_softmax(scores, 1, false);
            at::Tensor out = z.select(1, head).narrow(0, begin, n);
            at::mm_out(out, pattern, v.select(0, head / group).narrow(0, 0, keys));
        }
    });
    return z;
}

} // namespace microtome::nn
