#include "core/features/import/jsonfields.h"

#include "core/features/load/unreadable.h"
#include "core/text/clip.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

using nlohmann::json;

[[noreturn]] void refuse(const char* key, const char* what)
{
    throw Unreadable(std::string("has a “") + key + "” that is " + what + "; it is damaged");
}

/// Null where the key is not there.
const json* find(const json& record, const char* key)
{
    const auto found = record.find(key);
    return found == record.end() || found->is_null() ? nullptr : &*found;
}

const json* findArray(const json& record, const char* key)
{
    const json* value = find(record, key);
    if (value && !value->is_array())
        refuse(key, "no list");
    return value;
}

float realOf(const json& value, const char* key)
{
    if (!value.is_number())
        refuse(key, "not made of numbers");
    const double number = value.get<double>();
    if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max())))
        refuse(key, "too large a number");
    return static_cast<float>(number);
}

std::uint32_t indexOf(const json& value, const char* key)
{
    std::uint64_t index = importedLatents;
    if (value.is_number_unsigned()) {
        index = value.get<std::uint64_t>();
    } else if (value.is_string()) {
        const auto& digits = value.get_ref<const std::string&>();
        const char* end = digits.data() + digits.size();
        const auto [stop, error] = std::from_chars(digits.data(), end, index);
        if (error == std::errc::invalid_argument || stop != end || digits.empty())
            refuse(key, "no number of a feature");
    } else {
        refuse(key, "no number of a feature");
    }
    if (index >= importedLatents)
        throw Unreadable("names feature " + text::clip(value.dump()) + ", but a source can have "
            + std::to_string(importedLatents) + " at most; it is damaged");
    return static_cast<std::uint32_t>(index);
}

} // namespace

std::optional<double> numberIn(const json& record, const char* key)
{
    const json* value = find(record, key);
    if (!value)
        return std::nullopt;
    return static_cast<double>(realOf(*value, key));
}

std::string textIn(const json& record, const char* key)
{
    const json* value = find(record, key);
    if (value && !value->is_string())
        refuse(key, "no text");
    return value ? value->get<std::string>() : std::string();
}

std::vector<float> numbersIn(const json& record, const char* key)
{
    std::vector<float> numbers;
    if (const json* list = findArray(record, key))
        for (const json& value : *list)
            numbers.push_back(realOf(value, key));
    return numbers;
}

std::vector<std::string> textsIn(const json& record, const char* key)
{
    std::vector<std::string> texts;
    if (const json* list = findArray(record, key))
        for (const json& value : *list) {
            if (!value.is_string())
                refuse(key, "not made of texts");
            texts.push_back(value.get<std::string>());
        }
    return texts;
}

std::uint32_t indexIn(const json& record, const char* key)
{
    const json* value = find(record, key);
    if (!value)
        refuse(key, "missing where a feature is numbered");
    return indexOf(*value, key);
}

std::vector<std::uint32_t> indicesIn(const json& record, const char* key)
{
    std::vector<std::uint32_t> indices;
    if (const json* list = findArray(record, key))
        for (const json& value : *list)
            indices.push_back(indexOf(value, key));
    return indices;
}

const json& objectsIn(const json& record, const char* key)
{
    static const json none = json::array();
    const json* list = findArray(record, key);
    if (!list)
        return none;
    for (const json& value : *list)
        if (!value.is_object())
            refuse(key, "no list of records");
    return *list;
}

bool saysAnything(const json& record, const char* key)
{
    const json* value = find(record, key);
    return value && !(value->is_structured() && value->empty());
}

} // namespace microtome
