#pragma once

#include "core/store/database.h"
#include "core/store/features/query.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace microtome {

/// A person's list of features.
struct FeatureList {
    ListId id{};
    std::string name = {};
    std::string notes = {};
    std::int64_t created = 0; ///< milliseconds since 1970; set by add
};

/// A feature on a list, with a note about why.
struct FeatureListItem {
    FeatureKey feature{};
    std::string note;

    bool operator==(const FeatureListItem&) const = default;
};

/// A search to come back to.
struct SavedFilter {
    FilterId id{};
    std::string name;
    nlohmann::json query; ///< see queryFrom
    std::int64_t created = 0; ///< milliseconds since 1970
};

/// What a person collects of features: lists, tags and saved searches. Bookmarks of features are
/// those of Notes, with the feature in their focus; notes on one have its packed key as target.
class FeatureLists {
public:
    explicit FeatureLists(Database& database)
        : m_database(database)
    {
    }

    ListId add(const FeatureList& list);
    std::vector<FeatureList> lists();
    void update(const FeatureList& list);
    void remove(ListId id);

    /// Puts the feature at the end of the list; where it is on it, changes the note.
    void put(ListId id, const FeatureListItem& item);

    /// Puts a feature that is on the list before the one that is now at `place`.
    void move(ListId id, FeatureKey feature, std::size_t place);
    void remove(ListId id, FeatureKey feature);
    std::vector<FeatureListItem> items(ListId id); ///< in the list's order

    /// The lists that a feature is on, with its note there in the place of the list's.
    std::vector<FeatureList> with(FeatureKey feature);

    /// The list as a document for others: each feature with its source, model, note and newest
    /// label.
    nlohmann::json exported(ListId id);

    void tag(FeatureKey feature, const std::string& tag);
    void untag(FeatureKey feature, const std::string& tag);
    std::vector<std::string> tags(FeatureKey feature);
    std::vector<std::string> tags(); ///< all there are
    std::vector<FeatureKey> tagged(const std::string& tag);

    /// Replaces the one of this name.
    FilterId save(const std::string& name, const FeatureQuery& query);
    std::vector<SavedFilter> saved();
    void remove(FilterId id);

private:
    Database& m_database;
};

} // namespace microtome
