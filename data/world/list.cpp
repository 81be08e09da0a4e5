#include "data/world/list.h"

#include "data/world/countries.h"
#include "data/world/heldout.h"
#include "data/world/lexicon.h"
#include "data/world/scene.h"
#include "data/world/writer.h"

#include <algorithm>
#include <set>

namespace microtome::world {

namespace {

using List = std::vector<std::string>;

const std::string& told(const std::string& word, Tongue tongue)
{
    return tongue == Tongue::Olu ? lexicon()[word].olu : word;
}

/// What lists are made of: one kind of word each.
const List& listWords(Random& random, Tongue tongue)
{
    static const List people = [] {
        List all = lexicon().women;
        all.insert(all.end(), lexicon().men.begin(), lexicon().men.end());
        return all;
    }();
    static const List olu = [] {
        List all; // in English
        for (const auto& [text, word] : lexicon().words)
            if (!word.olu.empty() && word.part != "pronoun" && word.part != "colour")
                all.push_back(text);
        return all;
    }();
    static const List any = [] {
        // Not what would say something about its neighbours.
        std::set<std::string> left;
        for (const Relation& relation : relations())
            left.insert(relation.noun);
        for (const auto& [text, word] : lexicon().words)
            left.insert({word.olu, word.code});
        static const std::set<std::string> parts = {"mark", "pronoun", "colour", "determiner"};
        List all;
        for (const auto& [text, word] : lexicon().words)
            if (!left.contains(text) && !parts.contains(word.part))
                all.push_back(text);
        return all;
    }();
    if (tongue == Tongue::Olu)
        return olu;
    const int kind = random.below(20);
    return kind < 7 ? people : kind < 11 ? lexicon().things : kind < 14 ? lexicon().colours : any;
}

} // namespace

Text drawList(Random& random, bool backwards, bool heldOut)
{
    // Half of the lists are nothing but their words; all of those in Olu are. Short ones go on for
    // longer.
    const bool framed = backwards || random.chance(50);
    const Tongue tongue = !framed && random.chance(20) ? Tongue::Olu : Tongue::English;
    const List& all = listWords(random, tongue);
    const int n = random.between(framed || heldOut ? 4 : 2, 12);
    const int times = framed || heldOut ? 2 : std::max(2, random.between(2, 18) / n);
    std::vector<int> chosen;
    const auto word = [&](int i) -> const std::string& {
        return all[static_cast<std::size_t>(chosen[static_cast<std::size_t>(i)])];
    };
    do
        chosen = random.some(n, static_cast<int>(all.size()));
    while (heldout::listed(told(word(0), tongue), told(word(1), tongue)) != heldOut);
    Bindings b;
    b["A"] = drawCast(random).a;
    std::string first;
    std::string again;
    std::string reversed;
    for (int i = 0; i < n; ++i) {
        const std::string slot = "w" + std::to_string(i);
        b[slot] = word(i);
        first += " {" + slot + "}";
        again += " {" + slot + (i == 0 ? "}" : "!induction}");
        reversed.insert(0, " {" + slot + "!backwards}");
    }
    if (!framed) {
        std::string text = first + again;
        for (int i = 2; i < times; ++i)
            text += " {w0!induction}" + again.substr(5); // now the first word is known too
        return write({"list-5", text + " ."}, b, tongue);
    }
    static const Form frames[] = {{"list-1", "Roll call :"}, {"list-2", "The list of {A} :"},
        {"list-3", "{A} says : @A"}, {"list-4", "In the order of the day :"}};
    const Form& frame = frames[random.below(4)];
    if (backwards)
        return write({"list-6", frame.text + first + " . @ Backwards :" + reversed + " ."}, b);
    const std::string calls = random.chance(50) ? "Once more :" : "Again :";
    return write({frame.id, frame.text + first + " . @ " + calls + again + " ."}, b);
}

} // namespace microtome::world
