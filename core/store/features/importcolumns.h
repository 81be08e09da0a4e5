#pragma once

#include "core/store/access.h"
#include "core/store/features/importpile.h"

namespace microtome {

/// Stores the numbers, rankings and histograms of a pile: what was measured over a text under the
/// sweep, what directions say under the source. A latent without a largest value has that of its
/// windows. Adds to `leftOut` what has no place.
void putImportedColumns(FeatureColumns, RunId, const FeatureScope& sweep, std::uint64_t latents,
    const ImportPile&, LeftOut& leftOut);

/// Stores explanations and their scores. Adds to `counts` and `leftOut`.
void putImportedLabels(
    FeatureLabels, RunId, SourceId, const ImportPile&, ImportedSource& counts, LeftOut& leftOut);

} // namespace microtome
