#pragma once

#include "core/features/index/featureindex.h"
#include "core/features/interpret/predicate/reading.h"
#include "core/features/samples/windows.h"
#include "core/work/progress.h"

#include <cstdint>
#include <string>
#include <vector>

namespace microtome {

/// The latent that says best where a label holds: "its value is at least this".
struct LabelMatch {
    std::string label;
    std::uint64_t tokens = 0; ///< that have the label, on the side that scores
    std::uint32_t latent = 0;
    float threshold = 0; ///< fires: value >= threshold
    double chosen = 0; ///< F1 on the side that it was chosen by
    double precision = 0; ///< on the side that scores, as are these
    double recall = 0;
    double f1 = 0;
};

/// For each label the latent and threshold of largest F1 on the windows that explain, with the
/// figures on those that score. Left out: a label without tokens on either side, and one of more
/// than half of the tokens, which whatever always fires says well. Goes through the index once;
/// time: firings x labels. Throws Error where these do not fit or are damaged.
std::vector<LabelMatch> matchLabels(
    const FeatureIndex&, const Windows&, const std::vector<TokenLabel>&, const Progress& = {});

} // namespace microtome
