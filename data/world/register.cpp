#include "data/world/register.h"

#include "data/world/countries.h"
#include "data/world/heldout.h"
#include "data/world/lexicon.h"
#include "data/world/scene.h"
#include "data/world/writer.h"

namespace microtome::world {

namespace {

/// In entries and answers # stands for the number of what is told: {n#} a person, {o#} a thing,
/// {c#} its colour, {K#} a country, {v#} what is asked of it.
struct Register {
    const char* head;
    const char* entry;
    const char* call; ///< before the answers
    const char* answer;
};

const std::vector<Register> registers = {
    {"{A} has", "a [ {c#} {o#} ]", "In short :", "{o#} {c#!colour}"},
    {"{A} sees", "a [ {c#} {o#} ]", "In short :", "{o#} {c#!colour}"},
    {"", "{n#} owns a {o#}", "In short :", "{o#} {n#!owner}"},
    {"", "{n#} owns the [ {c#} {o#} ]", "In short :", "{o#} {n#!owner}"},
    {"", "the {o#} belongs to {n#}", "In short :", "{o#} {n#!owner}"},
    {"", "{n#} lives in {K#}", "In short :", "{n#} {K#!copy}"},
    {"", "{n#} comes from {K#}", "In short :", "{n#} {K#!copy}"},
    {"", "{n#} lives in {K#}", "The {rel} of each , in short :", "{n#} {v#!two_hop}"},
    {"", "{n#} was born in {K#}", "The {rel} of each , in short :", "{n#} {v#!two_hop}"},
    {"{A} has", "a [ {c#} {o#} ]", "", "the {o#} is {c#!colour}"},
    {"On the table of {A} there is", "a [ {c#} {o#} ]", "", "the {o#} of {A} is {c#!colour}"},
    {"{A} sees", "a [ {c#} {o#} ]", "", "{A} 's {o#} is {c#!colour}"},
    {"", "{n#} owns a {o#}", "In short :", "{o#} of {n#!owner}"},
    {"", "the [ {c#} {o#} ] belongs to {n#}", "In short :", "{o#} of {n#!owner}"},
    {"", "{n#} owns a {o#}", "", "the {o#} belongs to {n#!owner}"},
    {"", "{n#} owns the [ {c#} {o#} ]", "", "the {o#} belongs to {n#!owner}"},
    {"", "{n#} lives in {K#}", "", "{n#} 's country is {K#!copy}"},
    {"", "{n#} comes from {K#}", "", "the {rel} of {n#} 's country is {v#!two_hop}"},
    {"", "{n#} was born in {K#}", "", "the {rel} of {n#} 's country is {v#!two_hop}"},
};

std::string numbered(std::string text, int i)
{
    for (auto at = text.find('#'); at != std::string::npos; at = text.find('#'))
        text.replace(at, 1, std::to_string(i));
    return text;
}

/// `Head a, b and c.`, without `and` behind a colon; the first letter is a capital.
std::string enumerated(const std::string& head, const std::vector<std::string>& parts)
{
    const bool listed = head.ends_with(":");
    std::string text = head;
    for (std::size_t i = 0; i < parts.size(); ++i)
        text += (i == 0 ? " " : listed || i + 1 < parts.size() ? " , " : " and ") + parts[i];
    const auto first = text.find_first_not_of(' ');
    if (text.compare(first, 4, "the ") == 0)
        text[first] = 'T';
    return text + " . ";
}

/// n people with a thing and a country each, and a relation that all are asked for.
Bindings drawEntries(Random& random, int n)
{
    const Lexicon& l = lexicon();
    Bindings b;
    const auto relation = random.below(static_cast<int>(relations().size()));
    b["rel"] = relations()[static_cast<std::size_t>(relation)].noun;
    const auto at = [](int i) { return static_cast<std::size_t>(i); };
    const auto things = random.some(n, static_cast<int>(l.things.size()));
    const auto colours = random.some(n, static_cast<int>(l.colours.size()));
    const auto women = random.some(n + 1, static_cast<int>(l.women.size()));
    const auto men = random.some(n + 1, static_cast<int>(l.men.size()));
    const auto countries = random.some(n, countryCount);
    for (int i = 0; i <= n; ++i) {
        const std::string& name
            = random.chance(50) ? l.women[at(women[at(i)])] : l.men[at(men[at(i)])];
        if (i == n) {
            b["A"] = name;
            break;
        }
        b[numbered("n#", i)] = name;
        b[numbered("o#", i)] = l.things[at(things[at(i)])];
        b[numbered("c#", i)] = l.colours[at(colours[at(i)])];
        b[numbered("K#", i)] = countryNames()[at(countries[at(i)])];
        b[numbered("v#", i)] = valueOf(relation, countries[at(i)]);
    }
    return b;
}

bool isClean(const Bindings& b, int n)
{
    for (int i = 0; i < n; ++i) {
        const std::string& thing = b.at(numbered("o#", i));
        for (int j = 0; j < i; ++j)
            if (heldout::together(thing, b.at(numbered("o#", j))))
                return false;
        const std::string& name = b.at(numbered("n#", i));
        if (heldout::resident(name, b.at(numbered("K#", i))) || heldout::drill(name, thing)
            || heldout::drill(b.at("A"), thing))
            return false;
    }
    return true;
}

} // namespace

int registerForms()
{
    return static_cast<int>(registers.size());
}

Text drawRegister(Random& random)
{
    const int form = random.below(registerForms());
    const Register& kind = registers[static_cast<std::size_t>(form)];
    const int n = random.between(2, 6);
    Bindings b;
    do
        b = drawEntries(random, n);
    while (!isClean(b, n));
    std::vector<std::string> entries;
    for (int i = 0; i < n; ++i)
        entries.push_back(numbered(kind.entry, i));
    std::string text = enumerated(kind.head, entries);
    std::vector<std::string> answers; // not always all: the last one would be what is left
    for (const int i : random.some(random.between((n + 1) / 2, n), n))
        answers.push_back(numbered(kind.answer, i));
    text += enumerated(kind.call, answers);
    return write({"register-" + std::to_string(form + 1), text}, b);
}

} // namespace microtome::world
