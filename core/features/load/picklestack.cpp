#include "core/features/load/picklestack.h"

#include "core/features/load/storedtree.h"
#include "core/features/load/unreadable.h"

#include <algorithm>
#include <iterator>

namespace microtome {

void damagedPickle()
{
    throw Unreadable("is damaged: its pickle does not hold what it should; download or save it "
                     "again");
}

PickleStack::~PickleStack()
{
    dismantle(m_made, m_kept);
}

void PickleStack::push(StoredValue value)
{
    if (auto object = value.object())
        m_made.push_back(std::move(object));
    m_values.push_back(std::move(value));
}

const StoredValue& PickleStack::top() const
{
    if (m_values.size() <= (m_marks.empty() ? 0 : m_marks.back()))
        damagedPickle();
    return m_values.back();
}

StoredValue PickleStack::pop()
{
    StoredValue value = top();
    m_values.pop_back();
    return value;
}

StoredList PickleStack::popLast(std::size_t count)
{
    StoredList items(count);
    for (std::size_t i = count; i-- > 0;)
        items[i] = pop();
    return items;
}

StoredList PickleStack::popMark()
{
    if (m_marks.empty())
        damagedPickle();
    const auto begin = m_values.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
    StoredList items(std::make_move_iterator(begin), std::make_move_iterator(m_values.end()));
    m_values.erase(begin, m_values.end());
    m_marks.pop_back();
    return items;
}

void PickleStack::popValueOrMark()
{
    if (!m_marks.empty() && m_marks.back() == m_values.size())
        m_marks.pop_back();
    else
        pop();
}

template <class T> T& PickleStack::topAs()
{
    const auto object = top().object();
    T* content = object ? std::get_if<T>(&object->content) : nullptr;
    if (!content)
        damagedPickle();
    return *content;
}

void PickleStack::append(StoredList items)
{
    auto& list = topAs<StoredList>();
    std::move(items.begin(), items.end(), std::back_inserter(list));
}

void PickleStack::setItems(StoredList items)
{
    auto& dict = topAs<StoredDict>();
    if (items.size() % 2 != 0)
        damagedPickle();
    for (std::size_t i = 0; i < items.size(); i += 2)
        dict.emplace_back(std::move(items[i]), std::move(items[i + 1]));
}

void PickleStack::getMemo(std::uint64_t index)
{
    const auto found = m_memo.find(index);
    if (found == m_memo.end())
        damagedPickle();
    m_values.push_back(found->second);
}

StoredValue PickleStack::result()
{
    StoredValue value = pop();
    m_kept = checkTree(value);
    return value;
}

} // namespace microtome
