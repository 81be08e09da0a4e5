#include "core/store/features/search.h"

#include <vector>

namespace microtome {

namespace {

constexpr std::size_t mostWords = 32;
constexpr std::string_view blanks = " \t\r\n\v\f";

/// Words and phrases in the order typed; a final * asks for what begins so.
struct Term {
    std::string_view text;
    bool prefix = false;
};

std::vector<Term> termsOf(std::string_view words)
{
    std::vector<Term> terms;
    while (!words.empty()) {
        if (blanks.find(words.front()) != std::string_view::npos) {
            words.remove_prefix(1);
            continue;
        }
        Term term;
        if (words.front() == '"') {
            words.remove_prefix(1);
            const std::size_t end = words.find('"');
            term.text = words.substr(0, end);
            words.remove_prefix(end == std::string_view::npos ? words.size() : end + 1);
            if (words.starts_with('*')) {
                term.prefix = true;
                words.remove_prefix(1);
            }
        } else {
            const std::size_t end = words.find_first_of(std::string(blanks) + '"');
            term.text = words.substr(0, end);
            words.remove_prefix(term.text.size());
            if (term.text.ends_with('*')) {
                term.prefix = true;
                term.text.remove_suffix(1);
            }
        }
        if (term.text.find_first_not_of(blanks) != std::string_view::npos)
            terms.push_back(term);
    }
    return terms;
}

} // namespace

std::string searchExpression(std::string_view words)
{
    const std::vector<Term> terms = termsOf(words);
    if (terms.size() > mostWords)
        throw Error("A search can have " + std::to_string(mostWords) + " words; search for fewer.");
    std::string expression;
    for (const Term& term : terms) {
        expression += expression.empty() ? "\"" : " AND \"";
        for (const char c : term.text)
            if (c != '\0')
                expression += c;
        expression += term.prefix ? "\"*" : "\"";
    }
    return expression;
}

void findTexts(Database& database, const char* index, std::string_view words, std::int64_t first,
    std::int64_t last, const std::function<void(std::int64_t)>& found)
{
    const std::string expression = searchExpression(words);
    if (expression.empty())
        return;
    const std::string table = index;
    Statement row = database.prepare("SELECT rowid FROM " + table + " WHERE " + table
        + " MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid");
    row.bind(expression, first, last);
    while (row.step())
        found(row.integer(0));
}

} // namespace microtome
