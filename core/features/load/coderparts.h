#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace microtome {

/// A format of which one folder or file holds several coders that belong together, such as the
/// layers of a set of transcoders. They are opened one at a time: all of them rarely fit in memory.
struct CoderSetFormat {
    const char* name; ///< for the person
    bool (*recognises)(const CoderFolder&);
    std::vector<std::string> (*parts)(const CoderFolder&); ///< their names, at least one
    SparseCoder (*read)(const CoderFolder&, const std::string& part);
};

/// The formats of sets that are known, in the order in which they are asked.
std::span<const CoderSetFormat> coderSetFormats();

/// The names of the coders in a folder or file, in the order of their layers; none where it is of
/// no format of sets and openCoder() opens the one that it may hold.
std::vector<std::string> coderParts(const std::filesystem::path&);

/// Reads one of them and check()s it. Throws Error with one sentence.
SparseCoder openCoderPart(const std::filesystem::path&, const std::string& part);

/// What a set gives where one coder is asked for: the part whose file was chosen, or the only one.
/// Throws Error with a sentence that tells how to choose where there are more.
SparseCoder readOnePart(const CoderSetFormat&, const CoderFolder&);

/// For the table of formats: `Set` is one of the constants below.
template <const CoderSetFormat& Set> SparseCoder readOneOf(const CoderFolder& folder)
{
    return readOnePart(Set, folder);
}

} // namespace microtome
