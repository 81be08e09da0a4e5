#pragma once

#include "core/analysis/lens.h"
#include "views/canvas/matrixpicture.h"
#include "views/canvas/table.h"
#include "views/lens/lenschange.h"
#include "views/session/focus.h"

namespace microtome {

class Session;

/// By what the lens's cells are coloured.
enum class LensMeasure { Probability, Entropy, Kl, Rank };
QStringList lensMeasureWords();

/// Everything one grid of the lens is drawn from.
struct LensShown {
    std::shared_ptr<const Lens> lens; ///< the run that is shown; of a difference the edited one
    std::shared_ptr<const LensChange> change; ///< of a difference, else null
    LensMeasure measure = LensMeasure::Probability;
    TokenId token = -1; ///< whose rank Rank shows; below 0: none is pinned
    bool rowKl = false; ///< rows are named with their mean KL to the output
};

/// The heat map of the whole prompt: a row per site from bottom to top, a column per position, in
/// each cell its top token.
MatrixData lensGrid(const Session&, const LensShown&);

/// The numbers of the grid, a line per cell.
Table lensTable(const Session&, const LensShown&);

/// The tracked token's index in the lens.
std::optional<std::size_t> trackedIndex(const Lens&, TokenId);

/// What a cell says in one line: the best tokens, and where the pinned ones stand.
QString lensLine(const Session&, const LensShown&, std::size_t row, std::size_t column);

} // namespace microtome
