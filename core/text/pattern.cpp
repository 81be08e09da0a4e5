#include "core/text/pattern.h"

#include "core/text/fields.h"
#include "core/text/unicode.h"

namespace microtome::text {

Pattern Pattern::ofText(std::string text)
{
    Pattern pattern;
    pattern.m_text = std::move(text);
    return pattern;
}

Pattern Pattern::ofRegex(std::string_view oniguruma)
{
    Pattern pattern;
    pattern.m_regex.emplace(oniguruma);
    return pattern;
}

Pattern::Search::Search(const Pattern& pattern, std::size_t totalBytes)
    : m_pattern(pattern)
{
    if (pattern.m_regex)
        m_matcher.emplace(*pattern.m_regex, totalBytes);
}

bool Pattern::Search::next(std::string_view text, std::size_t from, Regex::Matcher::Match& match)
{
    if (m_matcher)
        return m_matcher->find(text, from, match);
    const std::size_t found
        = m_pattern.m_text.empty() ? std::string_view::npos : text.find(m_pattern.m_text, from);
    match = {found, found + m_pattern.m_text.size()};
    return found != std::string_view::npos;
}

const std::vector<Segment>& Pattern::Search::segments(std::string_view text)
{
    m_segments.clear();
    std::size_t from = 0;
    std::size_t covered = 0;
    bool any = false;
    for (Regex::Matcher::Match match; from <= text.size() && next(text, from, match);) {
        const bool empty = match.begin == match.end;
        from = match.end;
        if (empty)
            from += match.end < text.size() ? codePointLength(text, match.end) : 1;
        if (empty && any && match.end == covered)
            continue; // an empty match right behind the last match is none
        if (covered < match.begin)
            m_segments.push_back({covered, match.begin, false});
        m_segments.push_back({match.begin, match.end, true});
        covered = match.end;
        any = true;
    }
    if (covered < text.size())
        m_segments.push_back({covered, text.size(), false});
    return m_segments;
}

Pattern readPattern(const Fields& file)
{
    if (file.has("String"))
        return Pattern::ofText(file.shortText("String"));
    if (file.has("Regex"))
        return Pattern::ofRegex(file.text("Regex"));
    file.refuse("is neither a String nor a Regex");
}

} // namespace microtome::text
