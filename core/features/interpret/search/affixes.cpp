#include "core/features/interpret/search/affixes.h"

#include "core/text/unicode.h"

#include <algorithm>
#include <unordered_map>

namespace microtome {

namespace {

constexpr std::size_t longest = 4; // letters

/// Where the letters of a piece begin, behind a space that it may begin with; nothing where it has
/// anything else.
std::vector<std::size_t> letters(std::string_view piece)
{
    std::vector<std::size_t> begins;
    for (std::size_t at = text::leadingWhitespace(piece); at < piece.size();) {
        begins.push_back(at);
        if (!text::isWord(text::nextCodePoint(piece, at)))
            return {};
    }
    return begins;
}

/// The first or last n letters of a piece that has more than these.
std::string_view affix(std::string_view piece, std::size_t n, bool last)
{
    const auto begins = letters(piece);
    if (begins.size() <= n)
        return {};
    return last ? piece.substr(begins[begins.size() - n])
                : piece.substr(begins[0], begins[n] - begins[0]);
}

/// What stands around the letters in an expression.
struct Frame {
    std::string_view before;
    std::string_view after;
};
constexpr Frame prefixFrame{R"(\A\s*(?:)", R"()\w)"};
constexpr Frame suffixFrame{R"(\w(?:)", R"()\z)"};

Predicate pattern(const std::vector<std::string_view>& names, bool last)
{
    std::string any;
    for (const std::string_view name : names)
        any += (any.empty() ? "" : "|") + std::string(name);
    const Frame& frame = last ? suffixFrame : prefixFrame;
    return {TextMatches{std::string(frame.before) + any + std::string(frame.after)}};
}

} // namespace

void affixes(const Reading& reading, const std::vector<ClassCount>& ids, const Aim& aim,
    std::vector<Option>& options)
{
    for (const bool last : {false, true})
        for (std::size_t n = last ? 2 : 1; n <= longest; ++n) {
            std::unordered_map<std::string_view, std::uint32_t> keys;
            std::vector<std::string_view> names;
            std::vector<ClassCount> classes;
            for (const ClassCount& id : ids) {
                const std::string_view name = affix(reading.piece(id.key), n, last);
                if (name.empty())
                    continue;
                const auto next = static_cast<std::uint32_t>(names.size());
                const auto [found, isNew] = keys.emplace(name, next);
                if (isNew) {
                    names.push_back(name);
                    classes.push_back({next, 0, {}});
                }
                ClassCount& c = classes[found->second];
                c.examples += id.examples;
                c.tally.hits += id.tally.hits;
                c.tally.alarms += id.tally.alarms;
            }
            const auto best = bestClasses(std::move(classes), aim);
            constexpr std::size_t most = 8; // more than these say no more than the tokens do
            if (best.empty() || best.size() > most)
                continue;
            Option option{{}, {}, Family::Pattern};
            std::vector<std::string_view> chosen;
            for (const ClassCount& c : best) {
                chosen.push_back(names[c.key]);
                option.tally.hits += c.tally.hits;
                option.tally.alarms += c.tally.alarms;
            }
            option.predicate = pattern(chosen, last);
            options.push_back(std::move(option));
        }
}

std::string affixEnglish(std::string_view pattern)
{
    for (const Frame& frame : {prefixFrame, suffixFrame}) {
        if (!pattern.starts_with(frame.before) || !pattern.ends_with(frame.after))
            continue;
        pattern.remove_prefix(frame.before.size());
        pattern.remove_suffix(frame.after.size());
        std::string words = frame.before == suffixFrame.before ? "end in “" : "begin with “";
        for (const char c : pattern)
            words += c == '|' ? std::string("” or “") : std::string(1, c);
        return words + "”";
    }
    return {};
}

} // namespace microtome
