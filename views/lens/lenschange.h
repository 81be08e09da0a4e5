#pragma once

#include "core/analysis/lens.h"

namespace microtome {

/// What edits change in a lens, cell by cell (rows and columns as in the edited lens):
///   kl = KL(p_reference ‖ p_edited) of the cell's own read-outs, in nats,
///   probability = p_edited(t) - p_reference(t) for t the edited cell's top token,
///   entropy = H(p_edited) - H(p_reference), in nats.
struct LensChange {
    Matrix kl;
    Matrix probability;
    Matrix entropy;
    std::vector<Matrix> ranks; ///< for each tracked token of `edited`: its rank, edited - reference
};

/// Both subjects have the same number of tokens; `edited` is the lens of the second one. Throws
/// Error otherwise.
LensChange lensChange(Model&, const Subject& reference, const Subject& changed, const Lens& edited,
    const Progress& = {});

} // namespace microtome
