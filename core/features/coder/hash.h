#pragma once

#include "core/features/coder/coder.h"

#include <string>

namespace microtome {

/// SHA-256 of all that decides a coder's latents and outputs, as 64 hexadecimal digits; not of what
/// its file declares besides.
std::string coderHash(const SparseCoder&);

} // namespace microtome
