#pragma once

#include "core/features/load/coderfolder.h"
#include "core/features/load/saelensconfig.h"
#include "core/features/load/saelenstensors.h"

namespace microtome {

/// finetuning_scaling_factor: SAELens 1 to 5 multiplied latents by it before decoding them; here it
/// goes into the decoder. Throws Error where the files contradict each other.
void foldLatentFactors(const SaeLensConfig&, const SaeLensTensors&, SparseCoder&);

/// Sets the norm of the input. The one scale of expected_average_only_in is folded into the weights
/// where the folder tells it, else it is declared missing.
void normalizeInput(const SaeLensConfig&, const CoderFolder&, SparseCoder&);

/// For a threshold that is in units of the decoder's norm: encoder and bias are multiplied by the
/// norm, the decoder divided, as SAELens does when it saves the finished dictionary.
void foldDecoderNorm(SparseCoder&);

} // namespace microtome
