#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

namespace microtome {

/// Whether a folder is a dictionary of Llama Scope: hyperparams.json beside
/// checkpoints/final.safetensors.
bool recognisesLlamaScope(const CoderFolder&);

/// Reads a dictionary of Llama Scope (features-and-steering.md 2.6). Throws Error with a sentence.
SparseCoder readLlamaScope(const CoderFolder&);

} // namespace microtome
