#pragma once

#include "core/store/features/key.h"
#include "core/store/features/number.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace microtome {

/// One condition on a number of a feature.
struct FeatureFilter {
    FeatureNumber number = FeatureNumber::Density;
    Compare compare = Compare::Greater;
    double value = 0;

    bool operator==(const FeatureFilter&) const = default;
};

/// Which features to show, in which order. All conditions must hold; those left out do not choose.
struct FeatureQuery {
    std::vector<FeatureScope> scopes = {}; ///< empty: all sources
    std::vector<FeatureFilter> filters = {};
    std::string labelWords = {}; ///< as searchExpression has them
    std::string contextWords = {};
    bool labelled = false; ///< only those with a label
    std::optional<std::string> tag = {};
    std::optional<ListId> list = {};

    /// Absent: by source and latent; of a list: in the list's order.
    std::optional<FeatureNumber> sort = {};
    bool descending = false; ///< those that were not measured are last either way

    bool operator==(const FeatureQuery&) const = default;
};

/// As saved searches keep it.
nlohmann::json toJson(const FeatureQuery& query);

/// Throws a sentence for what is no query of this version.
FeatureQuery queryFrom(const nlohmann::json& json);

} // namespace microtome
