#include "core/store/features/query.h"

#include "core/work/error.h"

namespace microtome {

namespace {

template <class T> T required(const std::optional<T>& value)
{
    if (!value)
        throw Error("This saved search names something that this version does not know; update "
                    "Microtome or make the search again.");
    return *value;
}

FeatureScope scopeFrom(const nlohmann::json& json)
{
    FeatureScope scope{.source = static_cast<SourceId>(json.at("source").get<std::int32_t>())};
    if (json.contains("sweep"))
        scope.sweep = static_cast<SweepId>(json.at("sweep").get<std::int32_t>());
    return scope;
}

FeatureQuery readQuery(const nlohmann::json& json)
{
    FeatureQuery query;
    for (const nlohmann::json& scope : json.at("scopes"))
        query.scopes.push_back(scopeFrom(scope));
    for (const nlohmann::json& filter : json.at("filters"))
        query.filters.push_back(
            {.number = required(numberNamed(filter.at("number").get<std::string>())),
                .compare = required(compareNamed(filter.at("compare").get<std::string>())),
                .value = filter.at("value").get<double>()});
    query.labelWords = json.value("label", "");
    query.contextWords = json.value("context", "");
    query.labelled = json.value("labelled", false);
    if (json.contains("tag"))
        query.tag = json.at("tag").get<std::string>();
    if (json.contains("list"))
        query.list = static_cast<ListId>(json.at("list").get<std::int64_t>());
    if (json.contains("sort"))
        query.sort = required(numberNamed(json.at("sort").get<std::string>()));
    query.descending = json.value("descending", false);
    return query;
}

} // namespace

nlohmann::json toJson(const FeatureQuery& query)
{
    nlohmann::json json{{"scopes", nlohmann::json::array()}, {"filters", nlohmann::json::array()},
        {"label", query.labelWords}, {"context", query.contextWords}, {"labelled", query.labelled},
        {"descending", query.descending}};
    for (const FeatureScope& scope : query.scopes) {
        json["scopes"].push_back({{"source", static_cast<std::int32_t>(scope.source)}});
        if (scope.sweep)
            json["scopes"].back()["sweep"] = static_cast<std::int32_t>(*scope.sweep);
    }
    for (const FeatureFilter& filter : query.filters)
        json["filters"].push_back({{"number", numberName(filter.number)},
            {"compare", compareName(filter.compare)}, {"value", filter.value}});
    if (query.tag)
        json["tag"] = *query.tag;
    if (query.list)
        json["list"] = static_cast<std::int64_t>(*query.list);
    if (query.sort)
        json["sort"] = numberName(*query.sort);
    return json;
}

FeatureQuery queryFrom(const nlohmann::json& json)
{
    try {
        return readQuery(json);
    } catch (const nlohmann::json::exception& fault) {
        throw Error("This saved search is damaged; make it again.", fault.what());
    }
}

} // namespace microtome
