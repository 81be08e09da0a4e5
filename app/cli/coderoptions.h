#pragma once

#include "core/features/load/codershelf.h"
#include "core/features/place/place.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace microtome::cli {

/// Which dictionary, and where it reads and writes: `--dictionary`, `--part`, `--reads`,
/// `--writes`.
struct CoderOptions {
    std::string dictionary;
    std::string part;
    PlaceOptions place;

    void add(CLI::App&);

    /// The names of the coders in the file or folder; none where it holds one.
    std::vector<std::string> parts() const;

    /// The one, or the one that `--part` names. Throws Error.
    SparseCoder open() const;

    /// The one that `--part` names, or all: layers of a cross-layer transcoder belong together.
    std::vector<SparseCoder> openAll() const;
};

/// All coders in these folders and files.
std::vector<NamedCoder> openDictionaries(const std::vector<std::string>& paths);

/// `--reads`, `--writes`.
void addPlaceOptions(CLI::App&, PlaceOptions&);

} // namespace microtome::cli
