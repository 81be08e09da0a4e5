#include "data/world/heldout.h"

#include "data/world/random.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace microtome::world::heldout {

namespace {

std::uint64_t key(std::string_view text)
{
    std::uint64_t h = 0;
    for (const char c : text)
        h = h * 131 + static_cast<unsigned char>(c);
    return h;
}

bool tenth(std::uint64_t kind, std::initializer_list<std::string_view> words)
{
    std::uint64_t h = kind;
    for (const std::string_view word : words)
        h = hashed({h, key(word)});
    return h % 10 == 0;
}

bool unordered(std::uint64_t kind, const std::string& a, const std::string& b)
{
    return tenth(kind, {std::min(a, b), std::max(a, b)});
}

} // namespace

bool pair(const std::string& person, const std::string& other)
{
    return unordered(1, person, other);
}
bool giver(const std::string& person)
{
    return tenth(2, {person});
}
bool place(const std::string& person, const std::string& place)
{
    return tenth(4, {person, place});
}
bool together(const std::string& thing, const std::string& other)
{
    return unordered(5, thing, other);
}
bool liked(const std::string& verb, const std::string& thing)
{
    return tenth(6, {verb, thing});
}
bool span(const std::string& span, int from)
{
    return tenth(7, {span, std::to_string(from)});
}
bool resident(const std::string& person, const std::string& country)
{
    return tenth(8, {person, country});
}
bool fact(int country, int relation, const std::string& form)
{
    return tenth(9, {std::to_string(country), std::to_string(relation), form});
}
bool twoFacts(int country, int relation)
{
    return tenth(10, {std::to_string(country), std::to_string(relation)});
}
bool request(const std::string& craft, const std::string& topic)
{
    return tenth(11, {craft, topic});
}
bool sorted(int a, int b, int c)
{
    int n[] = {a, b, c};
    std::sort(std::begin(n), std::end(n));
    return tenth(12, {std::to_string(n[0]), std::to_string(n[1]), std::to_string(n[2])});
}
bool opposite(const std::string& word, const std::string& form)
{
    return tenth(3, {word, form});
}
bool drill(const std::string& person, const std::string& word)
{
    return tenth(13, {person, word});
}
bool listed(const std::string& first, const std::string& second)
{
    return tenth(14, {first, second});
}

} // namespace microtome::world::heldout
