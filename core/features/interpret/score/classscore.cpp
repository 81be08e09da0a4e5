#include "core/features/interpret/score/classscore.h"

#include "core/features/interpret/score/bootstrap.h"

#include <algorithm>
#include <map>

namespace microtome {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// Chances of yes, of true and of false questions.
struct Chances {
    std::vector<double> ofTrue, ofFalse;

    Chances resampled(Draws& draws) const
    {
        Chances sample;
        for (const auto& [from, to] :
            {std::pair(&ofTrue, &sample.ofTrue), std::pair(&ofFalse, &sample.ofFalse)})
            for (std::size_t i = 0; i < from->size(); ++i)
                to->push_back((*from)[draws.below(from->size())]);
        return sample;
    }
};

double yes(const std::vector<double>& chances)
{
    return static_cast<double>(
        std::ranges::count_if(chances, [](double chance) { return chance >= 0.5; }));
}

double f1(const Chances& chances)
{
    const double hits = yes(chances.ofTrue), alarms = yes(chances.ofFalse);
    const double all = hits + alarms + static_cast<double>(chances.ofTrue.size());
    return all > 0 ? 2 * hits / all : nothing;
}

/// Mann and Whitney's U / (n m), from the ranks of both together.
double auc(Chances chances)
{
    auto& [high, low] = chances;
    if (high.empty() || low.empty())
        return nothing;
    std::ranges::sort(low);
    double sum = 0;
    for (const double chance : high) {
        const auto [begin, end] = std::ranges::equal_range(low, chance);
        sum += static_cast<double>((begin - low.begin()) + (end - low.begin())) / 2;
    }
    return sum / static_cast<double>(high.size()) / static_cast<double>(low.size());
}

Estimate share(double of, double all)
{
    return wilson(all > 0 ? of / all : 0, all);
}

std::vector<GroupScore> byGroup(std::span<const Judged> answers)
{
    std::map<std::size_t, GroupScore> groups;
    std::map<std::size_t, double> right;
    for (const Judged& answer : answers) {
        GroupScore& group = groups[answer.group];
        group.group = answer.group;
        ++group.asked;
        group.missing += !answer.chance;
        right[answer.group] += answer.chance && (*answer.chance >= 0.5) == answer.truth;
    }
    std::vector<GroupScore> all;
    for (auto& [number, group] : groups) {
        group.right = share(right[number], static_cast<double>(group.asked - group.missing));
        all.push_back(group);
    }
    return all;
}

} // namespace

ClassScore classScore(std::span<const Judged> answers, std::uint64_t seed)
{
    ClassScore score;
    Chances chances;
    for (const Judged& answer : answers) {
        ++score.asked;
        if (answer.chance)
            (answer.truth ? chances.ofTrue : chances.ofFalse).push_back(*answer.chance);
        else
            ++score.missing;
    }
    const double hits = yes(chances.ofTrue), alarms = yes(chances.ofFalse);
    const auto negatives = static_cast<double>(chances.ofFalse.size());
    score.recall = share(hits, static_cast<double>(chances.ofTrue.size()));
    score.specificity = share(negatives - alarms, negatives);
    score.balancedAccuracy = meanOf(score.recall, score.specificity);
    score.precision = share(hits, hits + alarms);
    score.f1
        = bootstrap(f1(chances), seed, [&](Draws& draws) { return f1(chances.resampled(draws)); });
    score.auc = bootstrap(
        auc(chances), seed, [&](Draws& draws) { return auc(chances.resampled(draws)); });
    score.groups = byGroup(answers);
    return score;
}

} // namespace microtome
