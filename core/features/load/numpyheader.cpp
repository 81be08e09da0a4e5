#include "core/features/load/numpyheader.h"

#include "core/features/load/unreadable.h"

#include <charconv>
#include <set>

namespace microtome {

namespace {

constexpr std::size_t mostAxes = 32;

[[noreturn]] void damaged()
{
    throw Unreadable("is damaged, or no array of plain numbers: the header of an array in it "
                     "cannot be read");
}

/// Walks over the few forms of Python that such a header uses.
class HeaderCursor {
public:
    explicit HeaderCursor(std::string_view text)
        : m_rest(text)
    {
    }

    bool skip(std::string_view token)
    {
        const auto begin = m_rest.find_first_not_of(" \n\t");
        m_rest.remove_prefix(begin == std::string_view::npos ? m_rest.size() : begin);
        if (!m_rest.starts_with(token))
            return false;
        m_rest.remove_prefix(token.size());
        return true;
    }

    void expect(std::string_view token)
    {
        if (!skip(token))
            damaged();
    }

    std::string quoted()
    {
        const std::string_view quote = skip("'") ? "'" : "\"";
        if (quote == "\"")
            expect(quote);
        const auto end = m_rest.find(quote);
        if (end == std::string_view::npos)
            damaged();
        std::string text(m_rest.substr(0, end));
        m_rest.remove_prefix(end + 1);
        return text;
    }

    std::int64_t integer()
    {
        skip("");
        std::int64_t value = 0;
        const auto result = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
        if (result.ec != std::errc{} || value < 0)
            damaged();
        m_rest.remove_prefix(static_cast<std::size_t>(result.ptr - m_rest.data()));
        skip("L"); // Python 2's long integers
        return value;
    }

    bool atEnd() { return skip("") && m_rest.empty(); }

private:
    std::string_view m_rest;
};

std::vector<std::int64_t> readShape(HeaderCursor& cursor)
{
    std::vector<std::int64_t> shape;
    cursor.expect("(");
    while (!cursor.skip(")")) {
        if (shape.size() == mostAxes)
            damaged();
        shape.push_back(cursor.integer());
        if (!cursor.skip(",")) {
            cursor.expect(")");
            break;
        }
    }
    return shape;
}

} // namespace

NumpyHeader readNumpyHeader(std::string_view text)
{
    NumpyHeader header;
    HeaderCursor cursor(text);
    std::set<std::string> keys;
    cursor.expect("{");
    while (!cursor.skip("}")) {
        const std::string key = cursor.quoted();
        cursor.expect(":");
        if (key == "descr")
            header.descr = cursor.quoted();
        else if (key == "fortran_order") {
            header.fortran = cursor.skip("True");
            if (!header.fortran)
                cursor.expect("False");
        } else if (key == "shape")
            header.shape = readShape(cursor);
        else
            damaged();
        if (!keys.insert(key).second)
            damaged();
        if (!cursor.skip(",")) {
            cursor.expect("}");
            break;
        }
    }
    if (keys.size() != 3 || !cursor.atEnd())
        damaged();
    return header;
}

} // namespace microtome
