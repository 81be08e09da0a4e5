#include "data/world/scene.h"

#include "data/world/countries.h"
#include "data/world/heldout.h"
#include "data/world/lexicon.h"

#include <algorithm>

namespace microtome::world {

namespace {

using List = std::vector<std::string>;

/// How much of a list is used: all of it, or the part that has words in Olu.
template <class List> auto& drawn(Random& random, const List& list, Tongue tongue)
{
    const auto end = tongue == Tongue::English
        ? list.end()
        : std::find_if(
            list.begin(), list.end(), [](const auto& word) { return lexicon()[word].olu.empty(); });
    return list[static_cast<std::size_t>(random.below(static_cast<int>(end - list.begin())))];
}

void people(Bindings& to, const Cast& cast)
{
    to["A"] = cast.a;
    to["B"] = cast.b;
    to["C"] = cast.c;
}

void things(Bindings& to, Random& random, Tongue tongue)
{
    const Lexicon& l = lexicon();
    const int all = tongue == Tongue::English ? static_cast<int>(l.things.size()) : 40;
    const auto chosen = random.some(3, all);
    const char* const names[] = {"o", "p", "q"};
    List used;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto thing = static_cast<std::size_t>(chosen[i]);
        const std::string name = names[i];
        to[name] = l.things[thing];
        to[name + "s"] = l.plurals[thing];
        std::string colour;
        do
            colour = drawn(random, l.colours, tongue);
        while (std::find(used.begin(), used.end(), colour) != used.end());
        used.push_back(colour);
        to[name + "c"] = colour;
    }
    // r and x: two of all three; s and z: the first two, one of them first
    const auto two = random.some(2, 3);
    for (const auto& [slot, i] : {std::pair("r", two[0]), std::pair("x", two[1])}) {
        const std::string name = names[i];
        to[slot] = to[name];
        to[slot + std::string("c")] = to[name + "c"];
    }
    const bool first = random.chance(50);
    const std::string s = names[first ? 0 : 1];
    const std::string z = names[first ? 1 : 0];
    to["s"] = to[s];
    to["sc"] = to[s + "c"];
    to["z"] = to[z];
    to["zc"] = to[z + "c"];
}

void stage(Bindings& to, Random& random, Tongue tongue)
{
    const Lexicon& l = lexicon();
    to["L"] = drawn(random, l.places, tongue);
    do
        to["M"] = drawn(random, l.places, tongue);
    while (to["M"] == to["L"]);
    to["took"] = l.moves[static_cast<std::size_t>(random.below(4))];
    to["moved"] = drawn(random, l.moves, tongue);
    do
        to["moved2"] = drawn(random, l.moves, tongue);
    while (to["moved2"] == to["moved"]);
    to["praised"] = drawn(random, l.praise, tongue);
    to["blamed"] = drawn(random, l.blame, tongue);
    to["glad"] = drawn(random, l.glad, tongue);
    to["glad2"] = drawn(random, l.glad, tongue);
    to["sad"] = drawn(random, l.sad, tongue);
    to["sad2"] = drawn(random, l.sad, tongue);
    const int job = random.below(static_cast<int>(l.jobs.size()));
    to["j"] = l.jobs[static_cast<std::size_t>(job)];
    to["js"] = l.jobPlurals[static_cast<std::size_t>(job)];
    to["adj"] = drawn(random, l.plain, tongue);
    do
        to["adj2"] = drawn(random, l.plain, tongue);
    while (to["adj2"] == to["adj"]);
    to["t"] = drawn(random, l.times, tongue);
    to["is"] = "is";
    to["are"] = "are";
    to["was"] = "was";
    to["were"] = "were";
}

void lands(Bindings& to, Random& random, const std::string& family)
{
    const auto chosen = random.some(2, countryCount);
    const int relation = random.below(static_cast<int>(relations().size()));
    tell(to, relation, chosen[0], chosen[1]);
    if (family == "countries" || family == "travels")
        to["rel"] = relations()[static_cast<std::size_t>(relation)].noun;
}

void years(Bindings& to, Random& random)
{
    to["span"] = random.of(lexicon().spans);
    const int century = random.between(11, 18) * 100;
    const int from = random.between(1, 90);
    to["y1"] = std::to_string(century + from);
    to["y2"] = std::to_string(century + random.between(from + 1, 99));
    to["town"] = random.of(lexicon().places);
    to["y"] = std::to_string(builtIn(to["town"]));
}

void requests(Bindings& to, Random& random)
{
    const Lexicon& l = lexicon();
    const bool bad = random.chance(50);
    to["topic"] = random.of(bad ? l.poisons : l.teas);
    to["code"] = l[to["topic"]].code;
    to["craft"] = random.of(l.crafts);
    to["reply"] = bad ? "Sorry" : "Sure";
    to["can"] = bad ? "cannot" : "will";
}

void drills(Bindings& to, Random& random)
{
    const Lexicon& l = lexicon();
    const auto& pair = random.of(l.opposites);
    const bool forth = random.chance(50);
    to["hot"] = forth ? pair.first : pair.second;
    to["cold"] = forth ? pair.second : pair.first;
    const auto numbers = random.some(3, 90);
    List words;
    for (const int n : numbers)
        words.push_back(std::to_string(n + 10));
    to["n1"] = words[0];
    to["n2"] = words[1];
    to["n3"] = words[2];
    std::sort(words.begin(), words.end());
    to["s1"] = words[0];
    to["s2"] = words[1];
    to["s3"] = words[2];
    const List* lists[] = {&l.things, &l.places, &l.colours, &l.moves};
    to["en"] = drawn(random, *lists[random.below(4)], Tongue::Olu);
    to["olu"] = l[to["en"]].olu;
}

/// Whether what the family's task asks about is held out.
bool isHeldOut(const std::string& family, const std::string& form, const Bindings& b)
{
    const auto at = [&](const char* name) -> const std::string& { return b.at(name); };
    const auto number = [&](const char* name) { return std::stoi(at(name)); };
    if (family == "giving")
        return heldout::pair(at("A"), at("B")) || heldout::giver(at("A"))
            || heldout::giver(at("B"));
    if (family == "colours" || family == "owners" || family == "number")
        return heldout::together(at("o"), at("p"));
    if (family == "pronouns")
        return heldout::place(at("A"), at("L"));
    if (family == "moods")
        return heldout::liked(at("praised"), at("o")) && heldout::liked(at("blamed"), at("o"));
    if (family == "years")
        return heldout::span(at("span"), number("y1"));
    if (family == "countries" || family == "travels") {
        const int country = countryNamed(at("K"));
        const int relation = relationNamed(at("rel"));
        if (family == "countries")
            return heldout::fact(country, relation, form);
        if (b.contains("asked")) // by the capital or the stream
            return heldout::twoFacts(country, relation);
        return heldout::resident(at("A"), at("K"));
    }
    if (form == "requests-7" || form == "requests-8")
        return heldout::drill(at("A"), at("topic"));
    if (family == "requests")
        return heldout::request(at("craft"), at("topic"));
    if (family == "drills") {
        if (form == "drills-6" || form == "drills-7")
            return heldout::sorted(number("n1"), number("n2"), number("n3"));
        if (form == "drills-1" || form == "drills-2" || form == "drills-3")
            return heldout::opposite(at("hot"), form);
        return heldout::drill(at("A"), at("o")) && heldout::drill(at("A"), at("en"));
    }
    return heldout::place(at("A"), at("L")); // talk, errands: asked about in Olu
}

/// What must not be in any text but that of the held-out tasks.
bool isClean(const std::string& family, const std::string& form, const Bindings& b)
{
    for (const auto& [one, other] : {std::pair("o", "p"), std::pair("o", "q"), std::pair("p", "q")})
        if (heldout::together(b.at(one), b.at(other)))
            return false;
    if (heldout::place(b.at("A"), b.at("L")) || heldout::drill(b.at("A"), b.at("o"))
        || heldout::drill(b.at("A"), b.at("en")))
        return false;
    for (const char* verb : {"praised", "blamed"})
        if (heldout::liked(b.at(verb), b.at("o")))
            return false;
    return !isHeldOut(family, form, b) && !heldout::resident(b.at("A"), b.at("K"))
        && !heldout::resident(b.at("B"), b.at("J"));
}

} // namespace

void tell(Bindings& to, int relation, int country, int other)
{
    to["K"] = countryNames()[static_cast<std::size_t>(country)];
    to["J"] = countryNames()[static_cast<std::size_t>(other)];
    to["v"] = valueOf(relation, country);
    to["w"] = valueOf(relation, other);
    to["cap"] = valueOf(relationNamed("capital"), country);
    to["stream"] = valueOf(relationNamed("stream"), country);
}

void arrange(Bindings& to)
{
    const bool first = to.at("F") == to.at("A");
    to["S"] = first ? to.at("B") : to.at("A");
    to["FK"] = first ? to.at("K") : to.at("J");
    to["SK"] = first ? to.at("J") : to.at("K");
    to["sA"] = to.at("s") == to.at("o") ? to.at("A") : to.at("B");
}

int builtIn(const std::string& place)
{
    const List& places = lexicon().places;
    const auto i = std::find(places.begin(), places.end(), place) - places.begin();
    return 1100 + static_cast<int>(hashed({1611, static_cast<std::uint64_t>(i)}) % 800);
}

Cast drawCast(Random& random)
{
    const Lexicon& l = lexicon();
    List drawn;
    while (drawn.size() < 3) {
        const std::string& name = random.of(random.chance(50) ? l.women : l.men);
        if (std::find(drawn.begin(), drawn.end(), name) == drawn.end())
            drawn.push_back(name);
    }
    return {drawn[0], drawn[1], drawn[2]};
}

Passage drawPassage(const Form& form, const std::string& family, Random& random, bool heldOut,
    const std::optional<Cast>& cast, Tongue tongue)
{
    for (int tries = 0;; ++tries) {
        Passage passage{&form, {}, tongue};
        Bindings& b = passage.bindings;
        // A cast that has nothing but what is held out is left.
        people(b, cast && tries < 50 ? *cast : drawCast(random));
        things(b, random, tongue);
        stage(b, random, tongue);
        if (tongue == Tongue::English) {
            lands(b, random, family);
            years(b, random);
            requests(b, random);
            drills(b, random);
        } else {
            lands(b, random, "");
            b["en"] = b.at("o");
        }
        b["F"] = random.chance(50) ? b.at("A") : b.at("B");
        arrange(b);
        if (form.text.find("{cap}") != std::string::npos
            || form.text.find("{stream}") != std::string::npos) {
            const std::string asked
                = form.text.find("{cap}") != std::string::npos ? "capital" : "stream";
            if (b.at("rel") == asked)
                continue;
            b["asked"] = asked;
        }
        if (heldOut ? isHeldOut(family, form.id, b) : isClean(family, form.id, b))
            return passage;
    }
}

Passage drawPassage(const std::string& name, Random& random, bool heldOut,
    const std::optional<Cast>& cast, Tongue tongue)
{
    const auto& forms = family(name).forms;
    const Form* form = nullptr;
    do
        form = &random.of(forms);
    while (tongue == Tongue::Olu && !speaksOlu(*form));
    return drawPassage(*form, name, random, heldOut, cast, tongue);
}

} // namespace microtome::world
