#pragma once

#include "core/features/coder/coder.h"
#include "core/features/coder/fired.h"
#include "core/work/progress.h"

#include <functional>

namespace microtome {

/// Whatever gives a dictionary's latents of some tokens: the engine's fast encodeFast(), or the
/// plain one.
using Encoder = std::function<FiredLatents(
    const SparseCoder&, const std::vector<Matrix>& inputs, const Progress&)>;

} // namespace microtome
