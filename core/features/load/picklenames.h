#pragma once

#include "core/features/load/storedvalue.h"

#include <string>
#include <string_view>

namespace microtome {

/// What a name that a pickle asks for stands for: a class, or for torch's types a text
/// ("torch.float32"). Nothing is ever imported; a name on no list here throws Unreadable naming it.
StoredValue nameInPickle(std::string_view module, std::string_view name);

/// What calling a known class or function gives: a plain value, or an inert record. Throws
/// Unreadable when the arguments are not those that savers write.
StoredValue callInPickle(const std::string& function, const StoredList& arguments);

/// Gives an object its state, in place, since others may refer to it already: a record keeps it, a
/// numpy array becomes a tensor, a dict's own attributes are not kept.
void setStateInPickle(StoredObject&, const StoredValue& state);

} // namespace microtome
