#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

namespace microtome {

/// Whether a file of torch lies beside NAME_cfg.json that says act_size, dict_size and act_name, as
/// the first dictionaries of attention's z were published.
bool recognisesHookZ(const CoderFolder&);

/// f = relu((x - b_dec) W_enc + b_enc), y = f W_dec + b_dec of all heads as one row. Throws Error
/// with a sentence.
SparseCoder readHookZ(const CoderFolder&);

} // namespace microtome
