#pragma once

#include "core/features/load/storedvalue.h"

#include <filesystem>

namespace microtome {

/// The kinds of files that hold tensors of torch and numpy.
enum class TensorFileKind { Torch, LegacyTorch, Pickle, NumpyArchive, NumpyArray };

/// A file of tensors and what it holds: for .npz a dict of arrays, for .npy the array.
struct TensorFile {
    TensorFileKind kind;
    StoredValue value;
};

/// Reads a file of torch or numpy (.pt, .pth, .bin, .npz, .npy; the kind is told from the content,
/// not from the name) without running anything in it. Tensors refer to the mapped file and are read
/// when asked for. Throws Error with a sentence.
TensorFile readTensorFile(const std::filesystem::path&);

} // namespace microtome
