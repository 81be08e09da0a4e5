#pragma once

#include "core/analysis/lens.h"
#include "views/canvas/matrixpicture.h"
#include "views/session/focus.h"

namespace microtome {

class Session;

/// `emb`, `0 mid`, `0`, ..., `out`: a row by the block it comes out of; the last one is the output.
QString lensRowName(const Lens&, std::size_t row);
Axis lensRows(const Lens&, bool withKl = false);

/// The row a focus lies on, if any, and the focus that a cell is.
std::optional<std::size_t> lensRowOf(const Lens&, const Focus&);
Focus lensFocus(const Lens&, std::size_t row, std::size_t column, TokenId = -1);

/// The probability of every cell's top token.
Matrix topProbability(const Lens&);

/// A heat map of it, rows from bottom to top and columns by position, with the token in each cell.
MatrixData topTokenGrid(const Session&, const Lens&);

} // namespace microtome
