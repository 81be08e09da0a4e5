#include "core/store/viewstates.h"

#include "core/store/json.h"

namespace microtome {

ViewStateId ViewStates::set(
    std::optional<RunId> run, const std::string& view, const nlohmann::json& state)
{
    Transaction transaction(m_database);
    m_database.prepare("DELETE FROM view_state WHERE run IS ?1 AND view = ?2")
        .bind(run, view)
        .run();
    m_database.prepare("INSERT INTO view_state (run, view, state) VALUES (?1, ?2, ?3)")
        .bind(run, view, jsonText(state))
        .run();
    const auto id = static_cast<ViewStateId>(m_database.lastId());
    transaction.commit();
    return id;
}

std::optional<nlohmann::json> ViewStates::get(std::optional<RunId> run, const std::string& view)
{
    Statement row
        = m_database.prepare("SELECT state FROM view_state WHERE run IS ?1 AND view = ?2");
    row.bind(run, view);
    return row.step() ? std::optional(jsonFrom(row.text(0))) : std::nullopt;
}

std::vector<ViewState> ViewStates::list(std::optional<RunId> run)
{
    std::vector<ViewState> states;
    Statement row
        = m_database
              .prepare("SELECT id, run, view, state FROM view_state WHERE run IS ?1 ORDER BY id")
              .bind(run);
    while (row.step())
        states.push_back({.id = row.id<ViewStateId>(0),
            .run = row.optionalId<RunId>(1),
            .view = row.text(2),
            .state = jsonFrom(row.text(3))});
    return states;
}

void ViewStates::remove(ViewStateId id)
{
    m_database.prepare("DELETE FROM view_state WHERE id = ?1").bind(id).run();
}

} // namespace microtome
