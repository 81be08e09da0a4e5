#include "core/analysis/effect.h"

#include "core/analysis/bundle.h"
#include "core/analysis/fields.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome {

namespace {

/// ln p of the next token at a position.
std::vector<double> nextLogProbabilities(
    Model& model, const Subject& subject, Position position, const Progress& progress)
{
    RunRequest request = subject.request({{Point::Logits, {}, {}}});
    request.logitPositions = {position};
    const Matrix logits = model.run(request, progress).at({Point::Logits, {}, {}});
    std::vector<double> p(logits.row(0).begin(), logits.row(0).end());
    const double highest = *std::max_element(p.begin(), p.end());
    double sum = 0;
    for (const double x : p)
        sum += std::exp(x - highest);
    for (double& x : p)
        x -= highest + std::log(sum);
    return p;
}

/// The `count` best indices by `value`, equal ones by index.
template <class Value> std::vector<TokenId> best(std::size_t n, std::size_t count, Value value)
{
    std::vector<TokenId> order(n);
    std::iota(order.begin(), order.end(), 0);
    count = std::min(count, n);
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
        order.end(), [&](TokenId a, TokenId b) {
            const double x = value(static_cast<std::size_t>(a));
            const double y = value(static_cast<std::size_t>(b));
            return x != y ? x > y : a < b;
        });
    order.resize(count);
    return order;
}

nlohmann::json toJson(const std::vector<NextTokenChange::Token>& tokens)
{
    nlohmann::json out = nlohmann::json::array();
    for (const auto& t : tokens)
        out.push_back({t.id, t.before, t.after});
    return out;
}

std::vector<NextTokenChange::Token> tokensFrom(const Bundle& b, const char* name)
{
    std::vector<NextTokenChange::Token> out;
    using Row = std::tuple<TokenId, double, double>;
    for (const auto& [id, before, after] : fieldOf<std::vector<Row>>(b.fields, name))
        out.push_back({id, before, after});
    return out;
}

} // namespace

NextTokenChange compareNext(Model& model, const Subject& a, const Subject& b, Position positionA,
    Position positionB, std::size_t count, const Progress& progress)
{
    NextTokenChange change;
    change.positionA = a.resolve(positionA);
    change.positionB = b.resolve(positionB);
    const auto p = nextLogProbabilities(model, a, change.positionA, progress.part(0, 0.5));
    const auto q = nextLogProbabilities(model, b, change.positionB, progress.part(0.5, 1));
    for (std::size_t i = 0; i < p.size(); ++i) {
        const double before = std::exp(p[i]);
        if (before > 0)
            change.kl += before * (p[i] - q[i]);
        change.totalVariation += std::abs(before - std::exp(q[i])) / 2;
    }
    const auto tokens = [&](const std::vector<TokenId>& ids) {
        std::vector<NextTokenChange::Token> out;
        for (const TokenId id : ids)
            out.push_back({id, std::exp(p[static_cast<std::size_t>(id)]),
                std::exp(q[static_cast<std::size_t>(id)])});
        return out;
    };
    change.changes = tokens(best(
        p.size(), count, [&](std::size_t i) { return std::abs(std::exp(q[i]) - std::exp(p[i])); }));
    change.topA = tokens(best(p.size(), count, [&](std::size_t i) { return p[i]; }));
    change.topB = tokens(best(p.size(), count, [&](std::size_t i) { return q[i]; }));
    return change;
}

EditEffects editEffects(Model& model, const Subject& subject, Position position, TokenId target,
    const Progress& progress)
{
    EditEffects effects;
    effects.position = subject.resolve(position);
    Subject plain = subject;
    plain.edits.clear();
    const auto reference
        = nextLogProbabilities(model, plain, effects.position, progress.part(0, 0.1));
    effects.target = target >= 0
        ? target
        : best(reference.size(), 1, [&](std::size_t i) { return reference[i]; }).front();
    if (effects.target >= model.architecture().outputs())
        throw Error("Token id " + std::to_string(target) + " is not in the vocabulary.");
    effects.alone.resize(subject.edits.size());

    // Variants: no edits, every active edit alone, all together.
    MeasureRequest request{subject.prompt.ids, {Edits{}}, {}, subject.base};
    std::vector<std::size_t> measured;
    for (std::size_t i = 0; i < subject.edits.size(); ++i)
        if (subject.edits[i].active()) {
            measured.push_back(i);
            request.variants.push_back({subject.edits[i]});
        }
    if (measured.empty())
        return effects;
    request.variants.push_back(activeEdits(subject.edits));
    request.metric.position = effects.position;
    request.metric.kind = Metric::Kind::LogitDifference;
    request.metric.answers = {effects.target};
    const auto logits = model.measure(request, progress.part(0.1, 0.55));
    request.metric.kind = Metric::Kind::Kl;
    request.metric.reference = Matrix(1, reference.size(), {reference.begin(), reference.end()});
    const auto kl = model.measure(request, progress.part(0.55, 1));

    const auto effect = [&](std::size_t variant) {
        return EditEffects::Effect{std::max(kl[variant], 0.0), logits[variant] - logits[0]};
    };
    for (std::size_t i = 0; i < measured.size(); ++i)
        effects.alone[measured[i]] = effect(i + 1);
    effects.together = effect(measured.size() + 1);
    return effects;
}

Bundle NextTokenChange::toBundle() const
{
    Bundle b;
    b.fields = {{"kind", "next_token_change"}, {"positionA", positionA.value()},
        {"positionB", positionB.value()}, {"kl", kl}, {"totalVariation", totalVariation},
        {"changes", toJson(changes)}, {"topA", toJson(topA)}, {"topB", toJson(topB)}};
    return b;
}

NextTokenChange NextTokenChange::fromBundle(const Bundle& b)
{
    b.expect("next_token_change");
    NextTokenChange change;
    change.positionA = Position(fieldOf<int>(b.fields, "positionA"));
    change.positionB = Position(fieldOf<int>(b.fields, "positionB"));
    change.kl = fieldOf<double>(b.fields, "kl");
    change.totalVariation = fieldOf<double>(b.fields, "totalVariation");
    change.changes = tokensFrom(b, "changes");
    change.topA = tokensFrom(b, "topA");
    change.topB = tokensFrom(b, "topB");
    return change;
}

Bundle EditEffects::toBundle() const
{
    Bundle b;
    nlohmann::json list = nlohmann::json::array();
    for (const Effect& e : alone)
        list.push_back({e.kl, e.targetChange});
    b.fields = {{"kind", "edit_effects"}, {"position", position.value()}, {"target", target},
        {"alone", list}, {"together", {together.kl, together.targetChange}}};
    return b;
}

EditEffects EditEffects::fromBundle(const Bundle& b)
{
    b.expect("edit_effects");
    using Row = std::pair<double, double>;
    EditEffects effects;
    effects.position = Position(fieldOf<int>(b.fields, "position"));
    effects.target = fieldOf<TokenId>(b.fields, "target");
    for (const auto& [kl, change] : fieldOf<std::vector<Row>>(b.fields, "alone"))
        effects.alone.push_back({kl, change});
    const auto together = fieldOf<Row>(b.fields, "together");
    effects.together = {together.first, together.second};
    return effects;
}

} // namespace microtome
