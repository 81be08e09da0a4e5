#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

namespace microtome {

/// Whether a file of torch is what OpenAI's sparse_autoencoder saves: pre_bias and latent_bias.
bool recognisesOpenAi(const CoderFolder&);

/// Reads a dictionary of OpenAI's sparse_autoencoder (features-and-steering.md 2.5). Throws Error
/// with a sentence.
SparseCoder readOpenAi(const CoderFolder&);

} // namespace microtome
