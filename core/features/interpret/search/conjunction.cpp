#include "core/features/interpret/search/conjunction.h"

#include "core/features/interpret/predicate/evaluate.h"

#include <algorithm>
#include <array>

namespace microtome {

namespace {

constexpr std::size_t mostOfFamily = 2; // in a beam

/// One option more on a conjunction; where it holds is found out when it is kept.
struct Step {
    const Conjunction* from = nullptr;
    Option option;
    double complexity = 0;
    double score = 0;
};

std::vector<Step> stepsFrom(const Clues& clues, const Conjunction& from, const Aim& aim)
{
    std::vector<Step> steps;
    for (Option& option : clues.options(from.bits, aim)) {
        const auto& [hits, alarms] = option.tally;
        const bool narrows = hits + alarms < from.tally.hits + from.tally.alarms - 1e-6;
        if (!narrows || !(hits > 0))
            continue;
        const double sum = from.complexity + complexity(option.predicate);
        const double score = aim.score(option.tally, sum);
        steps.push_back({&from, std::move(option), sum, score});
    }
    return steps;
}

Conjunction taken(const Clues& clues, Step& step)
{
    Conjunction next;
    next.parts = step.from->parts;
    next.tally = step.option.tally;
    next.complexity = step.complexity;
    next.score = step.score;
    next.family = step.option.family;
    if (step.option.bits) {
        next.bits = step.from->bits;
        next.bits &= *step.option.bits;
    } else {
        next.bits = evaluate(
            step.option.predicate, clues.reading(), clues.examples().places(), step.from->bits);
    }
    next.parts.push_back(std::move(step.option.predicate));
    return next;
}

/// The best steps, of each family a few.
std::vector<Conjunction> kept(const Clues& clues, std::vector<Step> steps, std::size_t most)
{
    std::ranges::stable_sort(steps, std::greater(), &Step::score);
    std::vector<Conjunction> beam;
    std::array<std::size_t, families> counts{};
    for (Step& step : steps) {
        if (beam.size() == most)
            break;
        const bool known = std::ranges::any_of(beam, [&](const Conjunction& other) {
            return other.score == step.score && other.complexity == step.complexity;
        });
        if (!known && counts[static_cast<std::size_t>(step.option.family)]++ < mostOfFamily)
            beam.push_back(taken(clues, step));
    }
    return beam;
}

/// Chooses each set of ids at a place anew, given all other parts.
void polish(Conjunction& best, const Clues& clues, const Bits& open, const Aim& aim)
{
    for (std::size_t p = 0; p < best.parts.size(); ++p) {
        const auto* token = std::get_if<TokenIs>(&best.parts[p].is);
        if (!token)
            continue;
        Conjunction others = best;
        others.parts.erase(others.parts.begin() + static_cast<std::ptrdiff_t>(p));
        others.complexity -= complexity(best.parts[p]);
        others.bits
            = evaluate(others.predicate(), clues.reading(), clues.examples().places(), open);
        std::vector<Option> options;
        clues.tokenSets(others.bits, aim, token->at, options);
        for (Option& option : options) {
            const double sum = others.complexity + complexity(option.predicate);
            Step step{&others, option, sum, aim.score(option.tally, sum)};
            if (step.score > best.score)
                best = taken(clues, step);
        }
    }
}

} // namespace

Predicate Conjunction::predicate() const
{
    return parts.size() == 1 ? parts[0] : Predicate{AllOf{parts}};
}

Conjunction bestConjunction(const Clues& clues, const Bits& open, const Aim& aim,
    const SearchSettings& settings, std::vector<Conjunction>* single)
{
    Conjunction best;
    best.bits = open;
    best.tally = clues.examples().tally(open);
    best.score = aim.score(best.tally, 0);
    std::vector<Conjunction> beam{best};
    for (std::size_t depth = 0; depth < settings.conjuncts && !beam.empty(); ++depth) {
        std::vector<Step> steps;
        for (const Conjunction& from : beam)
            for (Step& step : stepsFrom(clues, from, aim))
                steps.push_back(std::move(step));
        const std::size_t width = depth == 0 ? settings.beam : (settings.beam + 1) / 2;
        std::vector<Conjunction> next = kept(clues, std::move(steps), width);
        if (depth == 0 && single)
            *single = next;
        const bool better = !next.empty() && next[0].score > best.score;
        if (better)
            best = next[0];
        else if (depth > 0)
            break;
        beam = std::move(next);
    }
    if (best.parts.size() > 1)
        polish(best, clues, open, aim);
    return best;
}

} // namespace microtome
