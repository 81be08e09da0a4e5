#pragma once

#include "core/model/edit.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace microtome {

/// The small things that many results hold, as JSON and back. Reading throws Error with a sentence
/// when a stored result is damaged.
nlohmann::json sitesToJson(const std::vector<Site>&);
std::vector<Site> sitesFromJson(const nlohmann::json&);
nlohmann::json positionsToJson(const std::vector<Position>&);
std::vector<Position> positionsFromJson(const nlohmann::json&);

/// The field's value; throws Error when it is missing or of another type.
template <class T> T fieldOf(const nlohmann::json& fields, const char* name)
{
    try {
        return fields.at(name).get<T>();
    } catch (const nlohmann::json::exception& e) {
        throw Error(std::string("The stored result is damaged: its field \"") + name
                + "\" cannot be read. Compute it again.",
            e.what());
    }
}

} // namespace microtome
