#pragma once

#include "core/features/prompt/promptfeatures.h"
#include "core/features/prompt/topfeatures.h"
#include "views/canvas/barspicture.h"
#include "views/canvas/matrixpicture.h"
#include "views/promptfeatures/featurenames.h"

namespace microtome {

/// Features by tokens: shares of what the dictionaries make; the latents' values stand in the
/// cells.
MatrixData featureRows(const Session&, const PromptFeatures&, const FeatureNames&,
    const std::vector<PromptFeature>& rows, bool withBos);

/// The strongest features of one token, in shares of what their dictionaries make.
std::vector<Bar> tokenBars(
    const PromptFeatures&, const FeatureNames&, std::size_t token, std::size_t most);

/// What features differ by between two prompts.
std::vector<Bar> comparedBars(const FeatureNames&, const std::vector<ComparedFeature>&);

/// Dictionaries by tokens: the share of what each is to make that it does not.
MatrixData unexplainedShares(
    const Session&, const PromptFeatures&, const FeatureNames&, bool withBos);

} // namespace microtome
