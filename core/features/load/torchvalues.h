#pragma once

#include "core/features/load/storedvalue.h"

#include <optional>
#include <string_view>

/// What torch's own names in a pickle mean (torch/_utils.py, torch/_tensor.py).
namespace microtome::torchvalues {

/// "torch.float32", "torch.strided": names that stand for themselves as texts.
bool isTypeName(std::string_view name);

/// Storages ("torch.FloatStorage") and tensors' classes, which are named and never called.
bool isClass(std::string_view name);

/// The numbers of a storage's class; bytes for an untyped one. Throws Unreadable for a class of
/// numbers that cannot be read (complex, quantised).
StoredDtype dtypeOfStorage(std::string_view className);

StoredValue rebuildTensor(const StoredList& arguments);
StoredValue rebuildTypedTensor(const StoredList& arguments);
StoredValue rebuildParameter(const StoredList& arguments);
StoredValue rebuildFromType(const StoredList& arguments);
StoredValue makeDevice(const StoredList& arguments);

} // namespace microtome::torchvalues
