#include "core/nn/train/settings.h"

#include <cmath>
#include <sstream>

namespace microtome::nn {

using nlohmann::json;

namespace {

std::string range(double low, double high)
{
    std::ostringstream out;
    out << "expected " << low << " to " << high;
    return out.str();
}

} // namespace

Settings::Settings(json form, std::string path)
    : m_form(std::move(form))
    , m_path(std::move(path))
{
}

bool Settings::has(const std::string& key) const
{
    return m_form.contains(key) && !m_form[key].is_null();
}

const json* Settings::find(const std::string& key)
{
    m_known.insert(key);
    return has(key) ? &m_form[key] : nullptr;
}

std::string Settings::need(const std::string& key)
{
    std::string value = text(key, "");
    if (value.empty())
        throw Error("The recipe does not say " + m_path + key + ".");
    return value;
}

std::string Settings::text(const std::string& key, const std::string& otherwise)
{
    const json* value = find(key);
    if (value && !value->is_string())
        throw Error("In the recipe, " + m_path + key + " is not a text.");
    auto found = value ? value->get<std::string>() : otherwise;
    if (found.find('\0') != std::string::npos)
        throw Error("In the recipe, " + m_path + key + " holds a null character.");
    return found;
}

bool Settings::flag(const std::string& key, bool otherwise)
{
    const json* value = find(key);
    if (value && !value->is_boolean())
        throw Error("In the recipe, " + m_path + key + " is neither true nor false.");
    return value ? value->get<bool>() : otherwise;
}

double Settings::number(const std::string& key, double otherwise, double low, double high)
{
    const json* value = find(key);
    if (!value)
        return otherwise;
    const double number = value->is_number() ? value->get<double>() : NAN;
    if (!(number >= low && number <= high))
        throw Error("In the recipe, " + m_path + key + " is " + value->dump().substr(0, 40) + ", "
            + range(low, high) + ".");
    return number;
}

std::int64_t Settings::integer(
    const std::string& key, std::int64_t otherwise, std::int64_t low, std::int64_t high)
{
    const json* value = find(key);
    if (!value)
        return otherwise;
    const bool large = value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX;
    if (!value->is_number_integer() || large || value->get<std::int64_t>() < low
        || value->get<std::int64_t>() > high)
        throw Error("In the recipe, " + m_path + key + " is " + value->dump().substr(0, 40)
            + ", expected a whole number from " + std::to_string(low) + " to "
            + std::to_string(high) + ".");
    return value->get<std::int64_t>();
}

std::vector<std::int64_t> Settings::integers(
    const std::string& key, std::int64_t low, std::int64_t high)
{
    const json* value = find(key);
    std::vector<std::int64_t> numbers;
    if (!value)
        return numbers;
    if (!value->is_array())
        throw Error("In the recipe, " + m_path + key + " is not a list.");
    for (const json& item : *value) {
        if (!item.is_number_integer() || item.get<double>() < static_cast<double>(low)
            || item.get<double>() > static_cast<double>(high))
            throw Error("In the recipe, " + m_path + key + " holds " + item.dump().substr(0, 40)
                + ", expected whole numbers from " + std::to_string(low) + " to "
                + std::to_string(high) + ".");
        numbers.push_back(item.get<std::int64_t>());
    }
    return numbers;
}

json Settings::object(const std::string& key)
{
    const json* value = find(key);
    if (value && !value->is_object())
        throw Error("In the recipe, " + m_path + key + " is not a group of settings.");
    return value ? *value : json::object();
}

Settings Settings::group(const std::string& key, bool needed)
{
    if (needed && !has(key))
        throw Error("The recipe has no group \"" + m_path + key + "\".");
    return {object(key), m_path + key + "."};
}

void Settings::finish() const
{
    for (const auto& [key, value] : m_form.items()) {
        if (m_known.contains(key))
            continue;
        std::string known;
        for (const auto& name : m_known)
            known += (known.empty() ? "" : ", ") + name;
        throw Error("The recipe's setting " + m_path + key.substr(0, 60)
            + " is not known; known there are " + known + ".");
    }
}

} // namespace microtome::nn
