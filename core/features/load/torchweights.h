#pragma once

#include "core/features/load/codertensors.h"

#include <optional>

namespace microtome {

/// The file of torch that was chosen (.pt, .pth or .bin), or the only one in the folder itself;
/// empty where there is none or several.
std::string torchWeightsOf(const CoderFolder&);

/// Its tensors; nothing where there is none or it holds no dict.
std::optional<CoderTensors> torchTensorsOf(const CoderFolder&);

} // namespace microtome
