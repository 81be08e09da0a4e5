#include "core/nn/dictionaries/evaluation.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>

namespace microtome::nn {

namespace {

constexpr std::int64_t tokensTogether = 1024;

/// BatchTopK with all tokens as its batch: just below the least that is chosen.
float measuredThreshold(
    const DictionaryRecipe& recipe, const DictionaryWeights& w, const at::Tensor& inputs)
{
    const DictionaryPass pass(recipe);
    const Entries chosen = pass.encode(w, inputs, {});
    if (chosen.count() == 0)
        return 0;
    return *std::min_element(chosen.value.begin(), chosen.value.end()) * (1 - 1e-6f);
}

} // namespace

DictionaryEvaluation evaluateDictionary(
    const DictionaryRecipe& recipe, const DictionaryWeights& w, const DictionaryRows& rows)
{
    const at::NoGradGuard guard;
    const DictionaryPass pass(recipe);
    const std::int64_t tokens = rows.tokens();
    const std::int64_t d = w.dOut();
    DictionaryEvaluation made;
    made.frequencies.resize(static_cast<std::size_t>(w.latents()));
    std::optional<float> threshold;
    if (recipe.kind == DictionaryRecipe::Kind::BatchTopK)
        threshold = made.threshold = measuredThreshold(recipe, w, rows.inputs);

    std::vector<double> sums(static_cast<std::size_t>(d));
    double squares = 0;
    double errors = 0;
    double firing = 0;
    for (std::int64_t from = 0; from < tokens; from += tokensTogether) {
        const std::int64_t count = std::min(tokensTogether, tokens - from);
        const at::Tensor x = rows.inputs.narrow(0, from, count);
        const Entries f = pass.encode(w, x, threshold);
        const at::Tensor y = pass.decode(w, f, x);
        const float* const wanted = rows.targets.data_ptr<float>() + from * d;
        const float* const found = y.data_ptr<float>();
        for (std::int64_t i = 0; i < count * d; ++i) {
            const double value = wanted[i];
            const double error = value - static_cast<double>(found[i]);
            sums[static_cast<std::size_t>(i % d)] += value;
            squares += value * value;
            errors += error * error;
        }
        firing += static_cast<double>(f.firing());
        for (std::size_t e = 0; e < f.latent.size(); ++e)
            if (f.value[e] != 0)
                made.frequencies[static_cast<std::size_t>(f.latent[e])] += 1;
    }
    const auto all = static_cast<double>(tokens);
    for (const double sum : sums)
        squares -= sum * sum / all;
    for (double& share : made.frequencies)
        share /= all;
    made.fvu = squares > 0 ? errors / squares : 0;
    made.l0 = firing / all;
    return made;
}

} // namespace microtome::nn
