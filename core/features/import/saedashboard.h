#pragma once

#include "core/features/import/imported.h"

#include <nlohmann/json.hpp>

namespace microtome {

/// SAEDashboard's batches for Neuronpedia's importer (features-and-steering.md 2.8).
namespace saedashboard {

bool isFeature(const nlohmann::json& record);

/// `around`: the batch that the feature is in. Throws Unreadable.
void read(const nlohmann::json& record, const nlohmann::json& around, ImportSink&, LeftOut&);

} // namespace saedashboard

} // namespace microtome
