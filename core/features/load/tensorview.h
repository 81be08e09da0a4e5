#pragma once

#include "core/features/load/storedtensor.h"
#include "core/model/safetensors.h"

#include <map>
#include <string>

namespace microtome {

/// The tensors of a safetensors file as views of it. Throws Error when one is of a type that is no
/// plain number.
std::map<std::string, StoredTensor> viewsOf(
    const std::shared_ptr<const SafeTensors>&, const std::string& file);

/// What is left of a tensor when one index of an axis is taken; both must be there.
StoredTensor sliced(const StoredTensor&, std::size_t axis, std::int64_t index);

/// The numbers of a tensor of two axes, columns as rows. Reads blocks of columns, so that memory is
/// passed through in runs.
Matrix transposed(const StoredTensor&);

} // namespace microtome
