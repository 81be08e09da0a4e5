#pragma once

#include "core/features/load/storedvalue.h"

#include <functional>

namespace microtome {

/// What a pickle's reference to data outside of it stands for: a storage, as a tensor of one axis.
using StorageOf = std::function<StoredValue(const StoredValue& id)>;

/// A pickle's value and how many bytes it took.
struct Unpickled {
    StoredValue value;
    std::size_t length = 0;
};

/// Reads a pickle of protocol 0 to 5 (Python's pickletools.py describes every code) into plain
/// values. It is a machine for data alone: names are looked up in the lists of picklenames.h,
/// nothing is imported or run. Throws Unreadable. Bytes in it stay where they are.
Unpickled readPickle(const HeldBytes&, const StorageOf&);

} // namespace microtome
