#include "core/store/features/lists.h"

#include "core/store/clock.h"
#include "core/store/features/labels.h"
#include "core/store/features/sources.h"
#include "core/store/json.h"
#include "core/store/models.h"

#include <algorithm>

namespace microtome {

namespace {

FeatureKey keyFrom(const Statement& row, int column)
{
    return {row.id<SourceId>(column), static_cast<std::uint32_t>(row.integer(column + 1))};
}

std::vector<FeatureList> listsFrom(Statement row)
{
    std::vector<FeatureList> lists;
    while (row.step())
        lists.push_back({.id = row.id<ListId>(0),
            .name = row.text(1),
            .notes = row.text(2),
            .created = row.integer(3)});
    return lists;
}

} // namespace

ListId FeatureLists::add(const FeatureList& list)
{
    m_database.prepare("INSERT INTO feature_list (name, notes, created) VALUES (?1, ?2, ?3)")
        .bind(list.name, list.notes, millisecondsNow())
        .run();
    return static_cast<ListId>(m_database.lastId());
}

std::vector<FeatureList> FeatureLists::lists()
{
    return listsFrom(
        m_database.prepare("SELECT id, name, notes, created FROM feature_list ORDER BY id"));
}

void FeatureLists::update(const FeatureList& list)
{
    m_database.prepare("UPDATE feature_list SET name = ?2, notes = ?3 WHERE id = ?1")
        .bind(list.id, list.name, list.notes)
        .run();
}

void FeatureLists::remove(ListId id)
{
    m_database.prepare("DELETE FROM feature_list WHERE id = ?1").bind(id).run();
}

void FeatureLists::put(ListId id, const FeatureListItem& item)
{
    requireLatent(m_database, item.feature);
    m_database
        .prepare("INSERT INTO feature_list_item (list, source, latent, note, position)"
                 " SELECT ?1, ?2, ?3, ?4, coalesce(max(position), 0) + 1 FROM feature_list_item"
                 " WHERE list = ?1 ON CONFLICT (list, source, latent)"
                 " DO UPDATE SET note = excluded.note")
        .bind(id, item.feature.source, item.feature.latent, item.note)
        .run();
}

void FeatureLists::move(ListId id, FeatureKey feature, std::size_t place)
{
    std::vector<FeatureListItem> order = items(id);
    const auto from = std::ranges::find(order, feature, &FeatureListItem::feature);
    if (from == order.end())
        throw Error("This feature is not on the list; put it there first.");
    const auto to = order.begin() + static_cast<std::ptrdiff_t>(std::min(place, order.size()));
    if (to <= from)
        std::rotate(to, from, from + 1);
    else
        std::rotate(from, from + 1, to);
    Transaction transaction(m_database);
    std::int64_t position = 0;
    for (const FeatureListItem& item : order)
        m_database
            .prepare("UPDATE feature_list_item SET position = ?4"
                     " WHERE list = ?1 AND source = ?2 AND latent = ?3")
            .bind(id, item.feature.source, item.feature.latent, ++position)
            .run();
    transaction.commit();
}

void FeatureLists::remove(ListId id, FeatureKey feature)
{
    m_database
        .prepare("DELETE FROM feature_list_item WHERE list = ?1 AND source = ?2 AND latent = ?3")
        .bind(id, feature.source, feature.latent)
        .run();
}

std::vector<FeatureListItem> FeatureLists::items(ListId id)
{
    std::vector<FeatureListItem> items;
    Statement row = m_database.prepare("SELECT source, latent, note FROM feature_list_item"
                                       " WHERE list = ?1 ORDER BY position, source, latent");
    row.bind(id);
    while (row.step())
        items.push_back({.feature = keyFrom(row, 0), .note = row.text(2)});
    return items;
}

std::vector<FeatureList> FeatureLists::with(FeatureKey feature)
{
    return listsFrom(m_database
                         .prepare("SELECT l.id, l.name, i.note, l.created FROM feature_list_item i"
                                  " JOIN feature_list l ON l.id = i.list"
                                  " WHERE i.source = ?1 AND i.latent = ?2 ORDER BY l.id")
                         .bind(feature.source, feature.latent));
}

nlohmann::json FeatureLists::exported(ListId id)
{
    const std::vector<FeatureList> all = lists();
    const auto list = std::ranges::find(all, id, &FeatureList::id);
    if (list == all.end())
        throw Error("This list is not in the project any more; choose another.");
    nlohmann::json features = nlohmann::json::array();
    for (const FeatureListItem& item : items(id)) {
        const auto source = FeatureSources(m_database).get(item.feature.source);
        if (!source)
            continue;
        const auto model = Models(m_database).get(source->model);
        const auto labels = FeatureLabels(m_database).of(item.feature);
        features.push_back(
            {{"model", model ? model->name : ""}, {"model_hash", model ? model->hash : ""},
                {"source", source->name}, {"kind", kindName(source->kind)}, {"hash", source->hash},
                {"read_site", source->readSite}, {"write_site", source->writeSite},
                {"latent", item.feature.latent}, {"note", item.note},
                {"label", labels.empty() ? "" : labels.front().text}});
    }
    return {{"format", "microtome feature list"}, {"version", 1}, {"name", list->name},
        {"notes", list->notes}, {"features", features}};
}

void FeatureLists::tag(FeatureKey feature, const std::string& tag)
{
    requireLatent(m_database, feature);
    m_database
        .prepare("INSERT OR IGNORE INTO feature_tag (source, latent, tag) VALUES (?1, ?2, ?3)")
        .bind(feature.source, feature.latent, tag)
        .run();
}

void FeatureLists::untag(FeatureKey feature, const std::string& tag)
{
    m_database.prepare("DELETE FROM feature_tag WHERE source = ?1 AND latent = ?2 AND tag = ?3")
        .bind(feature.source, feature.latent, tag)
        .run();
}

std::vector<std::string> FeatureLists::tags(FeatureKey feature)
{
    std::vector<std::string> tags;
    Statement row = m_database.prepare(
        "SELECT tag FROM feature_tag WHERE source = ?1 AND latent = ?2 ORDER BY tag");
    row.bind(feature.source, feature.latent);
    while (row.step())
        tags.push_back(row.text(0));
    return tags;
}

std::vector<std::string> FeatureLists::tags()
{
    std::vector<std::string> tags;
    Statement row = m_database.prepare("SELECT DISTINCT tag FROM feature_tag ORDER BY tag");
    while (row.step())
        tags.push_back(row.text(0));
    return tags;
}

std::vector<FeatureKey> FeatureLists::tagged(const std::string& tag)
{
    std::vector<FeatureKey> features;
    Statement row = m_database.prepare(
        "SELECT source, latent FROM feature_tag WHERE tag = ?1 ORDER BY source, latent");
    row.bind(tag);
    while (row.step())
        features.push_back(keyFrom(row, 0));
    return features;
}

FilterId FeatureLists::save(const std::string& name, const FeatureQuery& query)
{
    Transaction transaction(m_database);
    m_database.prepare("DELETE FROM feature_filter WHERE name = ?1").bind(name).run();
    m_database.prepare("INSERT INTO feature_filter (name, query, created) VALUES (?1, ?2, ?3)")
        .bind(name, jsonText(toJson(query)), millisecondsNow())
        .run();
    const auto id = static_cast<FilterId>(m_database.lastId());
    transaction.commit();
    return id;
}

std::vector<SavedFilter> FeatureLists::saved()
{
    std::vector<SavedFilter> filters;
    Statement row
        = m_database.prepare("SELECT id, name, query, created FROM feature_filter ORDER BY name");
    while (row.step())
        filters.push_back({.id = row.id<FilterId>(0),
            .name = row.text(1),
            .query = jsonFrom(row.text(2)),
            .created = row.integer(3)});
    return filters;
}

void FeatureLists::remove(FilterId id)
{
    m_database.prepare("DELETE FROM feature_filter WHERE id = ?1").bind(id).run();
}

} // namespace microtome
