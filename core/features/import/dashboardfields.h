#pragma once

#include "core/features/import/imported.h"

#include <nlohmann/json.hpp>

namespace microtome {

/// Fields that SAEDashboard's batches and Neuronpedia's features have alike
/// (features-and-steering.md 2.8 and 2.9): logits, histograms, correlated features. Throws
/// Unreadable.
ImportedFeature dashboardFields(
    const nlohmann::json& record, std::uint32_t latent, LeftOut& leftOut);

/// Tokens and values. Throws Unreadable unless there is one value for each token.
ImportedWindow windowIn(const nlohmann::json& record, std::uint32_t latent, LeftOut& leftOut);

} // namespace microtome
