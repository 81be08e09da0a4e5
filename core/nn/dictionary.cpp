#include "core/nn/dictionary.h"

#include "core/features/coder/norm.h"
#include "core/nn/selection.h"
#include "core/work/error.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>

namespace microtome {

namespace {

constexpr std::int64_t tokensAtOnce = 256;
constexpr std::int64_t latentsAtOnce = 1024; // a tile of 1 MB

/// Rows [begin, end) of a matrix, not copied.
at::Tensor rows(const Matrix& m, std::int64_t begin, std::int64_t end)
{
    const auto columns = static_cast<std::int64_t>(m.columns());
    return at::from_blob(const_cast<float*>(m.values().data()) + begin * columns,
        {end - begin, columns}, at::kFloat);
}

/// norm(x) - subtracted, of all tokens.
Matrix prepared(const CoderInput& input, const Matrix& x)
{
    if (input.norm.kind == InputNorm::Kind::None && input.subtracted.empty())
        return x;
    std::vector<float> values;
    values.reserve(x.size());
    for (std::size_t t = 0; t < x.rows(); ++t) {
        const NormedToken token = normed(input.norm, x.row(t));
        for (std::size_t i = 0; i < token.values.size(); ++i) {
            const double less
                = input.subtracted.empty() ? 0 : static_cast<double>(input.subtracted[i]);
            values.push_back(static_cast<float>(token.values[i] - less));
        }
    }
    return {x.rows(), x.columns(), std::move(values)};
}

/// products [tokens, latents] of some tokens and latents, summed over the inputs.
void multiply(at::Tensor products, const SparseCoder& coder, const std::vector<Matrix>& inputs,
    std::pair<std::int64_t, std::int64_t> tokens, std::pair<std::int64_t, std::int64_t> latents)
{
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const at::Tensor x = rows(inputs[i], tokens.first, tokens.second);
        const at::Tensor w = rows(coder.inputs[i].encoder, latents.first, latents.second).t();
        if (i == 0)
            at::mm_out(products, x, w);
        else
            at::addmm_out(products, products, x, w);
    }
}

} // namespace

FiredLatents encodeFast(
    const SparseCoder& coder, const std::vector<Matrix>& inputs, const Progress& progress)
{
    const std::size_t tokens = tokensOf(coder, inputs);
    const auto selection = nn::selectionFor(coder, tokens);
    if (!selection) // each step of matching pursuit depends on the one before
        return FiredLatents::of(encode(coder, inputs));

    const at::NoGradGuard guard;
    std::vector<Matrix> x;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        x.push_back(prepared(coder.inputs[i], inputs[i]));
    const auto* glu = std::get_if<GluActivation>(&coder.activation);
    const auto n = static_cast<std::int64_t>(coder.latents());
    const auto all = static_cast<std::int64_t>(tokens);
    const std::int64_t height = std::min(tokensAtOnce, all);
    const std::int64_t width = std::min(latentsAtOnce, n);
    const at::Tensor scratch = at::empty({height * width}, at::kFloat);
    const at::Tensor gates = glu ? at::empty({height * width}, at::kFloat) : at::Tensor();

    for (std::int64_t t = 0; t < all; t += height) {
        const std::pair some(t, std::min(t + height, all));
        const std::int64_t count = some.second - some.first;
        for (std::int64_t l = 0; l < n; l += width) {
            progress.check();
            const std::pair tile(l, std::min(l + width, n));
            const std::int64_t wide = tile.second - tile.first;
            const at::Tensor products = scratch.narrow(0, 0, count * wide).view({count, wide});
            multiply(products, coder, x, some, tile);
            at::Tensor second;
            if (glu) {
                second = gates.narrow(0, 0, count * wide).view({count, wide});
                at::mm_out(second, rows(x.front(), some.first, some.second),
                    rows(glu->weights, tile.first, tile.second).t());
            }
            at::parallel_for(0, count, 16, [&](std::int64_t from, std::int64_t to) {
                for (std::int64_t i = from; i < to; ++i) {
                    const auto row = [&](const at::Tensor& m) {
                        return std::span<const float>(
                            m.data_ptr<float>() + i * wide, static_cast<std::size_t>(wide));
                    };
                    selection->offer(static_cast<std::size_t>(t + i), static_cast<std::size_t>(l),
                        row(products), second.defined() ? row(second) : std::span<const float>());
                }
            });
        }
    }
    return selection->chosen();
}

} // namespace microtome
