#include "core/nn/dictionaries/pass.h"

#include "core/nn/dictionaries/kernels.h"
#include "core/nn/dictionaries/terms.h"
#include "core/nn/train/gemm.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <numeric>

namespace microtome::nn {

namespace {

using Kind = DictionaryRecipe::Kind;

constexpr std::int64_t tokensTogether = 16; ///< that a thread takes at once

/// y = f W_dec, and where `bias` is given + b_dec + x skip; [tokens, d_out]
at::Tensor made(const DictionaryWeights& w, const Entries& f, const at::Tensor& inputs, bool whole)
{
    const std::int64_t d = w.dOut();
    at::Tensor y = at::empty({f.tokens(), d}, at::kFloat);
    float* const out = y.data_ptr<float>();
    at::parallel_for(0, f.tokens(), tokensTogether, [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t t = from; t < to; ++t) {
            float* const row = out + t * d;
            if (whole)
                std::copy_n(w.outputBias(), d, row);
            else
                std::fill_n(row, d, 0.0f);
            const auto at = static_cast<std::size_t>(t);
            kernels::combine(f.begin[at + 1] - f.begin[at], f.latent.data() + f.begin[at],
                f.value.data() + f.begin[at], w.decoder(), d, row);
        }
    });
    if (whole && w.skip())
        gemm(false, false, f.tokens(), d, w.dIn(), 1, inputs.data_ptr<float>(), w.dIn(), w.skip(),
            d, 1, out, d);
    return y;
}

/// Σ x², in doubles, in an order that does not depend on threads.
double squares(const at::Tensor& x)
{
    const std::int64_t d = x.size(1);
    double sum = 0;
    for (std::int64_t t = 0; t < x.size(0); ++t) {
        const float* const row = x.data_ptr<float>() + t * d;
        sum += static_cast<double>(kernels::dot(d, row, row));
    }
    return sum;
}

/// sum [d] += Σ rows
void addRows(const at::Tensor& rows, float* sum)
{
    for (std::int64_t t = 0; t < rows.size(0); ++t)
        kernels::addTimes(rows.size(1), 1, rows.data_ptr<float>() + t * rows.size(1), sum);
}

/// The gate's latents max(π, 0) instead of f.
Entries openGates(const Entries& entries, const DictionaryWeights& w)
{
    Entries gates = entries;
    for (std::size_t e = 0; e < gates.value.size(); ++e)
        gates.value[e] = gates.pre[e] + w.bias()[gates.latent[e]];
    return gates;
}

} // namespace

at::Tensor DictionaryPass::centred(const DictionaryWeights& w, const at::Tensor& inputs) const
{
    if (!m_recipe.subtract)
        return inputs;
    return inputs - at::from_blob(w.outputBias(), {w.dIn()}, at::TensorOptions().dtype(at::kFloat));
}

Entries DictionaryPass::encode(
    const DictionaryWeights& w, const at::Tensor& inputs, std::optional<float> threshold) const
{
    const at::NoGradGuard guard;
    SelectSettings settings;
    settings.threshold = threshold;
    const at::Tensor x = centred(w, inputs);
    return selectLatents(m_recipe, w, x.data_ptr<float>(), x.size(0), settings).main;
}

at::Tensor DictionaryPass::decode(
    const DictionaryWeights& w, const Entries& f, const at::Tensor& inputs) const
{
    const at::NoGradGuard guard;
    return made(w, f, inputs, true);
}

/// L = 1/B Σ |y^ - y|² + terms of the kind (terms.h). With E = 2/B (y^ - y): dL/df = E W_dec^T at
/// the latents that fire, dW_dec = f^T E, db_dec = Σ E - (what is subtracted) W_enc^T Σ dz, dskip =
/// x^T E; dW_enc = dz^T (x - b_dec), db_enc = Σ dz.
DictionaryLoss DictionaryPass::differentiate(const DictionaryWeights& w, const DictionaryRows& rows,
    const std::vector<std::int32_t>& dead, double sparsity, DictionaryWeights& gradient) const
{
    const at::NoGradGuard guard;
    at::Tensor wiped = gradient.all();
    wiped.zero_();
    const std::int64_t tokens = rows.tokens();
    const auto count = static_cast<double>(tokens);
    const at::Tensor x = centred(w, rows.inputs);

    SelectSettings settings;
    settings.gradients = rows.gradients.defined() ? rows.gradients.data_ptr<float>() : nullptr;
    double auxScale = 0;
    if (m_recipe.topKind() && m_recipe.aux > 0 && !dead.empty()) {
        const std::int64_t most = std::max<std::int64_t>(1, w.dIn() / 2);
        const auto there = static_cast<std::int64_t>(dead.size());
        settings.dead = dead;
        settings.deadChosen = std::min(most, there);
        auxScale
            = m_recipe.aux * std::min(1.0, static_cast<double>(there) / static_cast<double>(most));
    }
    if (m_recipe.kind == Kind::JumpRelu)
        settings.margin = static_cast<float>(m_recipe.jump.bandwidth / 2);
    const Selected selected = selectLatents(m_recipe, w, x.data_ptr<float>(), tokens, settings);

    DictionaryLoss loss;
    const at::Tensor error = made(w, selected.main, rows.inputs, true).sub_(rows.targets);
    loss.squared = squares(error) / count;
    loss.total = loss.squared;
    const at::Tensor outer = error * (2 / count);
    addRows(outer, gradient.outputBias());
    if (w.skip())
        gemm(true, false, w.dIn(), w.dOut(), tokens, 1, rows.inputs.data_ptr<float>(), w.dIn(),
            outer.data_ptr<float>(), w.dOut(), 0, gradient.skip(), w.dOut());

    BatchView view{w, x, outer, {}, sparsity, m_recipe, dead};
    if (m_recipe.kind == Kind::Gated) {
        const at::Tensor viaGate
            = made(w, openGates(selected.main, w), rows.inputs, true).sub_(rows.targets);
        loss.total += squares(viaGate) / count;
        view.gateOuter = viaGate * (2 / count);
    }
    const EntriesByLatent main(selected.main, w.latents());
    loss.fired.resize(static_cast<std::size_t>(w.latents()));
    loss.total += addTerms(view, main, gradient, loss.fired);

    if (auxScale > 0) {
        const at::Tensor rest = made(w, selected.aux, rows.inputs, false).add_(error);
        loss.total += auxScale * squares(rest) / count;
        const EntriesByLatent aux(selected.aux, w.latents());
        addRevival(view, aux, rest * (2 * auxScale / count), gradient);
    }
    if (m_recipe.subtract)
        subtractThroughInput(w, gradient);
    return loss;
}

} // namespace microtome::nn
