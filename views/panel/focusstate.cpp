#include "views/panel/focusstate.h"

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

constexpr const char* kinds[] = {"nothing", "token", "head", "cell", "neuron"};

int number(const nlohmann::json& json, const char* name)
{
    const auto it = json.find(name);
    return it != json.end() && it->is_number_integer() ? it->get<int>() : -1;
}

} // namespace

nlohmann::json focusToJson(const Focus& focus)
{
    return {{"kind", kinds[static_cast<std::size_t>(focus.kind)]},
        {"position", focus.position.value()}, {"key", focus.key.value()},
        {"layer", focus.layer.value()}, {"head", focus.head.value()}, {"unit", focus.unit.value()},
        {"point", static_cast<int>(focus.point)}, {"token", focus.token}};
}

Focus focusFromJson(const nlohmann::json& json)
{
    Focus focus;
    if (!json.is_object() || !json.contains("kind"))
        return focus;
    for (std::size_t i = 0; i < std::size(kinds); ++i)
        if (json["kind"] == kinds[i])
            focus.kind = static_cast<Focus::Kind>(i);
    focus.position = Position(number(json, "position"));
    focus.key = Position(number(json, "key"));
    focus.layer = Layer(number(json, "layer"));
    focus.head = Head(number(json, "head"));
    focus.unit = Unit(number(json, "unit"));
    focus.token = number(json, "token");
    const int point = number(json, "point");
    if (point >= 0 && point < pointCount)
        focus.point = static_cast<Point>(point);
    return focus;
}

} // namespace microtome
