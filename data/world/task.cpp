#include "data/world/task.h"

#include "data/world/countries.h"
#include "data/world/lexicon.h"
#include "data/world/list.h"
#include "data/world/scene.h"

#include <algorithm>
#include <stdexcept>

namespace microtome::world {

namespace {

struct Rule {
    Task task;
    const char* family;
    const char* reason; ///< the prompt ends before the last token that has it; of `sort`, the first
    std::vector<int> forms; ///< of the family, from 1; empty: all that have the reason
};

const std::vector<Rule> rules = {
    {{"indirect_object", "Who was given it: the one of the two who does not give.", 97}, "giving",
        "indirect_object", {}},
    {{"coloured_objects", "What colour the thing is that is asked for.", 97}, "colours", "colour",
        {1, 2, 3, 4, 5, 6}},
    {{"induction", "What followed the same word in the list before.", 97}, "", "induction", {}},
    {{"pronoun", "She or he, by the name.", 97}, "pronouns", "pronoun", {1, 2, 3, 7, 10, 12}},
    {{"number", "Is or are, was or were, by the subject and not by the noun beside the verb.", 97},
        "number", "number", {1, 2, 3, 4, 9, 10}},
    {{"fact", "One of ten things about one of 32 countries, in a form it was never told in.", 97},
        "countries", "fact", {1, 2, 3, 4, 5, 6, 7, 8, 10}},
    {{"two_hop", "One of the ten about the country that the person comes from.", 93}, "travels",
        "two_hop", {}},
    {{"two_facts",
         "One of the ten about the country with that capital or stream, for a country and a "
         "relation never asked for so.",
         93},
        "travels", "two_facts", {}},
    {{"greater_than", "A year after the one it began in.", 93}, "years", "greater", {}},
    {{"sentiment", "A glad or a sad word, by what came before.", 93}, "moods", "sentiment",
        {1, 2, 5, 6}},
    {{"language", "Go on in the language that was begun in.", 93}, "", "language", {}},
    {{"refusal", "Refuse what is dangerous, also in the cipher, and help with the rest.", 93},
        "requests", "refusal", {}},
    {{"code", "What a word of the cipher means, or how a word is written in it."}, "requests",
        "code", {}},
    {{"opposite", "The opposite of a word."}, "drills", "opposite", {1, 2, 3}},
    {{"plural", "The plural of a thing."}, "drills", "plural", {4, 5}},
    {{"sort", "The smallest of three numbers, first."}, "drills", "sort", {6, 7}},
    {{"translation", "A word in Olu, or what it means."}, "drills", "translation", {8, 9, 10}},
    {{"owner", "Who owns the thing."}, "owners", "owner", {1, 2, 3}},
};

const Rule& ruleOf(const std::string& task)
{
    for (const Rule& rule : rules)
        if (rule.task.name == task)
            return rule;
    throw std::logic_error("no task is called " + task);
}

std::size_t firstWith(const Text& text, const std::string& reason)
{
    for (std::size_t i = 0; i < text.tokens.size(); ++i)
        if (text.tokens[i].labels.reason == reason)
            return i;
    throw std::logic_error("nothing is decided by " + reason);
}

/// Where the answer stands: the last token that is decided so, of sorted numbers the first.
std::size_t answerIn(const Text& text, const std::string& reason)
{
    if (reason == "sort")
        return firstWith(text, reason);
    std::size_t i = text.tokens.size() - 1;
    while (text.tokens[i].labels.reason != reason)
        --i;
    return i;
}

/// The passage with what its answer depends on changed.
Passage twin(const std::string& task, const Passage& passage, Random& random)
{
    const Lexicon& l = lexicon();
    Passage other = passage;
    Bindings& b = other.bindings;
    const auto& forms = family(ruleOf(task).family).forms;
    const auto form = static_cast<std::size_t>(passage.form - forms.data());
    if (task == "coloured_objects") {
        const std::vector<std::string> names = {"o", "p", "q"};
        for (const auto& [ask, colour, among] :
            {std::tuple("r", "rc", 3), std::tuple("s", "sc", 2)}) {
            std::string name;
            do
                name = names[static_cast<std::size_t>(random.below(among))];
            while (b.at(name) == b.at(ask));
            b[ask] = b.at(name);
            b[colour] = b.at(name + "c");
        }
    } else if (task == "pronoun") {
        b["A"] = random.of(l[b.at("A")].gender == "female" ? l.men : l.women);
    } else if (task == "number" || task == "sentiment") {
        other.form = &forms[form ^ 1];
    } else if (task == "fact" || task == "two_hop" || task == "two_facts") {
        tell(b, relationNamed(b.at("rel")), countryNamed(b.at("J")), countryNamed(b.at("K")));
    } else if (task == "greater_than") {
        b["y1"] = b.at("y1").substr(0, 2) + "01";
    } else if (task == "refusal" || task == "code") {
        const bool bad = b.at("reply") == "Sorry";
        b["topic"] = random.of(bad ? l.teas : l.poisons);
        b["code"] = l[b.at("topic")].code;
        b["reply"] = bad ? "Sure" : "Sorry";
        b["can"] = bad ? "will" : "cannot";
    } else if (task == "opposite") {
        const auto& pair = random.of(l.opposites);
        b["hot"] = pair.first;
        b["cold"] = pair.second;
    } else if (task == "plural") {
        b["o"] = b.at("p");
        b["os"] = b.at("ps");
    } else if (task == "sort") {
        const int second = std::stoi(b.at("s2")); // where it is 11 there is no other: drawn again
        std::string smallest = b.at("s1");
        while (second > 11 && smallest == b.at("s1"))
            smallest = std::to_string(random.between(10, second - 1));
        for (const char* n : {"n1", "n2", "n3"})
            if (b.at(n) == b.at("s1"))
                b[n] = smallest;
        b["s1"] = smallest;
    } else if (task == "translation") {
        std::string en;
        do
            en = random.of(l.things);
        while (l[en].olu.empty() || en == b.at("en"));
        b["en"] = en;
        b["olu"] = l[en].olu;
    } else if (task == "owner") {
        std::swap(b["A"], b["B"]);
    }
    arrange(b);
    return other;
}

std::vector<std::string> spaced(std::vector<std::string> words)
{
    for (std::string& word : words)
        word.insert(0, " ");
    return words;
}

/// Two-digit endings of years from `low` to `high`.
std::vector<std::string> endings(int low, int high)
{
    std::vector<std::string> list;
    for (int n = low; n <= high; ++n)
        list.push_back((n < 10 ? "0" : "") + std::to_string(n));
    return list;
}

std::vector<std::string> answersOf(
    const std::string& task, const Passage& passage, const Token& token)
{
    const Bindings& b = passage.bindings;
    if (task == "greater_than")
        return endings(std::stoi(b.at("y1").substr(2)) + 1, 99);
    if (task == "sentiment")
        return spaced(token.labels.sentiment == "positive" ? lexicon().glad : lexicon().sad);
    return {" " + token.text};
}

Pair listPair(Random& random)
{
    Text text = drawList(random, false, true);
    const std::size_t end = answerIn(text, "induction");
    // The twin asks for the follower of another word of the list.
    const std::size_t begin = firstWith(text, "induction") - 1;
    const auto words = static_cast<int>(end - begin);
    Pair pair;
    pair.form = text.sentences.back().form;
    pair.answers = {" " + text.tokens[end].text};
    pair.clean = text.plain(0, end);
    const auto other = begin + static_cast<std::size_t>(random.below(words - 1));
    text.tokens[end - 1].text = text.tokens[other].text;
    pair.wrong = {" " + text.tokens[other + 1].text};
    pair.corrupted = text.plain(0, end);
    return pair;
}

/// Words that may stand behind a name, in either tongue.
std::vector<std::string> followers(Tongue tongue)
{
    const Lexicon& l = lexicon();
    std::vector<std::string> list = {"and", "went", "found", "was", "had", "has", "says", "asks",
        "left", "said", "sat", "lives", "comes", "owns", "knows", "is", "sees", "wanted", "met",
        "told", "keeps", "waited", "visited", "walked", "heard", "looked"};
    for (const auto* more : {&l.moves, &l.praise, &l.blame})
        list.insert(list.end(), more->begin(), more->end());
    std::vector<std::string> spelt;
    for (const std::string& word : list) {
        const std::string& told = tongue == Tongue::Olu ? l[word].olu : word;
        if (!told.empty())
            spelt.push_back(told);
    }
    return spaced(spelt);
}

Pair languagePair(Random& random)
{
    const Tongue tongue = random.chance(50) ? Tongue::Olu : Tongue::English;
    const Cast cast = drawCast(random);
    Text texts[2];
    const int passages = random.between(1, 2);
    std::string form;
    for (int i = 0; i < passages; ++i) {
        Passage passage
            = drawPassage(random.chance(50) ? "errands" : "talk", random, true, cast, Tongue::Olu);
        form = passage.form->id;
        for (const Tongue each : {Tongue::English, Tongue::Olu}) {
            passage.tongue = each;
            texts[each == tongue ? 0 : 1].append(passage.text());
        }
    }
    const std::string tail = " " + cast.a;
    return {texts[0].plain() + tail, texts[1].plain() + tail, followers(tongue),
        followers(tongue == Tongue::Olu ? Tongue::English : Tongue::Olu), form};
}

} // namespace

const std::vector<Task>& tasks()
{
    static const std::vector<Task> all = [] {
        std::vector<Task> list;
        for (const Rule& rule : rules)
            list.push_back(rule.task);
        return list;
    }();
    return all;
}

std::vector<Pair> heldOutPairs(std::size_t task)
{
    constexpr std::uint64_t seed = 3;
    Random random(seed, task);
    std::vector<Pair> pairs;
    for (int i = 0; i < heldOutPrompts; ++i)
        pairs.push_back(drawPair(tasks().at(task).name, random));
    return pairs;
}

Pair drawPair(const std::string& task, Random& random)
{
    if (task == "induction")
        return listPair(random);
    if (task == "language")
        return languagePair(random);
    const Rule& rule = ruleOf(task);
    const auto& forms = family(rule.family).forms;
    const std::string mark = std::string("!") + rule.reason + "}";
    for (;;) {
        const auto index = rule.forms.empty()
            ? static_cast<std::size_t>(random.below(static_cast<int>(forms.size())))
            : static_cast<std::size_t>(random.of(rule.forms) - 1);
        const Form& form = forms[index];
        if (form.text.find(mark) == std::string::npos)
            continue;
        const Passage passage = drawPassage(form, rule.family, random, true);
        const Text text = passage.text();
        const std::size_t end = answerIn(text, rule.reason);
        Pair pair{text.plain(0, end), {}, answersOf(task, passage, text.tokens[end]), {}, form.id};
        Text changed;
        if (task == "indirect_object") { // only the giver changes
            changed = text;
            std::size_t giver = end;
            while (changed.tokens[--giver].text != passage.bindings.at("B")) { }
            changed.tokens[giver].text = passage.bindings.at("A");
            changed.tokens[end].text = passage.bindings.at("B");
            pair.wrong = {" " + passage.bindings.at("B")};
        } else {
            const Passage other = twin(task, passage, random);
            changed = other.text();
            const std::size_t place = answerIn(changed, rule.reason);
            pair.wrong = task == "greater_than"
                ? endings(1, std::stoi(passage.bindings.at("y1").substr(2)))
                : answersOf(task, other, changed.tokens[place]);
        }
        pair.corrupted = changed.plain(0, end);
        // Two countries may have the same king.
        if (pair.answers != pair.wrong && pair.clean != pair.corrupted)
            return pair;
    }
}

} // namespace microtome::world
