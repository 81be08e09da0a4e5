#include "core/features/interpret/search/search.h"

#include "core/features/interpret/search/conjunction.h"

#include <algorithm>

namespace microtome {

namespace {

Predicate joined(const std::vector<Predicate>& ways)
{
    return ways.size() == 1 ? ways[0] : Predicate{AnyOf{ways}};
}

/// The best of each family that stands for itself.
std::vector<std::pair<Family, Finding>> simpleOf(
    const std::vector<Conjunction>& single, const Aim& aim)
{
    std::vector<std::pair<Family, Finding>> simple;
    for (const Conjunction& one : single) {
        const bool known = std::ranges::any_of(
            simple, [&](const auto& entry) { return entry.first == one.family; });
        if (!known)
            simple.emplace_back(one.family, Finding{one.predicate(), aim.f(one.tally), one.score});
    }
    return simple;
}

} // namespace

Findings search(const Clues& clues, const SearchSettings& settings, const Progress& progress)
{
    const Examples& examples = clues.examples();
    Bits open(examples.places().size());
    for (std::size_t i = 0; i < examples.places().size(); ++i)
        if (examples.places()[i].real())
            open.set(i);
    Aim aim;
    aim.firing = static_cast<double>(examples.firing());
    aim.penalty = settings.penalty;
    aim.support = examples.drawn(open)[0].all < 4 ? 1 : 2;

    Findings findings;
    std::vector<Predicate> ways;
    double score = -1;
    for (std::size_t way = 0; way < settings.disjuncts; ++way) {
        progress.step(static_cast<double>(way) / static_cast<double>(settings.disjuncts));
        // Nothing can be better than what fires from here on, all of it, in one statement.
        const Examples::Tally all{aim.firing - aim.has.hits, 0};
        if (way > 0 && aim.score(all, 1) <= score)
            break;
        std::vector<Conjunction> single;
        const Conjunction best
            = bestConjunction(clues, open, aim, settings, way == 0 ? &single : nullptr);
        if (way == 0)
            findings.simple = simpleOf(single, aim);
        if (best.score <= score)
            break;
        score = best.score;
        findings.best.f1 = aim.f(best.tally);
        ways.push_back(best.predicate());
        open -= best.bits;
        aim.has.hits += best.tally.hits;
        aim.has.alarms += best.tally.alarms;
        aim.complexity += best.complexity;
        if (best.parts.empty())
            break;
    }
    findings.best.predicate = joined(ways);
    findings.best.score = score;
    return findings;
}

} // namespace microtome
