#pragma once

#include "core/store/database.h"
#include "core/store/ids.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// How a view was arranged, for one run or in general.
struct ViewState {
    ViewStateId id{};
    std::optional<RunId> run;
    std::string view;
    nlohmann::json state = nlohmann::json::object();
};

/// The arrangements of views; one per view and run.
class ViewStates {
public:
    explicit ViewStates(Database& database)
        : m_database(database)
    {
    }

    ViewStateId set(std::optional<RunId> run, const std::string& view, const nlohmann::json& state);
    std::optional<nlohmann::json> get(std::optional<RunId> run, const std::string& view);
    std::vector<ViewState> list(std::optional<RunId> run);
    void remove(ViewStateId id);

private:
    Database& m_database;
};

} // namespace microtome
