#pragma once

#include "core/model/model.h"

#include <filesystem>
#include <memory>
#include <string>

namespace microtome {

struct OpenOptions {
    std::string device = "cpu"; ///< cpu, cuda
    std::string dtype = "f32";  ///< f32, bf16: what is computed in
    int threads = 0;            ///< 0: as many as OMP_NUM_THREADS says, else one per core
};

/// Opens a model: a Hugging Face folder (config.json, safetensors in one file or sharded, tokenizer),
/// or a safetensors file or folder with TransformerLens names. Nothing in a file is ever run. Throws
/// Error with a sentence when it cannot be opened.
std::unique_ptr<Model> openModel(const std::filesystem::path&, const OpenOptions& = {});

/// Whether the libtorch at hand can use a GPU.
bool cudaAvailable();

} // namespace microtome
