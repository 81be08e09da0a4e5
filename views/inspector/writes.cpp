#include "views/inspector/writes.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace microtome {

namespace {

/// The unembedding's bias, which is no part of what a vector adds; empty when it is zero.
std::vector<float> outputBias(Model& model)
{
    const Matrix bias = model.weight("unembed.b_U");
    const auto values = bias.values();
    if (std::ranges::all_of(values, [](float b) { return b == 0; }))
        return {};
    return {values.begin(), values.end()};
}

} // namespace

DirectLogits directLogits(
    Model& model, std::vector<float> vector, double finalScale, int count, const Progress& progress)
{
    const Architecture& a = model.architecture();
    if (a.finalNorm && a.norm != Norm::None) {
        double mean = 0;
        if (a.norm == Norm::LayerNorm)
            mean = std::accumulate(vector.begin(), vector.end(), 0.0)
                / static_cast<double>(vector.size());
        const Matrix gain = model.weight("ln_final.w");
        for (std::size_t i = 0; i < vector.size(); ++i)
            vector[i] = static_cast<float>((vector[i] - mean) / finalScale * gain(0, i));
    }
    std::vector<TokenId> ids(static_cast<std::size_t>(a.vocabulary));
    std::iota(ids.begin(), ids.end(), 0);
    const std::size_t width = vector.size();
    ReadOutRequest request;
    request.rows = Matrix(1, width, std::move(vector));
    request.normalise = false;
    request.topK = 1;
    request.tracked = ids;
    std::vector<float> logits = model.readOut(request, progress).front().logits;
    if (const std::vector<float> bias = outputBias(model); !bias.empty())
        std::ranges::transform(logits, bias, logits.begin(), std::minus());

    const auto k = std::min(ids.size(), static_cast<std::size_t>(count));
    auto best = [&](auto before) {
        std::ranges::partial_sort(
            ids, ids.begin() + static_cast<std::ptrdiff_t>(k), [&](TokenId x, TokenId y) {
                const float zx = logits[static_cast<std::size_t>(x)];
                const float zy = logits[static_cast<std::size_t>(y)];
                return before(zx, zy) || (zx == zy && x < y);
            });
        std::vector<ReadOut::Entry> entries;
        for (std::size_t i = 0; i < k; ++i)
            entries.push_back({ids[i], logits[static_cast<std::size_t>(ids[i])]});
        return entries;
    };
    DirectLogits direct;
    direct.promoted = best(std::greater());
    direct.suppressed = best(std::less());
    return direct;
}

} // namespace microtome
