#pragma once

#include "core/model/model.h"

#include <vector>

namespace microtome {

/// What a vector in the residual stream adds to the logits if nothing else changed: through the
/// final norm with the scale σ the run had at that position (explorers 3.6), without biases.
struct DirectLogits {
    std::vector<ReadOut::Entry> promoted; ///< highest first
    std::vector<ReadOut::Entry> suppressed; ///< lowest first
};

/// `finalScale`: σ at the position (1 for a model without a final norm).
DirectLogits directLogits(
    Model&, std::vector<float> vector, double finalScale, int count, const Progress& = {});

} // namespace microtome
