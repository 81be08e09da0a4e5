#pragma once

#include "core/features/load/storedvalue.h"

#include <memory>
#include <unordered_set>
#include <vector>

namespace microtome {

/// Every object that a value reaches. Throws Unreadable when one contains itself, when they are
/// nested more than 200 deep, when walking them as a tree would take more than 20 million steps (a
/// few shared lists can stand for 2^1000 values), or when a dict has a text or integer as key
/// twice.
std::unordered_set<const StoredObject*> checkTree(const StoredValue& root);

/// Breaks what objects hold of each other, so that cycles among them are freed.
void dismantle(const std::vector<std::shared_ptr<StoredObject>>&,
    const std::unordered_set<const StoredObject*>& except);

} // namespace microtome
