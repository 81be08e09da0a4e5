#pragma once

#include "core/features/coder/coder.h"

#include <string>

namespace microtome {

/// What kind of dictionary it is, in the field's words: "TopK, k 32", "JumpReLU", "gated", ...
std::string activationWords(const CoderActivation&);

/// "SAE", "transcoder", "skip transcoder", "crosscoder", "cross-layer transcoder" or "codebook".
std::string kindWords(const SparseCoder&);

/// How its input is scaled: "not scaled", "times 0.31", "LayerNorm of each token", ...
std::string normWords(const InputNorm&);

} // namespace microtome
