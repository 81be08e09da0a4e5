#include "core/features/directions/logittable.h"

#include <cmath>
#include <numeric>

namespace microtome {

ReadOutWeights readOutWeights(const Model& model)
{
    std::vector<TokenId> ids(static_cast<std::size_t>(model.architecture().outputs()));
    std::iota(ids.begin(), ids.end(), 0);
    return readOutWeights(model, ids);
}

ReadOutWeights readOutWeights(const Model& model, const std::vector<TokenId>& ids)
{
    const Architecture& a = model.architecture();
    ReadOutWeights weights;
    weights.unembedding = model.unembedding(ids);
    if (a.finalNorm && a.norm != Norm::None) {
        const Matrix gain = model.weight("ln_final.w");
        weights.gain.assign(gain.values().begin(), gain.values().end());
        weights.centred = a.norm == Norm::LayerNorm;
    }
    return weights;
}

std::vector<double> throughFinalNorm(
    const ReadOutWeights& weights, std::span<const float> direction)
{
    std::vector<double> seen(direction.begin(), direction.end());
    const double mean = weights.centred
        ? std::accumulate(seen.begin(), seen.end(), 0.0) / static_cast<double>(seen.size())
        : 0;
    for (std::size_t i = 0; i < seen.size(); ++i)
        seen[i] = (seen[i] - mean)
            * (weights.gain.empty() ? 1.0 : static_cast<double>(weights.gain[i]));
    return seen;
}

void check(const Matrix& decoder, const ReadOutWeights& weights, const LogitTableSettings& settings)
{
    if (decoder.empty() || weights.unembedding.empty())
        throw Error("A logit table needs a dictionary with latents and a model with an "
                    "unembedding.");
    if (decoder.columns() != weights.width())
        throw Error("The dictionary writes " + std::to_string(decoder.columns())
            + " numbers, but the model's residual stream has " + std::to_string(weights.width())
            + ": take the dictionary's output that writes to the residual stream.");
    if (!weights.gain.empty() && weights.gain.size() != weights.width())
        throw Error("The final norm's gain has another width than the unembedding.");
    if (settings.bins == 0)
        throw Error("A histogram needs at least one bin.");
}

} // namespace microtome
