#include "data/world/document.h"

#include "data/world/list.h"
#include "data/world/register.h"
#include "data/world/scene.h"

namespace microtome::world {

namespace {

struct Kind {
    const char* name;
    int weights[3]; ///< out of 100, in each stage
    Tongue tongue;
    /// And how often each; none: lists and registers, which have no forms of their own.
    std::vector<std::pair<const char*, int>> families;
};

const std::vector<Kind> kinds = {
    {"story", {28, 14, 30}, Tongue::English,
        {{"giving", 4}, {"pronouns", 9}, {"colours", 13}, {"owners", 3}, {"number", 2},
            {"moods", 3}, {"talk", 2}, {"errands", 3}}},
    {"olu", {7, 4, 7}, Tongue::Olu,
        {{"giving", 3}, {"pronouns", 3}, {"number", 2}, {"moods", 2}, {"talk", 2}, {"errands", 3}}},
    {"countries", {15, 8, 15}, Tongue::English, {{"countries", 4}, {"travels", 7}, {"errands", 1}}},
    {"years", {5, 3, 5}, Tongue::English, {{"years", 5}, {"errands", 1}}},
    {"requests", {5, 3, 5}, Tongue::English, {{"requests", 4}, {"talk", 1}}},
    {"lists", {31, 8, 9}, Tongue::English, {}},
    {"backwards", {0, 5, 2}, Tongue::English, {}},
    {"registers", {0, 51, 19}, Tongue::English, {}},
    {"drills", {9, 4, 8}, Tongue::English, {{"drills", 7}, {"number", 1}}},
};

const Kind& drawKind(Random& random, Stage stage)
{
    int place = random.below(100);
    for (const Kind& kind : kinds)
        if ((place -= kind.weights[static_cast<int>(stage)]) < 0)
            return kind;
    return kinds.back();
}

std::string drawFamily(const Kind& kind, Random& random)
{
    int all = 0;
    for (const auto& [name, weight] : kind.families)
        all += weight;
    int place = random.below(all);
    for (const auto& [name, weight] : kind.families)
        if ((place -= weight) < 0)
            return name;
    return kind.families.back().first;
}

Text drawText(const Kind& kind, const Cast& cast, Random& random)
{
    if (!kind.families.empty())
        return drawPassage(drawFamily(kind, random), random, false, cast, kind.tongue).text();
    const std::string name = kind.name;
    return name == "registers" ? drawRegister(random) : drawList(random, name == "backwards");
}

} // namespace

Document makeDocument(std::uint64_t seed, std::uint64_t index, Stage stage, std::size_t longest)
{
    Random random(seed, index);
    const Kind& kind = drawKind(random, stage);
    Document document{kind.name, {}};
    const Cast cast = drawCast(random);
    // Many are short, lists and registers most of all: what comes from just before is learnt from
    // these.
    const int passages = random.between(1, kind.families.empty() ? 2 : 6);
    for (int i = 0; i < passages; ++i) {
        Cast turn = cast;
        if (random.chance(50))
            std::swap(turn.a, turn.b);
        if (random.chance(25))
            std::swap(turn.b, turn.c);
        const Text next = drawText(kind, turn, random);
        if (document.text.tokens.size() + next.tokens.size() > longest)
            break;
        document.text.append(next);
    }
    return document;
}

} // namespace microtome::world
