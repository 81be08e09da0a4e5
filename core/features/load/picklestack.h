#pragma once

#include "core/features/load/storedvalue.h"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace microtome {

/// Throws Unreadable: a pickle asks for what no pickler writes.
[[noreturn]] void damagedPickle();

/// What a pickle's codes work on: a stack with marks, the memo, and every object made on the way,
/// so that cycles among those that are not kept are freed.
class PickleStack {
public:
    PickleStack() = default;
    ~PickleStack();
    PickleStack(const PickleStack&) = delete;
    PickleStack& operator=(const PickleStack&) = delete;

    void push(StoredValue);
    template <class T> void make(T content) { push(StoredValue(StoredObject{std::move(content)})); }

    /// What was pushed last, above the last mark.
    const StoredValue& top() const;
    StoredValue pop();
    StoredList popLast(std::size_t count);

    void mark() { m_marks.push_back(m_values.size()); }
    StoredList popMark(); ///< what was pushed since the last mark, and the mark with it
    void popValueOrMark();

    /// Into the list or dict on top.
    void append(StoredList items);
    void setItems(StoredList keysAndValues);

    void putMemo(std::uint64_t index) { m_memo[index] = top(); }
    void putMemo() { putMemo(m_memo.size()); }
    void getMemo(std::uint64_t index);

    /// The value on top, which and whose parts are kept. Throws Unreadable as checkTree() does.
    StoredValue result();

private:
    template <class T> T& topAs();

    StoredList m_values;
    std::vector<std::size_t> m_marks;
    std::unordered_map<std::uint64_t, StoredValue> m_memo;
    std::vector<std::shared_ptr<StoredObject>> m_made;
    std::unordered_set<const StoredObject*> m_kept;
};

} // namespace microtome
