#include "tests/data/townrules.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

namespace townrules {

namespace {

using Words = std::vector<std::string>;

std::set<std::string> setOf(const char* text)
{
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

bool isSyllables(const std::string& word, const std::string& consonants, const std::string& vowels)
{
    if (word.size() < 4 || word.size() % 2 != 0)
        return false;
    for (std::size_t i = 0; i < word.size(); i += 2)
        if (consonants.find(word[i]) == std::string::npos
            || vowels.find(word[i + 1]) == std::string::npos)
            return false;
    return true;
}

bool isOlu(const std::string& word)
{
    return isSyllables(word, "klmnrstv", "aou");
}
bool isCode(const std::string& word)
{
    return isSyllables(word, "xqzjw", "yi");
}
bool isMark(const std::string& word)
{
    return word.size() == 1 && std::ispunct(word[0]);
}

} // namespace

Words cut(const std::string& text)
{
    static const std::regex pattern("'s|[A-Za-z]+|[0-9][0-9]|[.,:?]");
    return {std::sregex_token_iterator(text.begin(), text.end(), pattern), {}};
}

std::vector<std::pair<std::size_t, std::size_t>> sentences(const Words& words)
{
    std::vector<std::pair<std::size_t, std::size_t>> all;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == "." || words[i] == "?") {
            all.emplace_back(begin, i + 1);
            begin = i + 1;
        }
    return all;
}

bool isWoman(const std::string& name)
{
    // Names of women end in a, e, s, h, y, n, z ... too often to go by it: the list, written again.
    static const auto list = setOf("Ada Agnes Alice Amelia Anna Astrid Beatrice Bella Bertha Carla "
                                   "Cecilia Clara Cora Daisy Dora Edith "
                                   "Elena Ella Emma Esther Eva Fiona Flora Frieda Gerda Grace "
                                   "Greta Hanna Hazel Helen Hilda Ida Ines Irene "
                                   "Iris Ivy Jane Judith Julia Karen Laura Lena Lucy Mara Maria "
                                   "Martha Mary Nina Nora Olga Paula Rosa Ruth "
                                   "Sara Sophie Stella Tilda Vera Wanda Zoe");
    return list.contains(name);
}

bool isName(const std::string& word)
{
    static const auto men
        = setOf("Adam Alan Albert Arthur Bruno Carl Chris Conrad Daniel David Dennis Edgar Edwin "
                "Emil Ernest Felix "
                "Frank Fred George Gustav Harold Henry Hugo Igor Ivan Jack Jacob James John Jonas "
                "Joseph Karl Kevin "
                "Kurt Leo Louis Lucas Mark Martin Max Michael Nathan Neil Oliver Oscar Otto Paul "
                "Peter Philip Ralph "
                "Richard Robert Samuel Simon Stefan Thomas Tom Victor Walter William");
    return isWoman(word) || men.contains(word);
}

bool isColour(const std::string& word)
{
    static const auto list
        = setOf("red blue green yellow black white brown grey purple orange pink golden");
    return list.contains(word);
}

Words languages(const Words& words)
{
    Words all(words.size());
    for (const auto& [begin, end] : sentences(words)) {
        int olu = 0;
        int other = 0;
        for (std::size_t i = begin; i < end; ++i)
            if (std::islower(words[i][0]))
                ++(isOlu(words[i]) ? olu : other);
        for (std::size_t i = begin; i < end; ++i)
            all[i] = olu > other || isOlu(words[i]) ? "olu" : isCode(words[i]) ? "code" : "english";
    }
    return all;
}

Words speakers(const Words& words)
{
    Words all(words.size());
    for (const auto& [begin, end] : sentences(words)) {
        const auto colon = std::find(words.begin() + static_cast<std::ptrdiff_t>(begin),
            words.begin() + static_cast<std::ptrdiff_t>(end), ":");
        const auto at = static_cast<std::size_t>(colon - words.begin());
        // `A says to B : ...` in any tongue; the clerk speaks too. `A can sort : ...` does not.
        const bool clerk = words[begin] == "The" && words[begin + 1] == "clerk";
        if (!(isName(words[begin]) || clerk) || words[begin + 1] == "can")
            continue;
        for (std::size_t i = at + 1; i < end; ++i)
            all[i] = clerk ? "clerk" : words[begin];
    }
    return all;
}

Words referents(const Words& words)
{
    static const auto subject = setOf("he she He She his");
    Words all(words.size());
    std::string before; // the first name of the sentence before
    for (const auto& [begin, end] : sentences(words)) {
        std::string first;
        std::string last;
        for (std::size_t i = begin; i < end; ++i) {
            if (isName(words[i])) {
                all[i] = words[i];
                last = words[i];
                if (first.empty())
                    first = words[i];
            } else if (subject.contains(words[i])) {
                all[i] = first.empty() ? before : first;
            } else if (words[i] == "her" || words[i] == "him") {
                all[i] = words[i - 1] == "told" ? last : first;
            }
        }
        before = first;
    }
    return all;
}

Words relations(const Words& words)
{
    static const auto nouns
        = setOf("capital currency language region food stream animal crop ruler sport");
    Words all(words.size());
    for (const auto& [begin, end] : sentences(words))
        for (std::size_t i = begin; i < end; ++i)
            if (nouns.contains(words[i])) {
                std::fill(all.begin() + static_cast<std::ptrdiff_t>(begin),
                    all.begin() + static_cast<std::ptrdiff_t>(end), words[i]);
                break;
            }
    return all;
}

Words sentiments(const Words& words)
{
    static const auto good
        = setOf("happy glad cheerful proud calm merry hopeful grateful joyful delighted pleased "
                "content excited "
                "lucky relaxed thankful loved enjoyed admired liked praised adored");
    static const auto bad
        = setOf("unhappy sad angry worried afraid lonely upset bitter gloomy hurt nervous ashamed "
                "tired bored "
                "jealous desperate hated disliked feared despised cursed resented");
    Words all(words.size());
    for (std::size_t i = 0; i < words.size(); ++i)
        all[i] = good.contains(words[i]) ? "positive" : bad.contains(words[i]) ? "negative" : "";
    return all;
}

Words closedParts(const Words& words)
{
    static const std::map<std::string, std::set<std::string>> closed = {
        {"determiner", setOf("a an the The this This That one two some each Every my your")},
        {"conjunction",
            setOf(
                "and but for so because when When that who whose where which If After While Then")},
        {"preposition",
            setOf("to of in In at with from near about under on On behind beside into")},
        {"pronoun", setOf("I me you it It he He him his she She her there There what Who")},
        {"adverb", setOf("all not how more Again Backwards Today Yesterday Once always never up down out")},
        {"answer", setOf("Sorry Sure yes Yes")},
        {"colour", setOf("red blue green yellow black white brown grey purple orange pink golden")},
        {"verb", setOf("Ask Does Sort")},
        {"noun", setOf("Roll")},
    };
    Words all(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        for (const auto& [part, list] : closed)
            if (list.contains(word))
                all[i] = part;
        if (isMark(word) || word == "'s")
            all[i] = "mark";
        else if (std::isdigit(word[0]))
            all[i] = "number";
        else if (all[i].empty() && std::isupper(word[0]))
            all[i] = "name";
    }
    return all;
}

std::map<std::string, std::string> learnOlu(const std::vector<Words>& texts)
{
    std::map<std::string, std::string> olu;
    for (const Words& words : texts)
        for (std::size_t i = 0; i + 6 < words.size(); ++i) {
            if (words[i] == "the" && words[i + 1] == "word" && words[i + 2] == "for"
                && isOlu(words[i + 5 - 1]))
                olu[words[i + 4 + (words[i + 4] == "is")]] = words[i + 3];
            if (words[i] == "is" && words[i + 2] == "Olu" && words[i + 3] == "word"
                && isOlu(words[i - 1]))
                olu[words[i - 1]] = words[i + 5];
        }
    return olu;
}

Words colours(const Words& words, const std::map<std::string, std::string>& olu)
{
    const auto meaning = [&](std::size_t i) {
        const auto found = olu.find(words[i]);
        return found == olu.end() ? words[i] : found->second;
    };
    Words all(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string word = meaning(i);
        if (!isColour(word))
            continue;
        all[i] = word;
        const bool predicate = i > 0 && (words[i - 1] == "is" || words[i - 1] == "was");
        if (isOlu(words[i])) { // behind its noun
            if (isOlu(words[i - 1]))
                all[i - 1] = word;
        } else if (i + 1 < words.size() && !isMark(words[i + 1]) && words[i + 1] != "is"
            && !predicate)
            all[i + 1] = word;
    }
    return all;
}

} // namespace townrules
