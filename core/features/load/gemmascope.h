#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

namespace microtome {

/// Whether a folder or a chosen file is a dictionary of Gemma Scope: an archive of numpy with the
/// weights of a JumpReLU.
bool recognisesGemmaScope(const CoderFolder&);

/// Reads a dictionary of Gemma Scope (features-and-steering.md 2.2). Its file does not say where it
/// reads: that is told from the names of the folders around it, and a note says so. Throws Error
/// with a sentence.
SparseCoder readGemmaScope(const CoderFolder&);

/// Whether a folder or a chosen file holds one of Gemma Scope 2: params.safetensors with w_enc.
bool recognisesGemmaScope2(const CoderFolder&);
SparseCoder readGemmaScope2(const CoderFolder&);

} // namespace microtome
