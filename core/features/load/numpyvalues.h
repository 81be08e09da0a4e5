#pragma once

#include "core/features/load/storedvalue.h"

#include <string>
#include <string_view>

/// What numpy's own names in a pickle and in the header of an array file mean.
namespace microtome::numpyvalues {

inline constexpr std::string_view arrayClass = "numpy.ndarray";

/// The kind of numbers that "f4", "<f4", "|b1" or ">i8" names, into `layout`. Throws Unreadable for
/// anything that is no plain number.
void setDtype(TensorLayout& layout, std::string_view name);

StoredValue makeDtype(const StoredList& arguments); ///< an inert record "numpy.dtype"
StoredValue reconstructArray(const StoredList& arguments); ///< a record that waits for its state
StoredValue arrayFromBuffer(const StoredList& arguments);
StoredValue makeScalar(const StoredList& arguments); ///< an integer, a float or a boolean

/// An array from its state (version, shape, dtype, is Fortran's order, bytes).
StoredTensor arrayFromState(const StoredValue& state);

} // namespace microtome::numpyvalues
