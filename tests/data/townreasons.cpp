#include "tests/data/townreasons.h"

#include "tests/data/townrules.h"

#include <algorithm>
#include <cctype>

namespace townrules {

namespace {

using Words = std::vector<std::string>;

const std::set<std::string> relationNouns = {"capital", "currency", "language", "region", "food",
    "stream", "animal", "crop", "ruler", "sport"};

bool isNumber(const std::string& word)
{
    return word.size() == 2 && std::isdigit(word[0]);
}

/// The last place before `end` where the word stands; `end` where it does not.
std::size_t lastOf(const Words& words, const std::string& word, std::size_t end)
{
    for (std::size_t j = end; j-- > 0;)
        if (words[j] == word)
            return j;
    return end;
}

bool stands(const Words& words, const std::string& word, std::size_t begin, std::size_t end)
{
    const auto at = words.begin();
    return std::count(
               at + static_cast<std::ptrdiff_t>(begin), at + static_cast<std::ptrdiff_t>(end), word)
        > 0;
}

std::string firstName(const Words& words, std::size_t begin, std::size_t end)
{
    for (std::size_t j = begin; j < end; ++j)
        if (isName(words[j]))
            return words[j];
    return {};
}

std::string singular(const std::string& plural)
{
    return plural == "boxes" ? "box" : plural.substr(0, plural.size() - 1);
}

bool induction(const Words& words, std::size_t i)
{
    for (std::size_t j = 1; j + 1 < i; ++j)
        if (words[j - 1] == words[i - 1] && words[j] == words[i])
            return true;
    return false;
}

/// The first word of the list told backwards is the last one told; each other one stood before.
bool backwards(const Words& words, std::size_t i)
{
    const std::size_t end = lastOf(words, ".", i); // of the list
    const std::size_t from = i - lastOf(words, ":", i);
    return from <= end && words[end - from] == words[i];
}

/// Of the two that are named, one is named again, as the giver; the other one gets it.
bool indirectObject(const Words& words, std::size_t i, std::size_t begin)
{
    std::map<std::string, int> named;
    for (std::size_t j = begin; j < i; ++j)
        if (isName(words[j]))
            ++named[words[j]];
    return named.contains(words[i]) && named.at(words[i]) == 1
        && std::any_of(named.begin(), named.end(), [](const auto& one) { return one.second == 2; });
}

/// Whose the thing is that is asked for.
bool owner(const Words& words, std::size_t i)
{
    const std::string& before = words[i - 1]; // Who ... lamp ? It is; lamp belongs to; lamp of; lamp
    const std::size_t asked = before == "is" ? lastOf(words, "?", i) - 1
        : before == "to"                     ? i - 3
        : before == "of"                     ? i - 2
                                             : i - 1;
    const std::size_t told = lastOf(words, words[asked], asked);
    if (told == asked)
        return false;
    if (words[told + 1] == "belongs")
        return words[told + 3] == words[i];
    if (words[told + 1] == "to")
        return words[told + 2] == words[i];
    std::size_t j = told;
    while (!isName(words[j]))
        --j;
    return words[j] == words[i];
}

/// The colour that stood beside the thing, or that it was said to be, when it was last spoken of.
bool colour(const Words& words, std::size_t i)
{
    std::size_t j = i - 1; // before the thing that is asked for
    const bool listed = words[j] != "is" && words[j] != "was";
    do
        --j;
    while (!listed
        && !((words[j] == "the" || words[j] == "The" || words[j] == "'s")
            && (j == 0 || words[j - 1] != "in")));
    const std::string& thing = words[j + 1];
    for (std::size_t k = j; k-- > 0;) {
        if (words[k] != thing)
            continue;
        if (k > 0 && isColour(words[k - 1]))
            return words[k - 1] == words[i];
        const std::size_t is = words[k + 1] == "of" ? k + 3 : k + 1;
        if (words[is] == "is" && isColour(words[is + 1]))
            return words[is + 1] == words[i];
    }
    return false;
}

bool pronoun(const Words& words, std::size_t i, std::size_t sentence, std::size_t previous)
{
    std::string name = firstName(words, sentence, i);
    if (name.empty())
        name = firstName(words, previous, sentence);
    static const std::set<std::string> hers = {"she", "She", "her"};
    return !name.empty() && hers.contains(words[i]) == isWoman(name);
}

/// The subject is the first noun after the first `the`.
bool number(const Words& words, std::size_t i, std::size_t sentence)
{
    std::size_t j = sentence;
    while (words[j] != "The" && words[j] != "the")
        ++j;
    const bool several = words[i] == "are" || words[i] == "were";
    return j < i && words[j + 1].ends_with("s") == several;
}

/// As what was said, done or felt last.
bool sentiment(const Words& words, std::size_t i, std::size_t previous)
{
    const Words signs = sentiments(words);
    for (std::size_t j = i; j-- > previous;) {
        if (words[j] == "smiled" || words[j] == "wept")
            return signs[i] == (words[j] == "smiled" ? "positive" : "negative");
        if (!signs[j].empty())
            return signs[i] == signs[j];
    }
    return false;
}

bool sorted(const Words& words, std::size_t i)
{
    std::size_t first = i; // of the sorted ones
    while (words[first - 1] != ":" && words[first - 1] != "are")
        --first;
    const std::size_t back = words[first - 1] == "are" ? first - 2 : first - 1;
    Words drawn(words.begin() + static_cast<std::ptrdiff_t>(back) - 3,
        words.begin() + static_cast<std::ptrdiff_t>(back));
    std::sort(drawn.begin(), drawn.end());
    return words[i] == drawn[i - first];
}

bool greater(const Words& words, std::size_t i, std::size_t sentence)
{
    std::size_t j = sentence;
    while (!isNumber(words[j]))
        ++j;
    return j + 1 < i - 1 && words[j] == words[i - 1] && words[j + 1] < words[i];
}

/// The country that somebody was last said to be from.
std::string countryOf(const Words& words, const std::string& person, std::size_t end)
{
    for (std::size_t j = end; j-- > 0;) {
        if (words[j] != person)
            continue;
        if (words[j + 1] == "comes" || words[j + 1] == "lives")
            return words[j + 3];
        if (words[j + 1] == "was" && words[j + 2] == "born")
            return words[j + 4];
    }
    return {};
}

} // namespace

bool Reasons::same(const std::string& kind, const std::string& key, const std::string& value)
{
    return m_known.try_emplace(kind + " " + key, value).first->second == value;
}

bool Reasons::fact(const Words& words, std::size_t i, std::size_t, std::size_t previous)
{
    for (std::size_t j = i; j-- > previous;) {
        if (!relationNouns.contains(words[j]))
            continue;
        const std::string country
            = words[j + 1] == "of" ? words[j + 2] : words[lastOf(words, "country", j) - 3];
        return m_facts.try_emplace({country, words[j]}, words[i]).first->second == words[i];
    }
    return false;
}

bool Reasons::overTwo(const Words& words, std::size_t i, std::size_t sentence, std::size_t previous)
{
    OverTwo one;
    one.answer = words[i];
    const auto after
        = [&](const char* mark, std::size_t by) { return words[lastOf(words, mark, i) + by]; };
    if (stands(words, "whose", sentence, i)) {
        one.by = "capital";
        one.value = after("whose", 3);
    } else if (stands(words, "flows", sentence, i)) {
        one.by = "stream";
        one.value = words[lastOf(words, "flows", i) - 1];
    } else {
        const std::size_t of = lastOf(words, "'s", i);
        const bool named = of >= sentence && of < i && words[of + 1] == "country";
        const bool each = stands(words, "each", sentence, i);
        one.country = countryOf(words,
            each        ? words[i - 1]
                : named ? words[of - 1]
                        : words[sentence],
            i);
        if (one.country.empty())
            return false;
    }
    const std::size_t begin = one.by.empty() ? previous : sentence;
    for (std::size_t j = begin; j < i; ++j) // over a capital: the first one, else the last one
        if (relationNouns.contains(words[j]) && (one.by.empty() || one.relation.empty()))
            one.relation = words[j];
    m_overTwo.push_back(one);
    return !one.relation.empty();
}

std::string Reasons::wrongOverTwo() const
{
    std::map<std::pair<std::string, std::string>, std::string> countries; // by relation and value
    for (const auto& [of, value] : m_facts)
        countries[{of.second, value}] = of.first;
    for (const OverTwo& one : m_overTwo) {
        std::string country = one.country;
        if (const auto found = countries.find({one.by, one.value}); found != countries.end())
            country = found->second;
        const auto known = m_facts.find({country, one.relation});
        if (known != m_facts.end() && known->second != one.answer)
            return "the " + one.relation + " of " + country + " is not " + one.answer;
    }
    return {};
}

bool Reasons::holds(const std::string& why, const Words& words, std::size_t i, std::size_t sentence,
    std::size_t previous)
{
    const std::string& word = words[i];
    const auto after = [&](const char* mark, std::size_t by) {
        const std::size_t at = lastOf(words, mark, i);
        return at < i ? words[at + by] : std::string();
    };
    if (why == "induction")
        return induction(words, i);
    if (why == "backwards")
        return backwards(words, i);
    if (why == "indirect_object")
        return indirectObject(words, i,
            stands(words, "and", sentence, i) && words[sentence + 1] != "had" ? sentence
                                                                              : previous);
    if (why == "owner")
        return owner(words, i);
    if (why == "copy")
        return stands(words, word, previous, i);
    if (why == "colour")
        return colour(words, i);
    if (why == "pronoun")
        return pronoun(words, i, sentence, previous);
    if (why == "number")
        return number(words, i, sentence);
    if (why == "sentiment")
        return sentiment(words, i, previous);
    if (why == "sort")
        return sorted(words, i);
    if (why == "greater")
        return greater(words, i, sentence);
    if (why == "plural")
        return stands(words, singular(word), sentence, i);
    if (why == "history") {
        const std::size_t built = lastOf(words, "built", i);
        return same(why, words[built - 2], words[i - 1] + word);
    }
    if (why == "fact")
        return fact(words, i, sentence, previous);
    if (why == "two_hop" || why == "two_facts")
        return overTwo(words, i, sentence, previous);
    if (why == "code") {
        const bool known = words[i - 1] == "is"; // the word for it is CODE; CODE, which means it
        const std::string plain = known ? words[i - 2] : word;
        const std::string code = known ? word : after("which", 0) == "which" ? words[i - 4] : "";
        return same("code", plain, code) && same("meaning", code, plain);
    }
    if (why == "opposite") {
        const std::size_t of = lastOf(words, "of", i);
        const std::size_t no = lastOf(words, "not", i);
        const std::string& asked = words[(of == i || (no < i && no > of) ? no : of) + 1];
        return same(why, asked, word) && same(why, word, asked);
    }
    if (why == "translation") {
        const bool english = words[i - 1] == "for" || words[i - 1] == "means";
        const std::string plain = english ? word : after("for", 1);
        const std::string olu = !english ? word
            : words[i - 1] == "means"    ? after("does", 1)
                                         : words[lastOf(words, "is", i) - 1];
        return same(why, olu, plain) && same("in Olu", plain, olu);
    }
    return why == "refusal"; // held against the list of what is dangerous by who asks
}

} // namespace townrules
