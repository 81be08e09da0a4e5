#pragma once

#include "views/features/factgrid.h"
#include "views/features/reading.h"
#include "views/session/session.h"

#include <functional>

namespace microtome {

/// `res-2/817`: what a person writes down to find a feature again.
QString idText(const FeatureSight&);

/// Where a feature and its numbers come from, in sentences.
QString aboutText(const FeatureSight&, const Session&);

/// The lists a feature is on and its tags; empty: none.
QString marksText(const FeatureDetail&);

/// The numbers that were measured, with their names.
std::vector<NamedNumber> factsOf(
    const FeatureDetail&, const std::function<QString(TokenId)>& token);

} // namespace microtome
