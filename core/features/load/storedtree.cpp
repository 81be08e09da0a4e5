#include "core/features/load/storedtree.h"

#include "core/features/load/unreadable.h"
#include "core/text/clip.h"

#include <algorithm>
#include <unordered_map>

namespace microtome {

namespace {

constexpr std::size_t deepest = 200;
constexpr std::uint64_t largest = 20'000'000;

template <class Visit> void forEachChild(const StoredObject& object, Visit visit)
{
    const auto all = [&](const StoredList& list) {
        for (const StoredValue& item : list)
            visit(item);
    };
    if (const auto* list = std::get_if<StoredList>(&object.content))
        all(*list);
    if (const auto* tuple = std::get_if<StoredTuple>(&object.content))
        all(tuple->items);
    if (const auto* dict = std::get_if<StoredDict>(&object.content))
        for (const auto& [key, value] : *dict) {
            visit(key);
            visit(value);
        }
    if (const auto* record = std::get_if<StoredRecord>(&object.content)) {
        all(record->arguments);
        visit(record->state);
    }
}

void checkKeys(const StoredDict& dict)
{
    std::vector<std::string_view> texts;
    std::vector<std::int64_t> integers;
    for (const auto& entry : dict) {
        if (const std::string* text = entry.first.text())
            texts.push_back(*text);
        if (const auto integer = entry.first.integer())
            integers.push_back(*integer);
    }
    std::sort(texts.begin(), texts.end());
    std::sort(integers.begin(), integers.end());
    const auto text = std::adjacent_find(texts.begin(), texts.end());
    if (text != texts.end())
        throw Unreadable("is damaged: the key " + text::clip(*text) + " stands twice in a dict");
    const auto integer = std::adjacent_find(integers.begin(), integers.end());
    if (integer != integers.end())
        throw Unreadable(
            "is damaged: the key " + std::to_string(*integer) + " stands twice in a dict");
}

/// Depth first; what was seen once is not walked again, its height and size are known.
class TreeCheck {
public:
    void visit(const StoredValue& value) { measure(value, 0); }

    std::unordered_set<const StoredObject*> reached() const
    {
        std::unordered_set<const StoredObject*> objects;
        for (const auto& [object, seen] : m_seen)
            objects.insert(object);
        return objects;
    }

private:
    struct Seen {
        std::size_t height = 0;
        std::uint64_t size = 1;
        bool open = true;
    };

    Seen measure(const StoredValue& value, std::size_t depth)
    {
        const auto object = value.object();
        if (!object)
            return {0, 1, false};
        const auto [place, isNew] = m_seen.try_emplace(object.get());
        if (!isNew) {
            if (place->second.open)
                throw Unreadable("holds something that contains itself, which is not read");
            return place->second;
        }
        if (depth > deepest)
            tooDeep();
        Seen sum;
        forEachChild(*object, [&](const StoredValue& child) {
            const Seen part = measure(child, depth + 1);
            sum.height = std::max(sum.height, part.height + 1);
            sum.size += part.size;
            if (sum.height + depth > deepest)
                tooDeep();
            if (sum.size > largest)
                throw Unreadable("holds more than 20 million values, which are too many for a "
                                 "file of tensors");
        });
        if (const auto* dict = std::get_if<StoredDict>(&object->content))
            checkKeys(*dict);
        sum.open = false;
        m_seen[object.get()] = sum;
        return sum;
    }

    [[noreturn]] static void tooDeep()
    {
        throw Unreadable("nests values more than 200 deep, which is not read");
    }

    std::unordered_map<const StoredObject*, Seen> m_seen;
};

} // namespace

std::unordered_set<const StoredObject*> checkTree(const StoredValue& root)
{
    TreeCheck check;
    check.visit(root);
    return check.reached();
}

void dismantle(const std::vector<std::shared_ptr<StoredObject>>& objects,
    const std::unordered_set<const StoredObject*>& except)
{
    for (const auto& object : objects)
        if (!except.contains(object.get()))
            object->content = std::string();
}

} // namespace microtome
