#pragma once

#include "core/store/features/sweepfiles.h"
#include "core/store/reader.h"
#include "views/features/evidence.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// A source of features with what a person chooses it by.
struct SourceLine {
    FeatureSource source;
    std::string model; ///< its name
    std::string modelHash;
    std::string tokenizerHash;
    std::optional<FeatureSweep> sweep; ///< the newest
};

/// Which features to show.
struct FeatureWish {
    FeatureQuery query;
    bool bookmarked = false; ///< only those with a bookmark

    bool operator==(const FeatureWish&) const = default;
};

/// What a page shows of a feature at once, without looking into its index.
struct FeatureSight {
    FeatureDetail detail;
    SourceLine source;
    std::optional<Run> run; ///< that swept it
    std::optional<FeatureCheck> check; ///< the newest of its source
    std::optional<BookmarkId> bookmark;
    std::map<std::uint32_t, FeatureRow> others; ///< the latents named, with their top tokens
};

/// The focus that a bookmark of a feature keeps, and the feature of such a one.
nlohmann::json bookmarkFocus(FeatureKey);
std::optional<FeatureKey> featureOf(const Bookmark&);

/// Reads features from a project's file and what lies beside it, over a connection of its own:
/// make it, use it and destroy it on one thread.
class FeatureReading {
public:
    explicit FeatureReading(const std::filesystem::path& project);

    std::vector<SourceLine> sources();
    std::vector<FeatureKey> find(const FeatureWish&);
    std::vector<FeatureRow> rows(
        std::span<const FeatureKey>, std::span<const FeatureNumber>, const FeatureWish&);
    FeatureSight open(FeatureKey);
    FeatureEvidence evidence(FeatureKey);
    std::vector<FeatureList> lists() { return m_project.featureLists().lists(); }
    std::vector<std::string> tags() { return m_project.featureLists().tags(); }

private:
    /// The files of a sweep, opened once.
    struct Swept {
        SweepFiles files;
        std::unique_ptr<Windows> windows; ///< null without a corpus
    };

    SourceLine lineOf(const FeatureSource&);
    const Swept& swept(const FeatureSweep&);

    ProjectReader m_project;
    FeatureBrowser m_browser;
    std::map<SweepId, Swept> m_swept;
};

} // namespace microtome
