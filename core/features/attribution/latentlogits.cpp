#include "core/features/attribution/latentlogits.h"

#include <cmath>
#include <numeric>

namespace microtome {

Matrix latentLogits(const Matrix& decoder, std::span<const ActiveLatent> active,
    const ReadOutWeights& weights, double scale)
{
    check(decoder, weights, {});
    if (!(scale > 0) || !std::isfinite(scale))
        throw Error("The final norm's scale must be above 0.");
    std::vector<float> contributions;
    for (const ActiveLatent& one : active) {
        if (one.latent >= decoder.rows())
            throw Error("The dictionary has no latent " + std::to_string(one.latent) + ".");
        const auto seen = throughFinalNorm(weights, decoder.row(one.latent));
        const double factor = static_cast<double>(one.value) / scale;
        for (std::size_t token = 0; token < weights.vocabulary(); ++token) {
            const auto row = weights.unembedding.row(token);
            contributions.push_back(static_cast<float>(
                factor * std::inner_product(seen.begin(), seen.end(), row.begin(), 0.0)));
        }
    }
    return {active.size(), weights.vocabulary(), std::move(contributions)};
}

} // namespace microtome
