#include "core/features/corpus/corpus.h"
#include "core/features/interpret/predicate/predicate.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>

namespace microtome {

using nlohmann::json;

namespace {

constexpr int deepest = 16;
constexpr std::size_t mostParts = 4096;
constexpr std::size_t longestText = 1024;
constexpr std::int32_t farthest = 256;

[[noreturn]] void refuse(const std::string& why)
{
    throw Error("The stored explanation is damaged: " + why + "; explain the feature again.");
}

struct Writer {
    json operator()(const AllOf& all) const { return {{"all", list(all.parts)}}; }
    json operator()(const AnyOf& any) const { return {{"any", list(any.parts)}}; }
    json operator()(const NoneOf& none) const { return {{"none", list(none.parts)}}; }
    json operator()(const TokenIs& token) const
    {
        return {{"token", {{"ids", token.ids}, {"at", token.at}}}};
    }
    json operator()(const TokenNear& near) const
    {
        const bool before = near.side == TokenNear::Side::Before;
        return {{"near",
            {{"ids", near.ids}, {"side", before ? "before" : "after"}, {"within", near.within}}}};
    }
    json operator()(const PositionIs& position) const
    {
        const bool document = position.in == PositionIs::In::Document;
        return {{"position",
            {{"in", document ? "document" : "window"}, {"from", position.from},
                {"to", position.to}}}};
    }
    json operator()(const PieceIs& piece) const
    {
        return {{"piece", {{"is", nameOf(piece.kind)}, {"at", piece.at}}}};
    }
    json operator()(const LengthIs& length) const
    {
        return {{"length", {{"from", length.from}, {"to", length.to}}}};
    }
    json operator()(const TextMatches& matches) const
    {
        const bool piece = matches.in == TextMatches::In::Piece;
        return {{"text", {{"pattern", matches.pattern}, {"in", piece ? "piece" : "context"}}}};
    }
    json operator()(const HasLabel& label) const
    {
        return {{"label", {{"name", label.name}, {"at", label.at}}}};
    }

    static json list(const std::vector<Predicate>& parts)
    {
        json all = json::array();
        for (const Predicate& part : parts)
            all.push_back(toJson(part));
        return all;
    }
};

const json& member(const json& object, const char* name)
{
    if (!object.is_object() || !object.contains(name))
        refuse(std::string("“") + name + "” is missing");
    return object.at(name);
}

std::int64_t whole(const json& number, std::int64_t least, std::int64_t most)
{
    if (!number.is_number_integer()
        || (number.is_number_unsigned() && number.get<std::uint64_t>() > std::uint64_t(most))
        || number.get<std::int64_t>() < least || number.get<std::int64_t>() > most)
        refuse("a number is not from " + std::to_string(least) + " to " + std::to_string(most));
    return number.get<std::int64_t>();
}

std::int32_t offset(const json& object)
{
    return static_cast<std::int32_t>(whole(member(object, "at"), -farthest, farthest));
}

std::uint32_t count(const json& object, const char* name, std::uint32_t most)
{
    return static_cast<std::uint32_t>(whole(member(object, name), 0, most));
}

std::string words(const json& object, const char* name)
{
    const json& value = member(object, name);
    if (!value.is_string() || value.get_ref<const std::string&>().size() > longestText)
        refuse(std::string("“") + name + "” is no short text");
    return value.get<std::string>();
}

/// Which of two words stands there.
bool isFirst(const json& object, const char* name, const char* first, const char* second)
{
    const std::string word = words(object, name);
    if (word != first && word != second)
        refuse(std::string("“") + name + "” is neither " + first + " nor " + second);
    return word == first;
}

std::vector<std::uint32_t> ids(const json& object)
{
    const json& list = member(object, "ids");
    if (!list.is_array() || list.size() > largestVocabulary)
        refuse("“ids” is no list of ids");
    std::vector<std::uint32_t> all;
    for (const json& id : list)
        all.push_back(static_cast<std::uint32_t>(whole(id, 0, largestVocabulary - 1)));
    return all;
}

Predicate token(const json& value)
{
    return {TokenIs{ids(value), offset(value)}};
}

Predicate near(const json& value)
{
    const bool before = isFirst(value, "side", "before", "after");
    const std::uint32_t within = count(value, "within", farthest);
    if (within == 0)
        refuse("“within” is 0");
    return {
        TokenNear{ids(value), before ? TokenNear::Side::Before : TokenNear::Side::After, within}};
}

Predicate position(const json& value)
{
    const bool document = isFirst(value, "in", "document", "window");
    return {PositionIs{document ? PositionIs::In::Document : PositionIs::In::Window,
        count(value, "from", PositionIs::open), count(value, "to", PositionIs::open)}};
}

Predicate piece(const json& value)
{
    const auto kind = pieceKindNamed(words(value, "is"));
    if (!kind)
        refuse("there is no such kind of text");
    return {PieceIs{*kind, offset(value)}};
}

Predicate length(const json& value)
{
    return {LengthIs{count(value, "from", 255), count(value, "to", 255)}};
}

Predicate matches(const json& value)
{
    const bool piece = isFirst(value, "in", "piece", "context");
    return {TextMatches{
        words(value, "pattern"), piece ? TextMatches::In::Piece : TextMatches::In::Context}};
}

Predicate label(const json& value)
{
    return {HasLabel{words(value, "name"), offset(value)}};
}

/// Reads a tree, and counts its parts.
class Reader {
public:
    Predicate read(const json& value, int depth = 0)
    {
        if (depth > deepest || ++m_parts > mostParts)
            refuse("it has too many parts");
        if (!value.is_object() || value.size() != 1)
            refuse("a part of it is no statement");
        const std::string& name = value.begin().key();
        const json& inner = value.begin().value();
        if (name == "all")
            return {AllOf{list(inner, depth)}};
        if (name == "any")
            return {AnyOf{list(inner, depth)}};
        if (name == "none")
            return {NoneOf{list(inner, depth)}};
        static const std::map<std::string, Predicate (*)(const json&)> simple{{"token", token},
            {"near", near}, {"position", position}, {"piece", piece}, {"length", length},
            {"text", matches}, {"label", label}};
        const auto found = simple.find(name);
        if (found == simple.end())
            refuse("a part of it is of an unknown kind");
        return found->second(inner);
    }

private:
    std::vector<Predicate> list(const json& parts, int depth)
    {
        if (!parts.is_array())
            refuse("a part of it is no list");
        std::vector<Predicate> all;
        for (const json& part : parts)
            all.push_back(read(part, depth + 1));
        return all;
    }

    std::size_t m_parts = 0;
};

} // namespace

json toJson(const Predicate& predicate)
{
    return std::visit(Writer{}, predicate.is);
}

Predicate predicateFrom(const json& value)
{
    return Reader().read(value);
}

} // namespace microtome
