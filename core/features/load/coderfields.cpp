#include "core/features/load/coderfields.h"

#include "core/text/clip.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

using nlohmann::json;

constexpr std::size_t mostFields = 200; // kept for the person to read

const json* field(const json& form, const char* name)
{
    if (!form.is_object())
        return nullptr;
    const auto found = form.find(name);
    return found == form.end() || found->is_null() ? nullptr : &*found;
}

} // namespace

std::optional<std::string> textField(const json& form, const char* name)
{
    const json* found = field(form, name);
    return found && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

std::optional<double> numberField(const json& form, const char* name)
{
    const json* found = field(form, name);
    return found && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::optional<bool> boolField(const json& form, const char* name)
{
    const json* found = field(form, name);
    return found && found->is_boolean() ? std::optional(found->get<bool>()) : std::nullopt;
}

std::optional<int> countField(const json& form, const char* name, const std::string& file)
{
    const json* found = field(form, name);
    if (!found)
        return std::nullopt;
    const double value = found->is_number() ? found->get<double>() : 0;
    if (value < 1 || value > std::numeric_limits<int>::max() || value != std::floor(value))
        throw Error(std::string(name) + " in " + text::clip(file) + " is "
            + text::clip(found->dump(-1, ' ', false, json::error_handler_t::replace))
            + " where a whole number above 0 is expected.");
    return static_cast<int>(value);
}

const json& objectField(const json& form, const char* name)
{
    static const json empty = json::object();
    const json* found = field(form, name);
    return found && found->is_object() ? *found : empty;
}

bool hasFields(const json& form, std::initializer_list<const char*> names)
{
    return std::all_of(
        names.begin(), names.end(), [&](const char* name) { return field(form, name) != nullptr; });
}

void keepFields(CoderDeclaration& declared, const json& form)
{
    for (const auto& [name, value] : form.items()) {
        if (declared.other.size() >= mostFields)
            return;
        if (value.is_string())
            declared.other[text::clip(name)] = text::clip(value.get<std::string>());
        else if (value.is_number() || value.is_boolean())
            declared.other[text::clip(name)] = value.dump();
    }
}

bool describes(
    const CoderFolder& folder, const std::string& file, std::initializer_list<const char*> fields)
{
    if (!folder.has(file))
        return false;
    try {
        return hasFields(folder.json(file), fields);
    } catch (const Error&) {
        return false; // of another format, or damaged: its own format says so
    }
}

} // namespace microtome
