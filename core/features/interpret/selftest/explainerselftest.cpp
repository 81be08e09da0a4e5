#include "core/features/interpret/selftest/explainerselftest.h"

#include "core/features/interpret/english.h"
#include "core/features/interpret/predicate/evaluate.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

/// Calls `use(part)` for a predicate and all that is in it.
template <class Use> void eachPart(const Predicate& predicate, Use&& use)
{
    use(predicate);
    std::visit(
        [&](const auto& is) {
            if constexpr (requires { is.parts; })
                for (const Predicate& part : is.parts)
                    eachPart(part, use);
        },
        predicate.is);
}

bool isOf(PlantedKind kind, const Predicate& part)
{
    const auto* token = std::get_if<TokenIs>(&part.is);
    switch (kind) {
    case PlantedKind::TokenSet:
        return token && token->at == 0;
    case PlantedKind::Bigram:
        return token && token->at == -1;
    case PlantedKind::AfterWord:
        return std::holds_alternative<TokenNear>(part.is);
    case PlantedKind::Position:
        return std::holds_alternative<PositionIs>(part.is);
    case PlantedKind::Casing:
        return std::holds_alternative<PieceIs>(part.is);
    case PlantedKind::Regex:
        return std::holds_alternative<TextMatches>(part.is);
    case PlantedKind::Label:
        break;
    }
    return std::holds_alternative<HasLabel>(part.is);
}

SelfTestCase explained(const Reading& reading, const Planted& planted, PlantedKind kind, bool noisy,
    const SelfTestSettings& settings, const Progress& progress)
{
    const Explanation explanation
        = explainFirings(planted.tokens, planted.strengths, reading, settings.explain, progress);
    SelfTestCase result{kind, noisy, english(planted.truth, reading), explanation.sentence,
        explanation.scoring, {}, false};
    std::vector<Place> places;
    for (std::uint64_t w = 0; w < reading.windows().count(); ++w)
        reading.addPlaces(w, places);
    std::vector<std::uint32_t> truth;
    evaluate(planted.truth, reading, places).each([&](std::size_t i) {
        truth.push_back(places[i].token);
    });
    const Examples unseen(
        reading, Split::Scoring, truth, settings.explain.limits, settings.explain.seed);
    result.truth = agreementOf(unseen, evaluate(explanation.predicate, reading, unseen.places()));
    eachPart(explanation.predicate,
        [&](const Predicate& part) { result.found = result.found || isOf(kind, part); });
    return result;
}

SelfTestRow rowOf(PlantedKind kind, bool noisy, std::span<const SelfTestCase> cases)
{
    SelfTestRow row{kind, noisy};
    row.planted = cases.size();
    row.worst = 1;
    double measured = 0;
    for (const SelfTestCase& one : cases) {
        row.found += one.found;
        if (std::isnan(one.scoring.balancedAccuracy.value)
            || std::isnan(one.truth.balancedAccuracy.value))
            continue; // all of it is on the other side of the split
        ++measured;
        row.balancedAccuracy += one.scoring.balancedAccuracy.value;
        row.truth += one.truth.balancedAccuracy.value;
        row.worst = std::min(row.worst, one.scoring.balancedAccuracy.value);
    }
    row.balancedAccuracy /= measured;
    row.truth /= measured;
    return row;
}

} // namespace

SelfTest explainerSelfTest(
    const Reading& reading, const SelfTestSettings& settings, const Progress& progress)
{
    SelfTest test;
    const double steps = 2.0 * plantedKinds * static_cast<double>(settings.perKind);
    double done = 0;
    for (int k = 0; k < plantedKinds; ++k)
        for (const bool noisy : {false, true}) {
            const auto kind = static_cast<PlantedKind>(k);
            const std::size_t before = test.cases.size();
            for (std::size_t i = 0; i < settings.perKind; ++i) {
                const Progress part = progress.part(done / steps, (done + 1) / steps);
                ++done;
                part.step(0, nameOf(kind));
                const std::uint64_t seed
                    = settings.seed + 1000 * static_cast<std::uint64_t>(k) + 2 * i + noisy;
                if (const auto planted = plant(reading, kind, noisy, seed))
                    test.cases.push_back(explained(reading, *planted, kind, noisy, settings, part));
            }
            test.rows.push_back(rowOf(kind, noisy, std::span(test.cases).subspan(before)));
        }
    return test;
}

} // namespace microtome
