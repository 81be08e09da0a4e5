#include "core/text/fields.h"

#include "core/text/clip.h"
#include "core/text/unicode.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

namespace microtome::text {

Fields::Fields(const nlohmann::json& value, std::string place)
    : m_value(&value)
    , m_place(std::move(place))
{
}

bool Fields::isObject() const
{
    return m_value->is_object();
}
bool Fields::isText() const
{
    return m_value->is_string();
}

bool Fields::has(const char* key) const
{
    if (!m_value->is_object())
        return false;
    const auto found = m_value->find(key);
    return found != m_value->end() && !found->is_null();
}

Fields Fields::at(const char* key) const
{
    if (!m_value->is_object())
        refuse("is not an object");
    if (!has(key))
        refuse(std::string("lacks “") + key + "”");
    return {(*m_value)[key], m_place + ", " + key};
}

std::vector<Fields> Fields::list(const char* key) const
{
    const Fields array = at(key);
    if (!array.m_value->is_array())
        array.refuse("is not a list");
    std::vector<Fields> elements;
    for (std::size_t i = 0; i < array.m_value->size(); ++i)
        elements.emplace_back((*array.m_value)[i], array.m_place + "[" + std::to_string(i) + "]");
    return elements;
}

std::string Fields::text() const
{
    if (!m_value->is_string())
        refuse("is not a text");
    return m_value->get<std::string>();
}

std::string Fields::text(const char* key, std::string_view otherwise) const
{
    return has(key) ? text(key) : std::string(otherwise);
}

std::string Fields::shortText(const char* key, std::size_t longest) const
{
    std::string value = text(key);
    if (value.size() > longest)
        at(key).refuse("is longer than " + std::to_string(longest) + " bytes");
    return value;
}

char32_t Fields::character(const char* key) const
{
    const std::string value = text(key);
    std::size_t length = 0;
    const char32_t c = value.empty() ? U'\0' : nextCodePoint(value, length);
    if (value.empty() || length != value.size())
        at(key).refuse("is not a single character");
    return c;
}

bool Fields::flag(const char* key) const
{
    const Fields member = at(key);
    if (!member.m_value->is_boolean())
        member.refuse("is neither true nor false");
    return member.m_value->get<bool>();
}

bool Fields::flag(const char* key, bool otherwise) const
{
    return has(key) ? flag(key) : otherwise;
}

std::int64_t Fields::whole(std::int64_t least, std::int64_t most) const
{
    if (!m_value->is_number_integer())
        refuse("is not a whole number");
    const bool tooLarge
        = m_value->is_number_unsigned() && m_value->get<std::uint64_t>() > std::uint64_t(INT64_MAX);
    if (tooLarge || m_value->get<std::int64_t>() < least || m_value->get<std::int64_t>() > most)
        refuse("is " + m_value->dump() + ", but has to be from " + std::to_string(least) + " to "
            + std::to_string(most));
    return m_value->get<std::int64_t>();
}

void Fields::refuse(const std::string& why) const
{
    throw Error(m_place + " " + why + ".");
}

void Fields::refuseType(const char* what) const
{
    refuse(std::string("is a ") + what + " of the kind “" + clip(type())
        + "”, which is not supported yet");
}

} // namespace microtome::text
