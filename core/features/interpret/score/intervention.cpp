#include "core/features/interpret/score/intervention.h"

#include "core/features/interpret/score/bootstrap.h"

namespace microtome {

InterventionScore scoreIntervention(
    std::span<const Intervened> texts, double eps, std::uint64_t seed)
{
    InterventionScore result;
    std::vector<std::pair<double, double>> measured;
    for (const Intervened& text : texts) {
        ++result.asked;
        if (text.gain && std::isfinite(*text.gain) && std::isfinite(text.kl))
            measured.emplace_back(*text.gain, text.kl);
        else
            ++result.missing;
    }
    if (measured.empty())
        return result;
    const auto count = static_cast<double>(measured.size());
    for (const auto& [gain, kl] : measured) {
        result.gain += gain / count;
        result.kl += kl / count;
    }
    result.score = bootstrap(result.gain / (result.kl + eps), seed, [&](Draws& draws) {
        double gain = 0, kl = 0;
        for (std::size_t i = 0; i < measured.size(); ++i) {
            const auto& text = measured[draws.below(measured.size())];
            gain += text.first / count;
            kl += text.second / count;
        }
        return gain / (kl + eps);
    });
    return result;
}

} // namespace microtome
