#pragma once

#include "core/text/decoder.h"

namespace microtome::text {

/// Joins tokens `<0x41>` to the characters their bytes are; a run of them that is not valid UTF-8
/// becomes one U+FFFD per token.
std::unique_ptr<const Decoder> byteFallbackDecoder();

} // namespace microtome::text
