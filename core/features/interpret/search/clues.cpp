#include "core/features/interpret/search/clues.h"

#include "core/features/interpret/predicate/evaluate.h"
#include "core/features/interpret/search/affixes.h"
#include "core/features/interpret/search/contexts.h"
#include "core/features/interpret/search/nearness.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::uint32_t none = 0xFFFFFFFF; // there is no token at that place

Predicate negated(const Predicate& predicate)
{
    return {NoneOf{{predicate}}};
}

Examples::Tally difference(const Examples::Tally& all, const Examples::Tally& some)
{
    return {all.hits - some.hits, all.alarms - some.alarms};
}

/// Whether a statement tells anything of where a latent fires.
bool tells(const Examples::Tally& tally, double firing, double silent)
{
    const double recall = firing > 0 ? tally.hits / firing : 0;
    const double wrong = silent > 0 ? tally.alarms / silent : 0;
    return recall > 0.02 && (recall > 1.3 * wrong || wrong > 1.3 * recall);
}

/// Some examples of each stratum, to try what is slow to evaluate.
Bits few(const Examples& examples)
{
    constexpr std::size_t most = 500;
    const auto& places = examples.places();
    Bits chosen(places.size());
    std::size_t begin = 0;
    while (begin < places.size()) { // strata differ in weight or in whether they fire
        std::size_t end = begin;
        while (end < places.size() && examples.weight(end) == examples.weight(begin)
            && examples.fires(end) == examples.fires(begin))
            end += 64;
        const std::size_t step = std::max<std::size_t>(1, (end - begin) / most);
        for (std::size_t i = begin; i < end; i += step)
            if (places[i].real())
                chosen.set(i);
        begin = end;
    }
    return chosen;
}

} // namespace

const char* nameOf(Family family)
{
    constexpr std::array<const char*, families> names{"always", "tokens", "sequence", "before",
        "after", "position", "casing", "pattern", "label"};
    return names[static_cast<std::size_t>(family)];
}

Clues::Clues(const Reading& reading, const Examples& examples, std::uint32_t reach)
    : m_reading(reading)
    , m_examples(examples)
    , m_reach(reach)
{
    const auto& places = examples.places();
    for (std::int32_t at = first; at <= last; ++at) {
        auto& ids = m_ids[static_cast<std::size_t>(at - first)];
        ids.assign(places.size(), none);
        for (std::size_t i = 0; i < places.size(); ++i) {
            const std::int64_t token = std::int64_t(places[i].token) + at;
            if (places[i].real() && token >= places[i].begin && token < places[i].end)
                ids[i] = reading.corpus().id(static_cast<std::uint64_t>(token));
        }
    }
    keepLabels();
    if (reading.hasText())
        keepContexts();
}

void Clues::keep(Predicate predicate, Family family, Bits bits)
{
    const auto tally = m_examples.tally(bits);
    if (tells(tally, static_cast<double>(m_examples.firing()),
            static_cast<double>(m_examples.silent())))
        m_kept.push_back({std::move(predicate), family, std::move(bits)});
}

void Clues::keepLabels()
{
    for (const TokenLabel& label : m_reading.labels())
        for (const std::int32_t at : {0, -1}) {
            Predicate predicate{HasLabel{label.name, at}};
            Bits bits = evaluate(predicate, m_reading, m_examples.places());
            keep(std::move(predicate), Family::Label, std::move(bits));
        }
}

void Clues::keepContexts()
{
    const Bits tried = few(m_examples);
    const auto all = m_examples.tally(tried);
    for (const ContextPattern& context : contextPatterns()) {
        Predicate predicate{TextMatches{std::string(context.pattern), TextMatches::In::Context}};
        const auto tally
            = m_examples.tally(evaluate(predicate, m_reading, m_examples.places(), tried));
        if (!tells(tally, all.hits, all.alarms))
            continue;
        Bits bits = evaluate(predicate, m_reading, m_examples.places());
        keep(std::move(predicate), Family::Pattern, std::move(bits));
    }
}

std::vector<ClassCount> Clues::idsAt(const Bits& selection, std::int32_t at) const
{
    const auto& ids = m_ids[static_cast<std::size_t>(at - first)];
    std::vector<std::uint32_t> place(m_reading.corpus().vocabulary(), none);
    std::vector<ClassCount> counts;
    selection.each([&](std::size_t i) {
        const std::uint32_t id = ids[i];
        if (id == none)
            return;
        if (place[id] == none) {
            place[id] = static_cast<std::uint32_t>(counts.size());
            counts.push_back({id, 0, {}});
        }
        ClassCount& count = counts[place[id]];
        ++count.examples;
        (m_examples.fires(i) ? count.tally.hits : count.tally.alarms) += m_examples.weight(i);
    });
    return counts;
}

void Clues::tokenSets(
    const Bits& selection, const Aim& aim, std::int32_t at, std::vector<Option>& options) const
{
    const auto counts = idsAt(selection, at);
    std::size_t before = 0;
    for (const double b : {1.0, 2.0}) { // the second finds more of what fires, to be narrowed down
        const auto best = bestClasses(counts, aim, b);
        if (best.empty() || best.size() == before)
            continue;
        before = best.size();
        TokenIs token;
        token.at = at;
        Option option{{}, {}, at == 0 ? Family::Tokens : Family::Sequence};
        for (const ClassCount& c : best) {
            token.ids.push_back(c.key);
            option.tally.hits += c.tally.hits;
            option.tally.alarms += c.tally.alarms;
        }
        option.predicate = {std::move(token)};
        options.push_back(std::move(option));
    }
}

void Clues::pieces(const std::vector<ClassCount>& ids, const Examples::Tally& all, std::int32_t at,
    std::vector<Option>& options) const
{
    std::array<Examples::Tally, pieceKinds> tallies;
    for (const ClassCount& id : ids)
        for (int kind = 0; kind < pieceKinds; ++kind)
            if (m_reading.traits(id.key).is(static_cast<PieceKind>(kind))) {
                tallies[static_cast<std::size_t>(kind)].hits += id.tally.hits;
                tallies[static_cast<std::size_t>(kind)].alarms += id.tally.alarms;
            }
    for (int kind = 0; kind < pieceKinds; ++kind) {
        const Examples::Tally& tally = tallies[static_cast<std::size_t>(kind)];
        const Predicate predicate{PieceIs{static_cast<PieceKind>(kind), at}};
        options.push_back({predicate, tally, Family::Casing});
        if (at == 0)
            options.push_back({negated(predicate), difference(all, tally), Family::Casing});
    }
}

void Clues::lengths(
    const std::vector<ClassCount>& ids, const Aim& aim, std::vector<Option>& options) const
{
    std::vector<Examples::Tally> classes(256);
    for (const ClassCount& id : ids) {
        Examples::Tally& tally = classes[m_reading.traits(id.key).length];
        tally.hits += id.tally.hits;
        tally.alarms += id.tally.alarms;
    }
    const auto [from, to] = bestRange(classes, aim);
    Option option{{LengthIs{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)}}, {},
        Family::Casing};
    for (std::size_t c = from; c <= to; ++c) {
        option.tally.hits += classes[c].hits;
        option.tally.alarms += classes[c].alarms;
    }
    options.push_back(std::move(option));
}

void Clues::positions(
    const Bits& selection, const Aim& aim, PositionIs::In in, std::vector<Option>& options) const
{
    constexpr std::uint32_t open = 512; // positions from here on are one class
    const std::uint32_t width = m_reading.windows().settings().width;
    std::vector<Examples::Tally> classes(
        in == PositionIs::In::Window ? std::min(open, width - 1) + 1 : open + 1);
    selection.each([&](std::size_t i) {
        const Place& place = m_examples.places()[i];
        const std::uint32_t at = place.token - place.begin;
        const std::uint32_t number = in == PositionIs::In::Window ? at % width : at;
        Examples::Tally& tally = classes[std::min<std::size_t>(number, classes.size() - 1)];
        (m_examples.fires(i) ? tally.hits : tally.alarms) += m_examples.weight(i);
    });
    const auto [from, to] = bestRange(classes, aim);
    PositionIs position{in, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
    if (to + 1 == classes.size())
        position.to = PositionIs::open;
    Option option{{position}, {}, Family::Position};
    for (std::size_t c = from; c <= to; ++c) {
        option.tally.hits += classes[c].hits;
        option.tally.alarms += classes[c].alarms;
    }
    options.push_back(std::move(option));
}

void Clues::kept(
    const Bits& selection, const Examples::Tally& all, std::vector<Option>& options) const
{
    for (const Kept& kept : m_kept) {
        const auto tally = m_examples.tally(kept.bits, selection);
        options.push_back({kept.predicate, tally, kept.family, &kept.bits});
        if (kept.family == Family::Label)
            options.push_back({negated(kept.predicate), difference(all, tally), kept.family});
    }
}

std::vector<Option> Clues::options(const Bits& selection, const Aim& aim) const
{
    std::vector<Option> options;
    const auto all = m_examples.tally(selection);
    for (std::int32_t at = first; at <= last; ++at)
        tokenSets(selection, aim, at, options);
    if (m_reading.hasText()) {
        for (const std::int32_t at : {-1, 0, 1})
            pieces(idsAt(selection, at), all, at, options);
        const auto here = idsAt(selection, 0);
        lengths(here, aim, options);
        affixes(m_reading, here, aim, options);
    }
    positions(selection, aim, PositionIs::In::Document, options);
    positions(selection, aim, PositionIs::In::Window, options);
    for (const auto side : {TokenNear::Side::Before, TokenNear::Side::After})
        nearTokens(m_reading, m_examples, selection, aim, side, m_reach, options);
    kept(selection, all, options);
    return options;
}

} // namespace microtome
