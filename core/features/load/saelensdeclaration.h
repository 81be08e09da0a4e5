#pragma once

#include "core/features/load/saelensconfig.h"
#include "core/features/load/saelensfields.h"

namespace microtome {

/// Where the dictionary reads and writes, and what it says of the model and the text it was made
/// from: from the fields that hold it in version 6 (metadata) or before (flat, with other names).
void declareSaeLens(
    const SaeLensFields& fields, const SaeLensFields& metadata, bool old, SaeLensConfig&);

} // namespace microtome
