#pragma once

#include "core/features/directions/logittable.h"

namespace microtome {

/// What logittable.h keeps of one latent, from its logits over the whole vocabulary: their mean is
/// removed in place, then they are gone through twice while they are in cache. Throws Error where
/// one is not finite.
LatentLogits summarised(std::span<float> logits, const LogitTableSettings&);

} // namespace microtome
