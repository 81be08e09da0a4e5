#pragma once

#include "core/features/coder/coder.h"
#include "core/model/model.h"
#include "core/store/features/columns.h"
#include "core/work/progress.h"

namespace microtome {

/// Stores what a dictionary's directions say by themselves: promoted and suppressed tokens with a
/// histogram of logits (of those that write to the residual stream), neighbours by decoder and
/// encoder, norms, the cosine of encoder and decoder, and places in a picture of decoder
/// directions.
void putDirections(FeatureColumns&, RunId, const FeatureScope&, const SparseCoder&, const Model&,
    std::size_t neighbours, const Progress&);

} // namespace microtome
