#include "core/features/interpret/predicate/evaluate.h"

#include "core/text/regex.h"
#include "core/work/error.h"

#include <algorithm>

namespace microtome {

namespace {

/// Evaluates one statement at the places that are asked for; what it says of others is no matter.
class Evaluation {
public:
    Evaluation(const Reading& reading, std::span<const Place> places, const Bits& asked)
        : m_reading(reading)
        , m_places(places)
        , m_asked(asked)
    {
    }

    Bits operator()(const AllOf& all) const
    {
        Bits result = m_asked;
        for (const bool slow : {false, true})
            for (const Predicate& part : all.parts)
                if (isSlow(part) == slow)
                    result &= std::visit(Evaluation(m_reading, m_places, result), part.is);
        return result;
    }

    Bits operator()(const AnyOf& any) const
    {
        Bits open = m_asked;
        for (const Predicate& part : any.parts)
            open -= std::visit(Evaluation(m_reading, m_places, open), part.is);
        Bits result = m_asked;
        result -= open;
        return result;
    }

    Bits operator()(const NoneOf& none) const
    {
        Bits result = m_asked;
        result -= (*this)(AnyOf{none.parts});
        return result;
    }

    Bits operator()(const TokenIs& token) const
    {
        const std::vector<bool> in = table(token.ids);
        return idsAt(token.at, [&](std::uint32_t id) { return in[id]; });
    }

    Bits operator()(const TokenNear& near) const
    {
        const std::vector<bool> in = table(near.ids);
        return where([&](const Place& p) {
            const bool before = near.side == TokenNear::Side::Before;
            const std::uint32_t room = before ? p.token - p.begin : p.end - 1 - p.token;
            const std::uint32_t reach = std::min(near.within, room);
            const std::uint32_t first = before ? p.token - reach : p.token + 1;
            return std::ranges::any_of(m_reading.corpus().ids({first, first + reach}),
                [&](std::uint32_t id) { return in[id]; });
        });
    }

    Bits operator()(const PositionIs& position) const
    {
        const std::uint32_t width = m_reading.windows().settings().width;
        return where([&](const Place& p) {
            const std::uint32_t at = p.token - p.begin;
            const std::uint32_t number = position.in == PositionIs::In::Window ? at % width : at;
            return number >= position.from && number <= position.to;
        });
    }

    Bits operator()(const PieceIs& piece) const
    {
        return idsAt(
            piece.at, [&](std::uint32_t id) { return m_reading.traits(id).is(piece.kind); });
    }

    Bits operator()(const LengthIs& length) const
    {
        if (!m_reading.hasText())
            return Bits(m_places.size());
        return idsAt(0, [&](std::uint32_t id) {
            const std::uint32_t characters = m_reading.traits(id).length;
            return characters >= length.from && characters <= length.to;
        });
    }

    Bits operator()(const TextMatches& matches) const
    {
        if (!m_reading.hasText())
            return Bits(m_places.size());
        const text::Regex regex = compiled(matches.pattern);
        text::Regex::Matcher matcher(regex, m_places.size() * 128);
        const auto found = [&](const std::string& text) {
            text::Regex::Matcher::Match match;
            return matcher.find(text, 0, match);
        };
        if (matches.in == TextMatches::In::Context)
            return where([&](const Place& p) { return found(m_reading.context(p)); });
        enum : char { Unknown, No, Yes };
        std::vector<char> known(m_reading.corpus().vocabulary(), Unknown);
        return idsAt(0, [&](std::uint32_t id) {
            if (known[id] == Unknown)
                known[id] = found(m_reading.piece(id)) ? Yes : No;
            return known[id] == Yes;
        });
    }

    Bits operator()(const HasLabel& label) const
    {
        const TokenLabel* named = m_reading.label(label.name);
        if (!named)
            return Bits(m_places.size());
        auto next = named->tokens.begin();
        return where([&](const Place& p) {
            const std::int64_t token = std::int64_t(p.token) + label.at;
            if (token < p.begin || token >= p.end)
                return false;
            if (next != named->tokens.begin() && *(next - 1) >= token)
                next = std::ranges::lower_bound(named->tokens, token);
            while (next != named->tokens.end() && *next < token)
                ++next;
            return next != named->tokens.end() && *next == token;
        });
    }

private:
    static bool isSlow(const Predicate& predicate)
    {
        const auto* matches = std::get_if<TextMatches>(&predicate.is);
        return matches && matches->in == TextMatches::In::Context;
    }

    static text::Regex compiled(const std::string& pattern)
    {
        try {
            return text::Regex(pattern);
        } catch (const Error& error) {
            throw Error("The pattern of this explanation cannot be used; explain the feature "
                        "again.",
                error.what());
        }
    }

    std::vector<bool> table(const std::vector<std::uint32_t>& ids) const
    {
        std::vector<bool> in(m_reading.corpus().vocabulary());
        for (const std::uint32_t id : ids)
            if (id < in.size())
                in[id] = true;
        return in;
    }

    template <class Holds> Bits where(Holds&& holds) const
    {
        Bits result(m_places.size());
        m_asked.each([&](std::size_t i) {
            if (holds(m_places[i]))
                result.set(i);
        });
        return result;
    }

    /// Where the id `at` places further is there and of a kind.
    template <class Holds> Bits idsAt(std::int32_t at, Holds&& holds) const
    {
        return where([&](const Place& p) {
            const std::int64_t token = std::int64_t(p.token) + at;
            return token >= p.begin && token < p.end
                && holds(m_reading.corpus().id(static_cast<std::uint64_t>(token)));
        });
    }

    const Reading& m_reading;
    std::span<const Place> m_places;
    const Bits& m_asked;
};

} // namespace

Bits evaluate(const Predicate& predicate, const Reading& reading, std::span<const Place> places)
{
    Bits real(places.size());
    for (std::size_t i = 0; i < places.size(); ++i)
        if (places[i].real())
            real.set(i);
    return evaluate(predicate, reading, places, real);
}

Bits evaluate(const Predicate& predicate, const Reading& reading, std::span<const Place> places,
    const Bits& asked)
{
    return std::visit(Evaluation(reading, places, asked), predicate.is);
}

} // namespace microtome
