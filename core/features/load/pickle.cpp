#include "core/features/load/pickle.h"

#include "core/features/load/bytecursor.h"
#include "core/features/load/picklelines.h"
#include "core/features/load/picklenames.h"
#include "core/features/load/picklestack.h"
#include "core/features/load/unreadable.h"

#include <bit>

namespace microtome {

namespace {

constexpr std::size_t mostSteps = 4'000'000;
// Calls copy what they are given; savers name each thing about once, so copies stay near the size
// of the pickle.
constexpr std::size_t copiesPerByte = 16, freeCopies = 1 << 16;

class PickleMachine {
public:
    PickleMachine(const HeldBytes& held, const StorageOf& storageOf)
        : m_held(held)
        , m_storageOf(storageOf)
        , m_cursor(held.bytes, "pickle")
    {
    }

    Unpickled run()
    {
        for (std::size_t steps = 0;; ++steps) {
            if (steps > mostSteps)
                throw Unreadable("holds more values than a file of tensors should; save its "
                                 "numbers as tensors");
            const char code = m_cursor.number<char>();
            if (code == '.')
                break;
            if (!number(code) && !text(code) && !container(code) && !stack(code) && !object(code))
                damagedPickle();
        }
        return {m_stack.result(), m_cursor.position()};
    }

private:
    HeldBytes take(std::uint64_t count) { return {m_held.owner, m_cursor.take(count)}; }

    std::uint64_t signedLength()
    {
        const auto length = m_cursor.number<std::int32_t>();
        if (length < 0)
            damagedPickle();
        return static_cast<std::uint64_t>(length);
    }

    bool number(char code);
    bool text(char code);
    bool container(char code);
    bool stack(char code);
    bool object(char code);

    std::uint64_t memoIndex();
    void call(const StoredValue& function, const StoredList& arguments);

    HeldBytes m_held;
    const StorageOf& m_storageOf;
    ByteCursor m_cursor;
    PickleStack m_stack;
    std::size_t m_copied = 0;
};

bool PickleMachine::number(char code)
{
    switch (code) {
    case 'N':
        m_stack.push({});
        return true;
    case '\x88':
    case '\x89':
        m_stack.push(StoredValue(code == '\x88'));
        return true;
    case 'K':
        m_stack.push(StoredValue(std::int64_t(m_cursor.number<std::uint8_t>())));
        return true;
    case 'M':
        m_stack.push(StoredValue(std::int64_t(m_cursor.number<std::uint16_t>())));
        return true;
    case 'J':
        m_stack.push(StoredValue(std::int64_t(m_cursor.number<std::int32_t>())));
        return true;
    case 'I':
    case 'L':
        m_stack.push(integerFromLine(m_cursor.line()));
        return true;
    case '\x8a':
        m_stack.push(integerFromBytes(take(m_cursor.number<std::uint8_t>())));
        return true;
    case '\x8b':
        m_stack.push(integerFromBytes(take(signedLength())));
        return true;
    case 'F':
        m_stack.push(floatFromLine(m_cursor.line()));
        return true;
    case 'G':
        m_stack.push(StoredValue(
            std::bit_cast<double>(__builtin_bswap64(m_cursor.number<std::uint64_t>()))));
        return true;
    default:
        return false;
    }
}

bool PickleMachine::text(char code)
{
    switch (code) {
    case 'V':
        m_stack.push(unicodeFromLine(m_cursor.line()));
        return true;
    case '\x8c':
        m_stack.push(textValue(m_cursor.text(m_cursor.number<std::uint8_t>())));
        return true;
    case 'X':
        m_stack.push(textValue(m_cursor.text(m_cursor.number<std::uint32_t>())));
        return true;
    case '\x8d':
        m_stack.push(textValue(m_cursor.text(m_cursor.number<std::uint64_t>())));
        return true;
    case 'S':
        m_stack.push(stringFromLine(m_cursor.line()));
        return true;
    case 'U':
        m_stack.push(textOrBytes(m_cursor.text(m_cursor.number<std::uint8_t>())));
        return true;
    case 'T':
        m_stack.push(textOrBytes(m_cursor.text(signedLength())));
        return true;
    case 'C':
        m_stack.make(StoredBytes(take(m_cursor.number<std::uint8_t>())));
        return true;
    case 'B':
        m_stack.make(StoredBytes(take(m_cursor.number<std::uint32_t>())));
        return true;
    case '\x8e':
    case '\x96':
        m_stack.make(StoredBytes(take(m_cursor.number<std::uint64_t>())));
        return true;
    default:
        return false;
    }
}

bool PickleMachine::container(char code)
{
    switch (code) {
    case ')':
        m_stack.make(StoredTuple{});
        return true;
    case '\x85':
    case '\x86':
    case '\x87':
        m_stack.make(StoredTuple{m_stack.popLast(static_cast<std::size_t>(code - '\x84'))});
        return true;
    case 't':
        m_stack.make(StoredTuple{m_stack.popMark()});
        return true;
    case ']':
    case '\x8f': // a set
        m_stack.make(StoredList{});
        return true;
    case 'l':
    case '\x91': // a frozen set
        m_stack.make(m_stack.popMark());
        return true;
    case '}':
        m_stack.make(StoredDict{});
        return true;
    case 'd': {
        StoredList items = m_stack.popMark();
        m_stack.make(StoredDict{});
        m_stack.setItems(std::move(items));
        return true;
    }
    case 'a':
        m_stack.append(m_stack.popLast(1));
        return true;
    case 'e':
    case '\x90':
        m_stack.append(m_stack.popMark());
        return true;
    case 's':
        m_stack.setItems(m_stack.popLast(2));
        return true;
    case 'u':
        m_stack.setItems(m_stack.popMark());
        return true;
    default:
        return false;
    }
}

std::uint64_t PickleMachine::memoIndex()
{
    const auto index = integerFromLine(m_cursor.line()).integer();
    if (!index)
        damagedPickle();
    return static_cast<std::uint64_t>(*index);
}

bool PickleMachine::stack(char code)
{
    switch (code) {
    case '\x80':
        if (m_cursor.number<std::uint8_t>() > 5)
            throw Unreadable("is a pickle of a newer protocol than 5; save it with an older one");
        return true;
    case '\x95': // a frame, which only helps reading in portions
        if (m_cursor.number<std::uint64_t>() > m_cursor.left())
            damagedPickle();
        return true;
    case '(':
        m_stack.mark();
        return true;
    case '0':
        m_stack.popValueOrMark();
        return true;
    case '1':
        m_stack.popMark();
        return true;
    case '2':
        m_stack.push(m_stack.top());
        return true;
    case 'p':
        m_stack.putMemo(memoIndex());
        return true;
    case 'q':
        m_stack.putMemo(m_cursor.number<std::uint8_t>());
        return true;
    case 'r':
        m_stack.putMemo(m_cursor.number<std::uint32_t>());
        return true;
    case '\x94':
        m_stack.putMemo();
        return true;
    case 'g':
        m_stack.getMemo(memoIndex());
        return true;
    case 'h':
        m_stack.getMemo(m_cursor.number<std::uint8_t>());
        return true;
    case 'j':
        m_stack.getMemo(m_cursor.number<std::uint32_t>());
        return true;
    default:
        return false;
    }
}

/// How much an object of a call takes, in values or bytes.
std::size_t extent(const StoredValue& value)
{
    const StoredBytes* bytes = value.bytes();
    return value.text() ? value.text()->size()
        : bytes         ? static_cast<std::size_t>(bytes->size())
        : value.list()  ? value.list()->size()
        : value.dict()  ? value.dict()->size()
                        : 0;
}

void PickleMachine::call(const StoredValue& function, const StoredList& arguments)
{
    if (!function.className())
        damagedPickle();
    StoredValue made = callInPickle(*function.className(), arguments);
    m_copied += arguments.size() + extent(made);
    if (m_copied > m_held.bytes.size() * copiesPerByte + freeCopies)
        throw Unreadable("repeats itself without end; it is damaged");
    m_stack.push(std::move(made));
}

bool PickleMachine::object(char code)
{
    switch (code) {
    case 'c': {
        const auto module = m_cursor.line();
        m_stack.push(nameInPickle(module, m_cursor.line()));
        return true;
    }
    case '\x93': {
        const StoredList names = m_stack.popLast(2);
        if (!names[0].text() || !names[1].text())
            damagedPickle();
        m_stack.push(nameInPickle(*names[0].text(), *names[1].text()));
        return true;
    }
    case 'R':
    case '\x81': {
        const StoredList parts = m_stack.popLast(2);
        if (!parts[1].isTuple())
            damagedPickle();
        call(parts[0], *parts[1].list());
        return true;
    }
    case '\x92': {
        const StoredList parts = m_stack.popLast(3);
        if (!parts[1].isTuple() || !parts[2].dict() || !parts[2].dict()->empty())
            damagedPickle();
        call(parts[0], *parts[1].list());
        return true;
    }
    case 'i': {
        const auto module = m_cursor.line();
        const StoredValue type = nameInPickle(module, m_cursor.line());
        call(type, m_stack.popMark());
        return true;
    }
    case 'o': {
        StoredList parts = m_stack.popMark();
        if (parts.empty())
            damagedPickle();
        const StoredValue type = parts.front();
        parts.erase(parts.begin());
        call(type, parts);
        return true;
    }
    case 'b': {
        const StoredValue state = m_stack.pop();
        const auto made = m_stack.top().object();
        if (!made)
            damagedPickle();
        setStateInPickle(*made, state);
        return true;
    }
    case 'P':
        m_stack.push(m_storageOf(textValue(m_cursor.line())));
        return true;
    case 'Q':
        m_stack.push(m_storageOf(m_stack.pop()));
        return true;
    default:
        return false;
    }
}

} // namespace

Unpickled readPickle(const HeldBytes& held, const StorageOf& storageOf)
{
    return PickleMachine(held, storageOf).run();
}

} // namespace microtome
