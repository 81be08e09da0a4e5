#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

#include <filesystem>
#include <span>

namespace microtome {

/// A format of dictionaries. What a folder is, is told from the files, fields and tensors in it,
/// never from what it is called.
struct CoderFormat {
    const char* name; ///< for the person: "SAELens"
    bool (*recognises)(const CoderFolder&);
    SparseCoder (*read)(const CoderFolder&); ///< throws Error with a sentence
};

/// The formats that are known, in the order in which they are asked.
std::span<const CoderFormat> coderFormats();

/// Reads a dictionary of any known format from a folder or one of its files and check()s it. Throws
/// Error with one sentence: nothing there is known, or what is wrong with it.
SparseCoder openCoder(const std::filesystem::path&);

} // namespace microtome
