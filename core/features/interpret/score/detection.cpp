#include "core/features/interpret/score/detection.h"

namespace microtome {

std::size_t groupOf(const ScoringWindow& window)
{
    return window.fires() ? windowGroups - 1 + window.quantile
                          : static_cast<std::size_t>(window.group) - 1;
}

ClassScore scoreDetection(std::span<const ScoringWindow> windows, Judge& judge, std::uint64_t seed)
{
    std::vector<TokenRange> questions;
    for (const ScoringWindow& window : windows)
        questions.push_back(window.tokens);
    const auto answers = judge.detect(questions);
    std::vector<Judged> judged;
    for (std::size_t i = 0; i < windows.size(); ++i)
        judged.push_back({windows[i].fires(), answers.at(i), groupOf(windows[i])});
    return classScore(judged, seed);
}

} // namespace microtome
