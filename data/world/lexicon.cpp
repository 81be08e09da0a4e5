#include "data/world/lexicon.h"

#include "data/world/countries.h"
#include "data/world/text.h"

#include <cctype>
#include <set>
#include <stdexcept>

namespace microtome::world {

namespace {

const char* const women
    = "Ada Agnes Alice Amelia Anna Astrid Beatrice Bella Bertha Carla Cecilia Clara Cora Daisy "
      "Dora "
      "Edith Elena Ella Emma Esther Eva Fiona Flora Frieda Gerda Grace Greta Hanna Hazel Helen "
      "Hilda "
      "Ida Ines Irene Iris Ivy Jane Judith Julia Karen Laura Lena Lucy Mara Maria Martha Mary Nina "
      "Nora Olga Paula Rosa Ruth Sara Sophie Stella Tilda Vera Wanda Zoe";
const char* const men
    = "Adam Alan Albert Arthur Bruno Carl Chris Conrad Daniel David Dennis Edgar Edwin Emil Ernest "
      "Felix Frank Fred George Gustav Harold Henry Hugo Igor Ivan Jack Jacob James John Jonas "
      "Joseph "
      "Karl Kevin Kurt Leo Louis Lucas Mark Martin Max Michael Nathan Neil Oliver Oscar Otto Paul "
      "Peter Philip Ralph Richard Robert Samuel Simon Stefan Thomas Tom Victor Walter William";
const char* const things
    = "lamp key cup box book ring coin letter hat coat glove ball kite drum flute bell rope basket "
      "bottle plate spoon fork chair stool carpet candle mirror clock pen map stamp button needle "
      "hammer axe nail ladder bucket wheel cart boat sail anchor net hook stone shell feather "
      "flower "
      "apple pear plum lemon cake pie egg cheese jar pot pan kettle towel pillow blanket sock boot "
      "scarf belt purse wallet ticket card toy doll puppet mask crown sword shield helmet statue "
      "vase";
const char* const places
    = "market school kitchen garden harbour library station bakery church castle mill farm forest "
      "river beach bridge tower museum theatre hospital hotel inn shop square park stable barn "
      "cellar "
      "attic hall office court prison bank lake hill meadow orchard quarry workshop";
const char* const jobs
    = "baker doctor teacher farmer sailor soldier painter singer dancer lawyer judge miller hunter "
      "gardener driver builder printer tailor porter waiter nurse pilot clown banker";
const char* const colours
    = "red blue green yellow black white brown grey purple orange pink golden";
const char* const plain
    = "wooden round shiny heavy light old new small large clean dirty empty full broken cheap rare "
      "plain soft hard warm cold wet dry sharp";
const char* const glad = "happy glad cheerful proud calm merry hopeful grateful joyful delighted "
                         "pleased content excited "
                         "lucky relaxed thankful";
const char* const sad = "unhappy sad angry worried afraid lonely upset bitter gloomy hurt nervous "
                        "ashamed tired bored "
                        "jealous desperate";
const char* const praise = "loved enjoyed admired liked praised adored";
const char* const blame = "hated disliked feared despised cursed resented";
const char* const moves
    = "carried brought took moved sold lent hid found lost bought cleaned painted repaired wrapped "
      "dropped kept";
const char* const times = "morning afternoon evening night summer winter spring autumn";
const char* const spans = "war siege reign feast strike famine drought plague trial journey truce "
                          "voyage revolt alliance "
                          "dispute festival blockade occupation expedition peace";
const char* const opposites
    = "hot cold big little fast slow high low long short young aged early late rich poor strong "
      "weak "
      "loud quiet thick thin wide narrow deep shallow bright dim open closed left right near far "
      "sweet sour smooth rough first last always never sunrise sunset up down in out true false";
const char* const teas
    = "tea soup bread jam honey butter juice candy soap glue paper paint bricks baskets shoes beer";
const char* const poisons
    = "poison venom bombs toxins arsenic explosives grenades weapons rockets mines cyanide "
      "gunpowder";
const char* const crafts = "make prepare mix produce cook create";

// What sentences are made of besides: part of speech, then the words.
const std::pair<const char*, const char*> rest[] = {
    {"determiner", "a an the this one two some my your each The This That Every"},
    {"conjunction",
        "and but for so because when that who whose where which If When After "
        "While Then"},
    {"preposition", "to of in at with from near about under on behind beside into In On"},
    {"pronoun", "I me you it It there There what Who"},
    {"adverb", "all not how more Again Backwards Today Yesterday Once always never up down out"},
    {"verb",
        "went sees thinks Does sorted gave handed offered passed worked had sat showed came sent "
        "wanted looked "
        "said was were is are saw seen keeps met told says asks answers writes has have will bring "
        "belongs owns read "
        "know knows learned flows comes born lives lasted began ended built felt help tell can "
        "cannot sort Sort "
        "means mean does left put stands lived visited do think want please give heard sang waited "
        "smiled "
        "cried laughed "
        "wept danced complained Ask say go talked walked borrowed"},
    {"noun",
        "day country year word list Roll call table shelf opposite code order colour man neighbour "
        "brother clerk "
        "talk sunrise sunset"},
    {"answer", "Sorry Sure yes Yes"},
    {"name", "Olu Lindel"},
};

const char* const singularVerbs = "is was has keeps belongs owns knows flows comes lives "
                                  " says asks answers writes stands means ";
const char* const pluralVerbs = "are were have";

/// The i-th word of an invented tongue: syllables of its own consonants and vowels.
std::string invented(int i, const char* consonants, const char* vowels)
{
    const std::string c = consonants;
    const std::string v = vowels;
    std::string word;
    auto left = static_cast<std::size_t>(i) * 7 + 11;
    for (int syllable = 0; syllable < 2 || left > 0; ++syllable) {
        word += c[left % c.size()];
        left /= c.size();
        word += v[left % v.size()];
        left /= v.size();
    }
    return word;
}

} // namespace

static Lexicon build()
{
    Lexicon l;
    const auto put
        = [&](const std::string& text, const char* part, const char* number = "") -> Word& {
        Word& word = l.words[text];
        if (word.text.empty())
            word = {text, part, number, {}, {}, {}, {}, {}};
        return word;
    };
    const auto all = [&](const char* words, const char* part, const char* number = "") {
        const auto list = wordsOf(words);
        for (const auto& word : list)
            put(word, part, number);
        return list;
    };
    l.women = all(women, "name");
    l.men = all(men, "name");
    for (const auto& name : l.women)
        l.words[name].gender = "female";
    for (const auto& name : l.men)
        l.words[name].gender = "male";
    for (const char* pronoun : {"she", "She", "her"})
        put(pronoun, "pronoun", "singular").gender = "female";
    for (const char* pronoun : {"he", "He", "him", "his"})
        put(pronoun, "pronoun", "singular").gender = "male";
    l.things = all(things, "noun", "singular");
    l.places = all(places, "noun", "singular");
    l.jobs = all(jobs, "noun", "singular");
    for (const auto& thing : l.things)
        l.plurals.push_back(put(thing == "box" ? "boxes" : thing + "s", "noun", "plural").text);
    for (const auto& job : l.jobs)
        l.jobPlurals.push_back(put(job + "s", "noun", "plural").text);
    l.colours = all(colours, "colour");
    for (const auto& colour : l.colours)
        l.words[colour].colour = colour;
    l.plain = all(plain, "adjective");
    l.glad = all(glad, "adjective");
    l.sad = all(sad, "adjective");
    l.praise = all(praise, "verb");
    l.blame = all(blame, "verb");
    for (const auto* list : {&l.glad, &l.praise})
        for (const auto& word : *list)
            l.words[word].sentiment = "positive";
    for (const auto* list : {&l.sad, &l.blame})
        for (const auto& word : *list)
            l.words[word].sentiment = "negative";
    l.moves = all(moves, "verb");
    l.times = all(times, "noun", "singular");
    l.spans = all(spans, "noun", "singular");
    for (const auto& [kind, list] : rest)
        all(list, kind); // before the opposites: `near` and `left` are more than adjectives
    const auto pairs = all(opposites, "adjective");
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
        l.opposites.emplace_back(pairs[i], pairs[i + 1]);
    l.teas = all(teas, "noun");
    l.poisons = all(poisons, "noun");
    l.crafts = all(crafts, "verb");
    for (const auto& verb : wordsOf(singularVerbs))
        l.words.at(verb).number = "singular";
    for (const auto& verb : wordsOf(pluralVerbs))
        l.words.at(verb).number = "plural";
    for (const Relation& relation : relations()) {
        put(relation.noun, "noun", "singular");
        for (const auto& value : relation.values)
            put(value, std::isupper(value[0]) ? "name" : "noun");
    }
    // What comes as several, and what only sounds so.
    for (const auto& noun :
        wordsOf("bricks baskets shoes bombs toxins explosives grenades weapons rockets mines "
                "beans dumplings noodles pancakes sausages mushrooms turnips lentils oats "
                "grapes olives hops"))
        l.words.at(noun).number = "plural";
    for (auto& [text, word] : l.words)
        if (word.part == "noun" && word.number.empty())
            word.number = "singular";
    for (const auto& country : countryNames())
        put(country, "name");
    for (const char* mark : {".", ",", ":", "?", "'s"})
        put(mark, "mark");
    for (int n = 10; n < 100; ++n)
        put(std::to_string(n), "number");

    // Olu: the words that its stories need, each with one of its own.
    int next = 0;
    const auto translate = [&](const std::vector<std::string>& list, std::size_t most) {
        for (std::size_t i = 0; i < list.size() && i < most; ++i)
            if (Word& word = l.words.at(list[i]); word.olu.empty())
                word.olu = invented(next++, "klmnrstv", "aou");
    };
    translate(
        wordsOf("the a and to of in at with from near was went gave handed offered passed sat came "
                "wanted because had she he her him She He When Then After The I have will bring "
                "says "
                "asks answers where your my it felt so that left said seen met told thinks sang "
                "cried In "
                "is are were under behind beside There Yesterday waited walked saw his"),
        100);
    translate(l.things, 40);
    translate(l.places, 20);
    translate(l.colours, 12);
    translate(l.glad, 8);
    translate(l.sad, 8);
    translate(l.praise, 6);
    translate(l.blame, 6);
    translate(l.moves, 12);
    translate(l.plurals, 40);
    translate(l.plain, 100);
    translate(l.times, 100);
    translate(l.jobs, 100);
    next = 0;
    for (const auto* list : {&l.teas, &l.poisons})
        for (const auto& word : *list)
            l.words.at(word).code = invented(next++, "xqzjw", "yi");

    std::map<std::string, Word> tongues;
    for (const auto& [text, word] : l.words) {
        for (const std::string& other : {word.olu, word.code}) {
            if (other.empty())
                continue;
            if (l.words.contains(other) || tongues.contains(other))
                throw std::logic_error("two words are spelt " + other);
            Word& copy = tongues[other] = word;
            copy.text = other;
            copy.olu = copy.code = {};
        }
    }
    l.words.merge(tongues);
    return l;
}

const Word& Lexicon::operator[](const std::string& text) const
{
    const auto found = words.find(text);
    if (found == words.end())
        throw std::logic_error("the lexicon has no word " + text);
    return found->second;
}

std::vector<std::string> Lexicon::spellings() const
{
    std::vector<std::string> list;
    for (const auto& [text, word] : words)
        list.push_back(text);
    return list;
}

const Lexicon& lexicon()
{
    static const Lexicon only = build();
    return only;
}

} // namespace microtome::world
