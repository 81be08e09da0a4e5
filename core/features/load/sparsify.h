#pragma once

#include "core/features/load/coderparts.h"

namespace microtome {

/// Whether a folder is what EleutherAI's sparsify saves for one module: cfg.json with k beside
/// sae.safetensors.
bool recognisesSparsify(const CoderFolder&);

/// Reads a dictionary of sparsify (features-and-steering.md 2.3). Throws Error with a sentence.
SparseCoder readSparsify(const CoderFolder&);

/// A run of sparsify: a folder of such folders, each called by the module that it is of.
bool recognisesSparsifyRun(const CoderFolder&);
std::vector<std::string> sparsifyModules(const CoderFolder&);
SparseCoder readSparsifyModule(const CoderFolder&, const std::string& module);

inline constexpr CoderSetFormat sparsifySet{
    "sparsify run", recognisesSparsifyRun, sparsifyModules, readSparsifyModule};

} // namespace microtome
