#include "core/features/load/saelensfields.h"

#include "core/work/error.h"

#include <cmath>

namespace microtome {

namespace {

using nlohmann::json;

const json none;
const json nothing = json::object();
constexpr double largest = 1e9;

} // namespace

SaeLensFields::SaeLensFields(const json& form, std::string file)
    : m_form(form)
    , m_file(std::move(file))
{
}

void SaeLensFields::refuse(const char* key, const char* what) const
{
    throw Error("In " + m_file + ", " + key + " is not " + what + ".");
}

const json& SaeLensFields::at(const char* key) const
{
    const auto found = m_form.find(key);
    return found == m_form.end() ? none : *found;
}

bool SaeLensFields::has(const char* key) const
{
    return !at(key).is_null();
}

std::optional<std::string> SaeLensFields::text(const char* key) const
{
    const json& value = at(key);
    if (value.is_null() || value.is_boolean())
        return {};
    if (!value.is_string())
        refuse(key, "a text");
    return value.get<std::string>();
}

std::optional<bool> SaeLensFields::flag(const char* key) const
{
    const json& value = at(key);
    if (value.is_null() || value.is_string())
        return {};
    if (!value.is_boolean())
        refuse(key, "true or false");
    return value.get<bool>();
}

std::optional<double> SaeLensFields::number(const char* key) const
{
    const json& value = at(key);
    if (value.is_null())
        return {};
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        refuse(key, "a number");
    return value.get<double>();
}

std::optional<int> SaeLensFields::count(const char* key) const
{
    const auto value = number(key);
    if (!value)
        return {};
    if (*value < 0 || *value > largest || *value != std::floor(*value))
        refuse(key, "a whole number from 0 to 10^9");
    return static_cast<int>(*value);
}

std::int64_t SaeLensFields::size(const char* key) const
{
    const json& value = at(key);
    if (value.is_null())
        throw Error(m_file + " does not say " + key
            + "; it is not a whole description of a "
              "dictionary of SAELens.");
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() == 0
        || value.get<std::uint64_t>() > (1ULL << 62))
        refuse(key, "a whole number above 0");
    return static_cast<std::int64_t>(value.get<std::uint64_t>());
}

SaeLensFields SaeLensFields::object(const char* key) const
{
    const json& value = at(key);
    if (value.is_null())
        return {nothing, m_file};
    if (!value.is_object())
        refuse(key, "an object");
    return {value, m_file};
}

} // namespace microtome
