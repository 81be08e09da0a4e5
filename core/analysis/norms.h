#pragma once

#include "core/analysis/subject.h"

namespace microtome {

struct Bundle;

/// A number that stands far above its hidden state.
struct MassiveActivation {
    Site site;
    Position position;
    int dimension = 0;
    float value = 0;
    double ratio = 0; ///< |value| / median |h| of that row's site over all positions and dimensions
};

/// When a number counts as massive (Sun et al. 2402.17762; explorers 3.9): both must hold.
struct MassiveThresholds {
    double absolute = 100;
    double ratio = 1000;
};

/// Size of the residual stream: ‖h‖₂ by row and position, and the largest |h| of each row. Rows are
/// resid_pre of block 0 and resid_post of every block.
struct ResidualNorms {
    std::vector<TokenId> ids;
    std::vector<Site> rows;
    Matrix norms; ///< rows x tokens
    Matrix peaks; ///< rows x 4: largest, second and third |h|, and the median |h|

    /// The 64 largest |h| of every row, largest first within a row.
    std::vector<MassiveActivation> candidates;

    /// The candidates over the thresholds, in order of row, then size.
    std::vector<MassiveActivation> massive(const MassiveThresholds& = {}) const;

    Bundle toBundle() const;
    static ResidualNorms fromBundle(const Bundle&);
};

ResidualNorms residualNorms(Model&, const Subject&, const Progress& = {});

} // namespace microtome
