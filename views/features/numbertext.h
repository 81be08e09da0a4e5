#pragma once

#include "core/store/features/query.h"

#include <QString>

#include <optional>

namespace microtome {

/// The head of a number's column, with its unit: "density %".
QString columnTitle(FeatureNumber);

/// A number as its column shows it, with a fixed number of decimals; an en dash for none. Tokens
/// are shown by their text, not by this.
QString numberText(FeatureNumber, double value);

/// "density < 1 %"
QString conditionText(const FeatureFilter&);

/// What a person's line asks for: conditions such as `density < 1 %` or `max>=5`, and the words
/// that are left.
struct FilterLine {
    std::vector<FeatureFilter> conditions;
    QString words;

    bool operator==(const FilterLine&) const = default;
};

FilterLine readFilterLine(const QString&);

} // namespace microtome
