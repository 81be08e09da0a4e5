#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

namespace microtome {

/// Whether a file of torch is what Goodfire and Qresearch publish: encoder_linear and
/// decoder_linear.
bool recognisesLinearPair(const CoderFolder&);

/// f = relu(x E^T + e), y = f D^T + d. Throws Error with a sentence.
SparseCoder readLinearPair(const CoderFolder&);

} // namespace microtome
