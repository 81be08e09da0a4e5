#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

namespace microtome {

/// Whether a folder is what SAELens saves: cfg.json with d_in and d_sae beside
/// sae_weights.safetensors.
bool recognisesSaeLens(const CoderFolder&);

/// Reads a dictionary of SAELens 1 to 6 (features-and-steering.md 2.1). Throws Error with a
/// sentence.
SparseCoder readSaeLens(const CoderFolder&);

} // namespace microtome
