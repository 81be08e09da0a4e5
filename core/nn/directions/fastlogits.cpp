#include "core/nn/directions/fastlogits.h"

#include "core/features/directions/logitsummary.h"
#include "core/nn/network.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

namespace microtome {

namespace {

constexpr std::size_t held = std::size_t(64) << 20; // bytes of logits at once

/// Latents whose logits are held together: a multiple of 16.
std::size_t rowsAtOnce(std::size_t vocabulary)
{
    const std::size_t fit = held / (sizeof(float) * vocabulary) / 16 * 16;
    return std::clamp<std::size_t>(fit, 16, 512);
}

} // namespace

std::vector<LatentLogits> logitTableFast(const Matrix& decoder, const ReadOutWeights& weights,
    const LogitTableSettings& settings, const Progress& progress)
{
    const at::NoGradGuard guard;
    check(decoder, weights, settings);
    const std::size_t n = decoder.rows();
    const std::size_t height = std::min(n, rowsAtOnce(weights.vocabulary()));
    const auto d = static_cast<std::int64_t>(weights.width());
    const auto vocabulary = static_cast<std::int64_t>(weights.vocabulary());
    const at::Tensor unembedding = nn::toTensor(weights.unembedding).t();
    const at::Tensor seen = at::empty({static_cast<std::int64_t>(height), d}, at::kFloat);
    const at::Tensor all = at::empty({static_cast<std::int64_t>(height), vocabulary}, at::kFloat);

    std::vector<LatentLogits> table(n);
    for (std::size_t first = 0; first < n; first += height) {
        progress.step(static_cast<double>(first) / static_cast<double>(n), "logits");
        const std::size_t count = std::min(height, n - first);
        for (std::size_t i = 0; i < count; ++i) {
            const auto row = throughFinalNorm(weights, decoder.row(first + i));
            std::transform(row.begin(), row.end(), seen.data_ptr<float>() + i * weights.width(),
                [](double x) { return static_cast<float>(x); });
        }
        const auto rows = static_cast<std::int64_t>(count);
        at::Tensor logits = all.narrow(0, 0, rows);
        at::mm_out(logits, seen.narrow(0, 0, rows), unembedding);
        float* data = logits.data_ptr<float>();
        at::parallel_for(0, rows, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                table[first + static_cast<std::size_t>(i)]
                    = summarised({data + i * vocabulary, weights.vocabulary()}, settings);
        });
    }
    progress.step(1, "logits");
    return table;
}

Matrix throughHeads(const Matrix& decoder, const std::vector<Matrix>& out)
{
    const at::NoGradGuard guard;
    std::size_t width = 0;
    for (const Matrix& head : out)
        width += head.columns() == out.front().columns() ? head.rows() : 0;
    if (out.empty() || width != decoder.columns() || decoder.empty())
        throw Error("The dictionary writes " + std::to_string(decoder.columns())
            + " numbers, but the layer's heads have " + std::to_string(width) + " together.");
    at::Tensor written = at::zeros({static_cast<std::int64_t>(decoder.rows()),
                                       static_cast<std::int64_t>(out.front().columns())},
        at::kFloat);
    std::int64_t begin = 0;
    for (const Matrix& head : out) {
        const auto dHead = static_cast<std::int64_t>(head.rows());
        written.addmm_(nn::toTensor(decoder).narrow(1, begin, dHead), nn::toTensor(head));
        begin += dHead;
    }
    return nn::toMatrix(written);
}

} // namespace microtome
