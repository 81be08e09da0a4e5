#include "core/features/interpret/score/surprisal.h"

#include <cmath>

namespace microtome {

SurprisalScore scoreSurprisal(std::span<const LossDifference> windows, std::uint64_t seed)
{
    std::vector<Judged> judged;
    for (const LossDifference& window : windows) {
        const bool measured = window.gain && std::isfinite(*window.gain);
        judged.push_back({window.fires, measured ? window.gain : std::nullopt, 0});
    }
    const ClassScore score = classScore(judged, seed);
    return {score.asked, score.missing, score.auc};
}

} // namespace microtome
