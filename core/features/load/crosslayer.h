#pragma once

#include "core/features/load/coderparts.h"

namespace microtome {

/// Whether a folder or a chosen file belongs to a cross-layer transcoder as circuit-tracer saves
/// it: W_enc_0.safetensors, W_dec_0.safetensors, ...
bool recognisesCrossLayer(const CoderFolder&);
std::vector<std::string> crossLayerParts(const CoderFolder&); ///< W_enc_0.safetensors, ...

/// Reads what one layer reads and all that it writes. Throws Error with a sentence.
SparseCoder readCrossLayer(const CoderFolder&, const std::string& file);

inline constexpr CoderSetFormat crossLayerSet{
    "circuit-tracer cross-layer transcoder", recognisesCrossLayer, crossLayerParts, readCrossLayer};

/// The same of Gemma Scope 2: layer_0.safetensors, ... in which w_dec has three axes.
bool recognisesGemmaScope2CrossLayer(const CoderFolder&);
std::vector<std::string> gemmaScope2CrossLayerParts(const CoderFolder&);
SparseCoder readGemmaScope2CrossLayer(const CoderFolder&, const std::string& file);

inline constexpr CoderSetFormat gemmaScope2CrossLayerSet{"Gemma Scope 2 cross-layer transcoder",
    recognisesGemmaScope2CrossLayer, gemmaScope2CrossLayerParts, readGemmaScope2CrossLayer};

} // namespace microtome
