#include "core/analysis/fields.h"

namespace microtome {

nlohmann::json sitesToJson(const std::vector<Site>& sites)
{
    nlohmann::json out = nlohmann::json::array();
    for (const Site& site : sites)
        out.push_back(site.text());
    return out;
}

std::vector<Site> sitesFromJson(const nlohmann::json& json)
{
    std::vector<Site> sites;
    for (const auto& entry : json) {
        const auto site = entry.is_string() ? Site::parse(entry.get<std::string>()) : std::nullopt;
        if (!site)
            throw Error(
                "The stored result is damaged: it names an unknown point. Compute it again.");
        sites.push_back(*site);
    }
    return sites;
}

nlohmann::json positionsToJson(const std::vector<Position>& positions)
{
    nlohmann::json out = nlohmann::json::array();
    for (const Position p : positions)
        out.push_back(p.value());
    return out;
}

std::vector<Position> positionsFromJson(const nlohmann::json& json)
{
    std::vector<Position> positions;
    for (const auto& entry : json) {
        if (!entry.is_number_integer())
            throw Error("The stored result is damaged: a position is no number. Compute it again.");
        positions.emplace_back(entry.get<std::int64_t>());
    }
    return positions;
}

} // namespace microtome
