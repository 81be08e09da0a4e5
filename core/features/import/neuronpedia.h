#pragma once

#include "core/features/import/imported.h"

#include <nlohmann/json.hpp>

namespace microtome {

/// Neuronpedia's exports (features-and-steering.md 2.9): rows of features, activations and
/// explanations, with indices as strings; and a single feature with all of its own, as its pages
/// give it.
namespace neuronpedia {

bool isRow(const nlohmann::json& record);

/// Rows that describe releases, models, sets and sources.
bool isDescription(const nlohmann::json& record);

/// One of the above. Throws Unreadable.
void read(const nlohmann::json& record, ImportSink&, LeftOut&);

} // namespace neuronpedia

} // namespace microtome
