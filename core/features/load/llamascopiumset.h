#pragma once

#include "core/features/load/coderparts.h"

namespace microtome {

/// Whether a folder holds a cross-layer transcoder or a crosscoder of llamascopium.
bool recognisesLlamascopiumSet(const CoderFolder&);

/// "layer 0", ... of a transcoder. A crosscoder is one part where all places share their latents
/// (ReLU), and one for each place that it writes where each place gates them by its own decoder's
/// norm.
std::vector<std::string> llamascopiumParts(const CoderFolder&);
SparseCoder readLlamascopiumPart(const CoderFolder&, const std::string& part);

inline constexpr CoderSetFormat llamascopiumSet{"llamascopium, over layers",
    recognisesLlamascopiumSet, llamascopiumParts, readLlamascopiumPart};

} // namespace microtome
