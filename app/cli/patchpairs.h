#pragma once

#include "app/cli/metricoptions.h"
#include "core/analysis/average.h"
#include "core/circuits/patch.h"
#include "core/text/promptset.h"

namespace microtome::cli {

/// A sweep averaged over many pairs of prompts.
struct PairsSweep {
    PatchSweep shape; ///< the first pair's: which cells there are
    AveragedScore raw; ///< of every cell, in the metric's unit
    double clean = 0; ///< mean metric
    double corrupted = 0;
    std::size_t skipped = 0; ///< pairs of unequal length, left out
};

/// `request` gives sweep and direction; prompts, answers and metric come from each pair. Throws
/// Error when no pair can be patched, or when pairs differ in length and cells have positions.
PairsSweep sweepPairs(Model&, const PromptSet&, const PatchRequest& request, const MetricOptions&,
    bool noBos, const Progress&);

} // namespace microtome::cli
