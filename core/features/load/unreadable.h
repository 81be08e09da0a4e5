#pragma once

#include "core/work/error.h"

namespace microtome {

/// Why a tensor file is refused, as the rest of a sentence that begins with the file's name and
/// lacks its full stop ("is cut short; download it again"). readTensorFile() puts the name before.
class Unreadable : public Error {
public:
    using Error::Error;
};

} // namespace microtome
