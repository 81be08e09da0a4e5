#pragma once

#include "core/store/access.h"

#include <nlohmann/json.hpp>

#include <functional>

namespace microtome {

/// Gives every label of a source as a row of Neuronpedia's exports of explanations
/// (features-and-steering.md 2.9), by feature, oldest first; a missing score has the value null.
void eachExplanation(
    ProjectAccess&, SourceId, const std::function<void(const nlohmann::json& row)>&);

} // namespace microtome
