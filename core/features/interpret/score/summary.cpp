#include "core/features/interpret/score/summary.h"

#include "core/features/interpret/score/bootstrap.h"

namespace microtome {

namespace {

using Scored = std::vector<std::pair<double, double>>; // score, how much it counts

double mean(const Scored& scored)
{
    double sum = 0, weights = 0;
    for (const auto& [score, weight] : scored) {
        sum += score * weight;
        weights += weight;
    }
    return weights > 0 ? sum / weights : std::numeric_limits<double>::quiet_NaN();
}

Estimate estimate(const Scored& scored, std::uint64_t seed)
{
    return bootstrap(mean(scored), seed, [&](Draws& draws) {
        Scored sample;
        for (std::size_t i = 0; i < scored.size(); ++i)
            sample.push_back(scored[draws.below(scored.size())]);
        return mean(sample);
    });
}

} // namespace

ScoreSummary summarise(std::span<const LatentScore> latents, std::uint64_t seed)
{
    ScoreSummary summary;
    Scored plain, weighted;
    for (const LatentScore& latent : latents) {
        ++summary.latents;
        if (!latent.score || !std::isfinite(*latent.score)) {
            ++summary.missing;
            continue;
        }
        plain.emplace_back(*latent.score, 1);
        weighted.emplace_back(*latent.score, static_cast<double>(latent.firings));
    }
    summary.plain = estimate(plain, seed);
    summary.weighted = estimate(weighted, seed);
    return summary;
}

} // namespace microtome
