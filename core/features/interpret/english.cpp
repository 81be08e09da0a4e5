#include "core/features/interpret/english.h"

#include "core/features/interpret/search/affixes.h"
#include "core/features/interpret/search/contexts.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::size_t mostShown = 5; // pieces of a set

std::string count(std::size_t n, const char* one, const char* many)
{
    return std::to_string(n) + " " + (n == 1 ? one : many);
}

std::string set(const std::vector<std::uint32_t>& ids, const Reading& reading)
{
    std::string words;
    const std::size_t shown = ids.size() <= mostShown + 1 ? ids.size() : mostShown;
    for (std::size_t i = 0; i < shown; ++i) {
        const bool last = i + 1 == shown && shown == ids.size();
        words += i == 0 ? "" : last ? " or " : ", ";
        const bool known = ids[i] < reading.corpus().vocabulary();
        words += known ? shownPiece(reading.piece(ids[i])) : "#" + std::to_string(ids[i]);
    }
    if (shown < ids.size())
        words += " or " + std::to_string(ids.size() - shown) + " more tokens";
    return ids.empty() ? "no token" : words;
}

/// Where another token stands: "directly before", "2 tokens before".
std::string place(std::int32_t at)
{
    const char* side = at < 0 ? "before" : "after";
    const auto distance = static_cast<std::size_t>(at < 0 ? -at : at);
    if (distance == 1)
        return std::string("directly ") + side;
    return std::to_string(distance) + " tokens " + side;
}

/// What is said of the token itself comes first, as what the latent fires on.
struct Words {
    const Reading& reading;

    std::string operator()(const AllOf& all) const
    {
        if (all.parts.empty())
            return "on every token";
        std::string itself, around;
        for (const Predicate& part : all.parts) {
            const std::string words = std::visit(*this, part.is);
            std::string& side = saysWhat(part) ? itself : around;
            side += (side.empty() ? "" : " and ") + words;
        }
        return itself + (itself.empty() || around.empty() ? "" : " ") + around;
    }
    std::string operator()(const AnyOf& any) const
    {
        std::string words;
        for (const Predicate& part : any.parts)
            words += (words.empty() ? "" : "; or ") + std::visit(*this, part.is);
        return any.parts.empty() ? "nowhere" : words;
    }
    std::string operator()(const NoneOf& none) const
    {
        std::string words;
        for (const Predicate& part : none.parts)
            words += (words.empty() ? "" : " nor ") + std::visit(*this, part.is);
        return "except " + words;
    }
    std::string operator()(const TokenIs& token) const
    {
        if (token.at == 0)
            return "on " + set(token.ids, reading);
        if (token.at == -1)
            return "after " + set(token.ids, reading);
        if (token.at == 1)
            return "before " + set(token.ids, reading);
        return "where " + set(token.ids, reading) + " stands " + place(token.at);
    }
    std::string operator()(const TokenNear& near) const
    {
        const bool before = near.side == TokenNear::Side::Before;
        return "within " + count(near.within, "token", "tokens") + (before ? " after " : " before ")
            + set(near.ids, reading);
    }
    std::string operator()(const PositionIs& position) const
    {
        const std::string in = position.in == PositionIs::In::Document ? "document" : "window";
        if (position.from == 0 && position.to == 0)
            return "at the first token of a " + in;
        if (position.from == 0 && position.to != PositionIs::open)
            return "among the first " + std::to_string(position.to + 1) + " tokens of a " + in;
        const std::string from = std::to_string(position.from + 1);
        if (position.to == PositionIs::open)
            return "from token " + from + " of a " + in + " on";
        if (position.from == position.to)
            return "at token " + from + " of a " + in;
        return "at tokens " + from + " to " + std::to_string(position.to + 1) + " of a " + in;
    }
    std::string operator()(const PieceIs& piece) const
    {
        const std::string kind(englishOf(piece.kind));
        if (piece.at == 0)
            return "on tokens that " + kind;
        return "where the token " + place(piece.at) + " is one of those that " + kind;
    }
    std::string operator()(const LengthIs& length) const
    {
        if (length.to == 255)
            return "on tokens of " + std::to_string(length.from) + " characters or more";
        if (length.from == length.to)
            return "on tokens of " + count(length.from, "character", "characters");
        return "on tokens of " + std::to_string(length.from) + " to " + std::to_string(length.to)
            + " characters";
    }
    std::string operator()(const TextMatches& matches) const
    {
        const auto known
            = std::ranges::find(contextPatterns(), matches.pattern, &ContextPattern::pattern);
        if (known != contextPatterns().end() && matches.in == TextMatches::In::Context)
            return std::string(known->english);
        const bool piece = matches.in == TextMatches::In::Piece;
        if (const std::string affix = affixEnglish(matches.pattern); piece && !affix.empty())
            return "on tokens that " + affix;
        return (piece ? "on tokens like /" : "where the text so far is like /") + matches.pattern
            + "/";
    }
    std::string operator()(const HasLabel& label) const
    {
        if (label.at == 0)
            return "on tokens labelled “" + label.name + "”";
        return "where the token " + place(label.at) + " is labelled “" + label.name + "”";
    }

    static bool saysWhat(const Predicate& part)
    {
        if (const auto* token = std::get_if<TokenIs>(&part.is))
            return token->at == 0;
        if (const auto* piece = std::get_if<PieceIs>(&part.is))
            return piece->at == 0;
        if (const auto* label = std::get_if<HasLabel>(&part.is))
            return label->at == 0;
        if (const auto* matches = std::get_if<TextMatches>(&part.is))
            return matches->in == TextMatches::In::Piece;
        return std::holds_alternative<LengthIs>(part.is);
    }
};

} // namespace

std::string english(const Predicate& predicate, const Reading& reading)
{
    const std::string words = std::visit(Words{reading}, predicate.is);
    return words.starts_with("except") ? "everywhere " + words : words;
}

std::string shownPiece(std::string_view piece)
{
    std::string shown = "`";
    for (const char c : piece)
        if (c == '\n')
            shown += "⏎";
        else if (c == '\t')
            shown += "⇥";
        else
            shown += c;
    return shown + "`";
}

} // namespace microtome
