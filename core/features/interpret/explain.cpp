#include "core/features/interpret/explain.h"

#include "core/features/interpret/english.h"
#include "core/features/interpret/predicate/evaluate.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

/// A predicate that says when the strength is above a share of the largest.
struct Attempt {
    double threshold = 0;
    std::vector<std::uint32_t> tokens; ///< above the threshold, on both sides of the split
    Findings findings;
    Agreement explaining;
    double skill = 0;
};

/// Firings on the side that explains: how many, and the largest strength.
std::pair<std::uint64_t, float> firingsOf(
    const Reading& reading, std::span<const std::uint32_t> tokens, std::span<const float> strengths)
{
    const Windows& windows = reading.windows();
    std::uint64_t count = 0, document = 0;
    float largest = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        document = reading.corpus().documentOf(tokens[i], document);
        if (!windows.in(windows.windowOf(tokens[i], document), Split::Explaining))
            continue;
        ++count;
        largest = std::max(largest, strengths[i]);
    }
    return {count, largest};
}

double skill(double f1, const Examples& examples)
{
    const auto firing = static_cast<double>(examples.firing());
    const double always = 2 * firing / (2 * firing + static_cast<double>(examples.silent()));
    return always < 1 ? (f1 - always) / (1 - always) : 0;
}

Attempt attempt(const Reading& reading, std::vector<std::uint32_t> tokens, double threshold,
    const ExplainSettings& settings, const Progress& progress)
{
    Attempt attempt;
    attempt.threshold = threshold;
    attempt.tokens = std::move(tokens);
    const Examples examples(
        reading, Split::Explaining, attempt.tokens, settings.limits, settings.seed);
    const Clues clues(reading, examples, settings.search.reach);
    attempt.findings = search(clues, settings.search, progress);
    attempt.explaining = agreementOf(
        examples, evaluate(attempt.findings.best.predicate, reading, examples.places()));
    attempt.skill = skill(attempt.findings.best.score, examples);
    return attempt;
}

std::string sentenceAt(const Predicate& predicate, const Reading& reading, double threshold)
{
    if (threshold <= 0)
        return "Fires " + english(predicate, reading) + ".";
    return "Fires above " + std::to_string(std::lround(threshold * 100))
        + " % of its largest value " + english(predicate, reading) + ".";
}

void check(const ExplainSettings& settings)
{
    const bool shares = std::ranges::all_of(
        settings.thresholds, [](double share) { return share >= 0 && share < 1; });
    if (settings.thresholds.empty() || !shares || settings.search.reach == 0
        || settings.search.reach > 250 || settings.search.conjuncts == 0
        || settings.search.disjuncts == 0 || settings.search.beam == 0)
        throw Error("Explaining needs thresholds from 0 to below 1, a reach from 1 to 250 tokens "
                    "and at least one statement; put the settings right.");
}

} // namespace

Explanation explainFirings(std::span<const std::uint32_t> tokens, std::span<const float> strengths,
    const Reading& reading, const ExplainSettings& settings, const Progress& progress)
{
    check(settings);
    Explanation explanation;
    const auto [firing, largest] = firingsOf(reading, tokens, strengths);
    explanation.firing = firing;
    if (firing == 0) {
        explanation.predicate = {AnyOf{}};
        explanation.sentence
            = "Does not fire in the part of the text that explanations are made from.";
        return explanation;
    }
    Attempt best;
    for (std::size_t t = 0; t < settings.thresholds.size(); ++t) {
        const double threshold = settings.thresholds[t];
        std::vector<std::uint32_t> above;
        for (std::size_t i = 0; i < tokens.size(); ++i)
            if (strengths[i] > threshold * largest)
                above.push_back(tokens[i]);
        if (t > 0 && above.size() == best.tokens.size())
            continue;
        const auto count = static_cast<double>(settings.thresholds.size());
        const auto at = static_cast<double>(t);
        Attempt next = attempt(reading, std::move(above), threshold, settings,
            progress.part(at / count, (at + 1) / count));
        if (t == 0 || next.skill > best.skill + settings.margin)
            best = std::move(next);
    }
    explanation.threshold = best.threshold;
    explanation.above = static_cast<float>(best.threshold * largest);
    explanation.predicate = best.findings.best.predicate;
    explanation.sentence = sentenceAt(explanation.predicate, reading, best.threshold);
    explanation.explaining = best.explaining;
    const Examples unseen(reading, Split::Scoring, best.tokens, settings.limits, settings.seed);
    explanation.scoring
        = agreementOf(unseen, evaluate(explanation.predicate, reading, unseen.places()));
    for (const auto& [family, finding] : best.findings.simple)
        explanation.simple.push_back({family, finding.predicate,
            sentenceAt(finding.predicate, reading, best.threshold), finding.f1});
    return explanation;
}

Explanation explain(const FeatureIndex& index, const Reading& reading, std::uint32_t latent,
    const ExplainSettings& settings, const Progress& progress)
{
    checkMadeOver(index, reading.corpus());
    std::vector<std::uint32_t> tokens;
    std::vector<float> strengths;
    eachFiring(index.postings(latent), [&](std::uint32_t token, float value) {
        const float strength = settings.strength == Strength::Magnitude ? std::abs(value) : value;
        if (!(strength > 0))
            return;
        tokens.push_back(token);
        strengths.push_back(strength);
    });
    return explainFirings(tokens, strengths, reading, settings, progress);
}

} // namespace microtome
