#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

namespace microtome {

/// Whether the file that was chosen, or the only one in the folder, is nothing but the weights of
/// an SAE: W_enc and W_dec, with b_enc, b_dec and a threshold where it has them.
bool recognisesBareWeights(const CoderFolder&);

/// f = relu((x - b_dec) W_enc + b_enc), above the threshold where there is one; y = f W_dec +
/// b_dec. A file without a description can mean other things: its notes say so. Throws Error with a
/// sentence.
SparseCoder readBareWeights(const CoderFolder&);

} // namespace microtome
