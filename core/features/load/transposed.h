#pragma once

#include "core/model/matrix.h"

namespace microtome {

/// The same numbers with rows and columns exchanged.
Matrix transposed(const Matrix&);

} // namespace microtome
