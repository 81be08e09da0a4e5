#pragma once

#include "core/features/load/coderparts.h"

namespace microtome {

/// Whether a folder or a chosen file holds per-layer transcoders as circuit-tracer reads them:
/// layer_0.safetensors, ... with W_enc, W_dec, b_enc, b_dec.
bool recognisesCircuitTracer(const CoderFolder&);
std::vector<std::string> circuitTracerLayers(const CoderFolder&); ///< names of files

/// Reads the transcoder of one layer (circuits.md section 4). config.yaml or wandb-config.yaml
/// beside it may tell where it reads and writes. Throws Error with a sentence.
SparseCoder readCircuitTracer(const CoderFolder&, const std::string& file);

inline constexpr CoderSetFormat circuitTracerSet{
    "circuit-tracer transcoders", recognisesCircuitTracer, circuitTracerLayers, readCircuitTracer};

} // namespace microtome
