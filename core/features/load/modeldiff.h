#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

namespace microtome {

/// Whether a file of torch is a crosscoder between models: W_enc [models, d, n], W_dec [n, models,
/// d].
bool recognisesModelDiff(const CoderFolder&);

/// Reads a crosscoder as ckkissane's replication of model diffing saves it
/// (features-and-steering.md 2.6, 2.7). Throws Error with a sentence.
SparseCoder readModelDiff(const CoderFolder&);

} // namespace microtome
