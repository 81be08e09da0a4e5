#pragma once

#include "core/text/regex.h"

#include <optional>
#include <vector>

namespace microtome::text {

class Fields;

/// The bytes [begin, end) of a text, and whether a pattern matched them.
struct Segment {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool match = false;
};

/// What a tokenizer file looks for: a text, or a regular expression.
class Pattern {
public:
    static Pattern ofText(std::string text);
    static Pattern ofRegex(std::string_view oniguruma);

    /// One thread's search through texts of a known total length.
    class Search {
    public:
        Search(const Pattern& pattern, std::size_t totalBytes);

        /// The text as matches and what lies between them, in order; empty matches are kept, other
        /// empty segments are not.
        const std::vector<Segment>& segments(std::string_view text);

    private:
        bool next(std::string_view text, std::size_t from, Regex::Matcher::Match& match);

        const Pattern& m_pattern;
        std::optional<Regex::Matcher> m_matcher;
        std::vector<Segment> m_segments;
    };

private:
    std::string m_text;
    std::optional<Regex> m_regex;
};

/// `{"String": ...}` or `{"Regex": ...}`.
Pattern readPattern(const Fields& file);

} // namespace microtome::text
