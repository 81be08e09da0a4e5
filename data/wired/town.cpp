#include "data/wired/town.h"

#include <sstream>

namespace microtome::wired {

namespace {

enum Kind { person, place, animal, food, thing, job, verb, adjective, link };

struct Row {
    const char* name;
    const char* words;
    std::vector<int> next;
};

// One word for each letter from a to l, in this order.
const Row rows[] = {
    {"person", "Anna Ben Clara David Emma Felix Grace Henry Iris Jack Kate Leo", {verb}},
    {"place", "attic bakery castle dock estate farm garden harbour inn jetty kitchen library",
        {person}},
    {"animal", "ant bear cat dog eagle fox goat hen ibex jay kitten lamb", {verb}},
    {"food", "apple bread cake date egg fig grape honey ice jam kale lemon", {link}},
    {"thing", "anchor bell candle drum easel flute gate hammer iron jar key lamp", {link}},
    {"job", "actor baker clerk doctor editor farmer guard hunter innkeeper judge king lawyer",
        {verb}},
    {"verb", "admired bought carried dropped enjoyed found gave hid inspected joined kept lost",
        {adjective}},
    {"adjective", "amber blue clean dark empty fresh green heavy icy jolly kind large",
        {food, thing}},
    {"link", "and below close daily every for gladly here in just keenly later", {place}},
};

} // namespace

int Town::kindOf(int token) const
{
    return token == unknown ? kinds - 1 : (token - 2) / (letters - 1);
}

int Town::letterOf(int token) const
{
    return token == unknown ? letters - 1 : (token - 2) % (letters - 1);
}

Town buildTown()
{
    Town town;
    town.tokens = {"<s>", "<unk>"};
    for (const Row& row : rows) {
        town.kindNames.push_back(row.name);
        town.expected.push_back(row.next);
        std::istringstream words(row.words);
        for (std::string word; words >> word;)
            town.tokens.push_back(word);
    }
    town.kindNames.push_back("unknown");
    town.expected.push_back({});
    town.expected.push_back({person});
    return town;
}

} // namespace microtome::wired
