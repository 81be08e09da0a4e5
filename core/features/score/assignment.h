#pragma once

#include "core/model/matrix.h"

#include <cstddef>
#include <vector>

namespace microtome {

/// The column of each row of a matrix of gains [rows, columns] such that no column is taken twice
/// and the sum of the gains is largest; with more rows than columns some rows have none, which
/// `none` says. Takes rows x rows x columns steps at most.
inline constexpr std::size_t none = static_cast<std::size_t>(-1);
std::vector<std::size_t> bestAssignment(const Matrix& gains);

} // namespace microtome
