#pragma once

#include "core/features/index/featureindex.h"
#include "core/features/samples/windows.h"

#include <vector>

namespace microtome {

/// How strong a value is: |value|, or the value with its sign.
enum class Strength { Magnitude, Signed };

/// A window in which a latent fires.
struct FiringWindow {
    std::uint64_t window = 0;
    std::uint64_t peak = 0; ///< the token with the greatest strength, the first of several
    float strength = 0; ///< there
    std::uint32_t firings = 0; ///< tokens of the window at which it fires
};

/// All windows of a split in which a latent fires, ascending.
std::vector<FiringWindow> firingWindows(
    const FeatureIndex&, const Windows&, std::uint32_t latent, Split, Strength);

} // namespace microtome
